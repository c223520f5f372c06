using System.Globalization;
using NeuralOde.Training;

namespace NeuralOde.Cli.Progress;

/// <summary>The words of a progress line.</summary>
internal static class ProgressText
{
    /// <summary>A whole line of a log.</summary>
    public static string Line(TrainingProgress p) => string.Create(
        CultureInfo.InvariantCulture,
        $"iteration {p.Iteration,7:N0} of {p.Iterations:N0}   loss {Number(p.Loss),8}   best {Number(p.Best),8}   {p.IterationsPerSecond,6:N0}/s   {Time(p.Remaining)} left");

    /// <summary>What stands beside a bar, together at most 80 columns wide.</summary>
    public static string Short(TrainingProgress p) => string.Create(
        CultureInfo.InvariantCulture,
        $"{p.Iteration:N0}/{p.Iterations:N0}  loss {Number(p.Loss)}  best {Number(p.Best)}  {p.IterationsPerSecond:N0}/s  {Time(p.Remaining)} left");

    public static string Number(double value) => !double.IsFinite(value) ? "-"
        : Math.Abs(value) is >= 0.001 and < 1_000 ? value.ToString("G3", CultureInfo.InvariantCulture)
        : value == 0 ? "0"
        : value.ToString("0.00e-0", CultureInfo.InvariantCulture);

    public static string Time(TimeSpan time) => time.TotalSeconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s")
        : time.TotalHours < 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}:{time.Seconds:00} min")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00} h");
}
