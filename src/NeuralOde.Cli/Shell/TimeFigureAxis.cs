namespace NeuralOde.Cli.Shell;

/// <summary>The horizontal axis of a figure over the time of series.</summary>
internal static class TimeFigureAxis
{
    /// <summary>Makes the axis of a figure.</summary>
    /// <param name="time">What the times mean.</param>
    /// <param name="labels">The units; null for none.</param>
    public static FigureAxis Of(TimeAxis time, FigureLabels? labels = null) =>
        new(time.Name, labels?.UnitOf(time.Name)) { Calendar = time.Origin + (time.Offset ?? TimeSpan.Zero) };
}
