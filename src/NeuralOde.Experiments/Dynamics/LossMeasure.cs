namespace NeuralOde.Experiments.Dynamics;

/// <summary>What training minimises.</summary>
public enum LossMeasure
{
    /// <summary>The mean squared difference.</summary>
    MeanSquared,

    /// <summary>The mean absolute difference.</summary>
    MeanAbsolute,
}
