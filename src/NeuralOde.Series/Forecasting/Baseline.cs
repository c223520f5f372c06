namespace NeuralOde.Series.Forecasting;

/// <summary>The simple forecasts that every model has to beat.</summary>
public enum Baseline
{
    /// <summary>Nothing changes from the last observed value on.</summary>
    LastValue,

    /// <summary>The mean of all observed values of the series.</summary>
    Mean,

    /// <summary>The line through the first and the last value goes on.</summary>
    Drift,

    /// <summary>The last season repeats; the last value where no season is found.</summary>
    SeasonalNaive,

    /// <summary>The line through the last three values goes on; through their logarithms where all values are positive.</summary>
    LogLinearTail,
}
