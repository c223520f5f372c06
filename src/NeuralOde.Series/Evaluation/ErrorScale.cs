namespace NeuralOde.Series.Evaluation;

/// <summary>On which scale a forecast is compared with observations.</summary>
public enum ErrorScale
{
    /// <summary>Natural values: each component in its own unit.</summary>
    Natural,

    /// <summary>Logarithms for the components that are modeled so, natural values for the others: an error of 0.1 is about 10 %.</summary>
    Logarithmic,

    /// <summary>Standardized values: in deviations of the training data, so that components can be pooled fairly.</summary>
    Standardized,
}
