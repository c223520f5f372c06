namespace NeuralOde.Equations.Fitting;

/// <summary>How bands are drawn.</summary>
public sealed record BandOptions
{
    /// <summary>The share of values that a band is to contain.</summary>
    /// <value>Above 0 and below 1; 0.9 by default.</value>
    public double Level
    {
        get;
        init => field = value is > 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A level is above 0 and below 1.");
    }
    = 0.9;

    /// <summary>Draws of the parameters.</summary>
    /// <value>At least 20; 500 by default.</value>
    public int Draws
    {
        get;
        init => field = value >= 20 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A band takes at least 20 draws.");
    }
    = 500;

    /// <summary>The last time of the curves; later than a series' last value for a forecast.</summary>
    /// <value><see langword="null"/> (the default): each series' last value.</value>
    public double? Until { get; init; }

    /// <summary>Seed of the draws. The same seed gives the same bands.</summary>
    /// <value>0 by default.</value>
    public long Seed { get; init; }
}

/// <summary>A measured value with its prediction and a band of what may be measured.</summary>
/// <param name="Series">Name of the series.</param>
/// <param name="Observable">What was measured.</param>
/// <param name="Time">When.</param>
/// <param name="Measured">The value.</param>
/// <param name="Predicted">The model's value at the estimates.</param>
/// <param name="Lower">Lower end of the band, from the uncertainty of the parameters and the noise.</param>
/// <param name="Upper">Upper end of the band.</param>
public sealed record PredictedValue(string Series, string Observable, double Time, double Measured, double Predicted, double Lower, double Upper)
{
    /// <summary>Whether the band contains the measured value.</summary>
    public bool IsInside => Measured >= Lower && Measured <= Upper;
}

/// <summary>A curve with two bands.</summary>
/// <param name="Series">Name of the series.</param>
/// <param name="Observable">What is measured.</param>
/// <param name="Times">Times.</param>
/// <param name="Values">The model's values at the estimates.</param>
/// <param name="Lower">Lower end of the band of the curve itself, from the uncertainty of the parameters.</param>
/// <param name="Upper">Upper end of the same.</param>
/// <param name="MeasuredLower">Lower end of the band of what may be measured, from the parameters and the noise.</param>
/// <param name="MeasuredUpper">Upper end of the same.</param>
public sealed record PredictionBand(
    string Series,
    string Observable,
    IReadOnlyList<double> Times,
    IReadOnlyList<double> Values,
    IReadOnlyList<double> Lower,
    IReadOnlyList<double> Upper,
    IReadOnlyList<double> MeasuredLower,
    IReadOnlyList<double> MeasuredUpper);
