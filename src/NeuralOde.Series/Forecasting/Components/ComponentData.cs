namespace NeuralOde.Series.Forecasting.Components;

/// <summary>One component of all series, and what is known of it.</summary>
/// <param name="Name">The component's name.</param>
/// <param name="Series">Its values in each series; a series may have none.</param>
/// <param name="Period">The season in steps of the grid; null where there is none.</param>
/// <param name="Candidates">Seasons that are worth a trial, whether or not one was found.</param>
/// <param name="Low">What no value can be below: 0 for positive columns and counts; −∞ where nothing is known.</param>
/// <param name="High">What no value can be above.</param>
internal sealed record ComponentData(string Name, IReadOnlyList<ComponentSeries> Series, double? Period, IReadOnlyList<double> Candidates, double Low, double High)
{
    /// <summary>The number of values.</summary>
    public int Count => Series.Sum(static x => x.Count);

    /// <summary>The mean of all values: what is forecast for a series without any.</summary>
    public double Mean => Series.SelectMany(static x => x.Values).Average();
}
