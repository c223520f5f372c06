namespace NeuralOde.Experiments.Commands;

/// <summary>The words of a progress line.</summary>
internal static class ProgressText
{
    /// <summary>The text, or as much of its beginning as there is room for.</summary>
    public static string Cut(string text, int room) => text.Length <= room ? text : room < 1 ? "" : text[..(room - 1)] + "…";

    public static ProgressMark Mark(TrainingProgress p) => new(p.Iteration, p.Iterations, p.Iteration == p.Iterations, () => Line(p), room => Short(p, room));

    /// <summary>A whole line of a log.</summary>
    public static string Line(TrainingProgress p) => string.Create(
        CultureInfo.InvariantCulture,
        $"iteration {p.Iteration,7:N0} of {p.Iterations:N0}   loss {Number(p.Loss),8}   best {Number(p.Best),8}   {p.IterationsPerSecond,6:N0}/s   {Time(p.Remaining)} left");

    /// <summary>The text beside a progress bar: as much as there is room for, the least important parts left out first.</summary>
    /// <param name="p">Where training stands.</param>
    /// <param name="room">Columns beside the bar.</param>
    public static string Short(TrainingProgress p, int room = 64)
    {
        string done = string.Create(CultureInfo.InvariantCulture, $"{p.Iteration:N0}/{p.Iterations:N0}");
        string speed = string.Create(CultureInfo.InvariantCulture, $"{p.IterationsPerSecond:N0}/s");
        string loss = $"loss {Number(p.Loss)}", best = $"best {Number(p.Best)}", left = $"{Time(p.Remaining)} left";
        return Longest(room, [done, loss, best, speed, left], [done, loss, best, left], [done, best, left], [done, left], [done]);
    }

    /// <summary>A share in percent, with two decimals.</summary>
    public static string Percent(double share) => double.IsFinite(share) ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.00} %") : "-";

    /// <summary>The first choice that fits, its parts two spaces apart; nothing where none does.</summary>
    public static string Longest(int room, params string[][] choices) =>
        choices.Select(static x => string.Join("  ", x.Where(static part => part.Length > 0))).FirstOrDefault(x => x.Length <= room) ?? "";

    public static string Number(double value) => !double.IsFinite(value) ? "-"
        : Math.Abs(value) is >= 0.001 and < 1_000 ? value.ToString("G3", CultureInfo.InvariantCulture)
        : value == 0 ? "0"
        : value.ToString("0.00e-0", CultureInfo.InvariantCulture);

    /// <summary>With as many decimals, or "-" for what does not exist.</summary>
    public static string Fixed(double value, int decimals) =>
        double.IsFinite(value) ? value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : "-";

    public static string Time(TimeSpan time) => time.TotalSeconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s")
        : time.TotalHours < 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}:{time.Seconds:00} min")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00} h");
}
