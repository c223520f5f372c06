namespace NeuralOde.Experiments.Dynamics;

/// <summary>What stands for the unknown right-hand side.</summary>
public enum LearnedField
{
    /// <summary>A multilayer perceptron.</summary>
    Network,

    /// <summary>One matrix, <c>z' = A z</c>.</summary>
    Linear,
}
