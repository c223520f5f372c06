namespace NeuralOde.Experiments.Dynamics;

/// <summary>What training minimizes.</summary>
public enum LossMeasure
{
    /// <summary>The mean squared difference.</summary>
    MeanSquared,

    /// <summary>The mean absolute difference.</summary>
    MeanAbsolute,
}
