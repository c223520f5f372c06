namespace NeuralOde.Cli.Shell;

/// <summary>The horizontal axis of a figure over the time of series.</summary>
internal static class TimeFigureAxis
{
    /// <summary>Makes the axis of a figure.</summary>
    /// <param name="time">What the times mean.</param>
    public static FigureAxis Of(TimeAxis time) => new(time.Name) { Calendar = time.Origin + (time.Offset ?? TimeSpan.Zero) };
}
