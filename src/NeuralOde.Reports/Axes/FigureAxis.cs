namespace NeuralOde.Reports;

/// <summary>How values are spread along an axis.</summary>
public enum AxisScale
{
    /// <summary>Equal differences take equal lengths.</summary>
    Linear,

    /// <summary>Equal ratios take equal lengths; values that are not positive are left out.</summary>
    Logarithmic,
}

/// <summary>What an axis (or a color bar) shows: its name, unit, scale, and range where the data should not decide.</summary>
/// <param name="Label">The quantity's name; empty for none.</param>
/// <param name="Unit">Its unit, shown in parentheses after the name; null for none.</param>
public sealed record FigureAxis(string Label = "", string? Unit = null)
{
    /// <summary>Linear or logarithmic.</summary>
    /// <value>Default <see cref="AxisScale.Linear"/>.</value>
    public AxisScale Scale { get; init; }

    /// <summary>The range's lower end, in the axis's unit.</summary>
    /// <value>Default null: the smallest value drawn, and a small margin. A figure with equal aspect may show more.</value>
    public double? Min { get; init; }

    /// <summary>The range's upper end, in the axis's unit.</summary>
    /// <value>Default null: the largest value drawn, and a small margin. A figure with equal aspect may show more.</value>
    public double? Max { get; init; }

    /// <summary>Values that the range must hold whatever the data are, such as 0.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<double> Include { get; init => field = ValueList.From(value); } = ValueList.Of<double>();

    /// <summary>Names for the positions 0, 1, 2, …, for an axis of categories.</summary>
    /// <value>Default none: the axis shows numbers.</value>
    public IReadOnlyList<string> Categories { get; init => field = ValueList.From(value); } = ValueList.Of<string>();

    /// <summary>The date of 0, where values are days since a date: the axis then shows dates.</summary>
    /// <value>Default null: the axis shows numbers. Without effect on logarithmic axes, axes of categories, and beyond the years 1 to 9999.</value>
    public DateTime? Calendar { get; init; }

    internal bool IsLogarithmic => Scale == AxisScale.Logarithmic;

    /// <summary>A value as the axis would write it: a category, a date, or a number.</summary>
    internal string Text(double value) =>
        Categories.Count > 0 && value >= 0 && value < Categories.Count && value == Math.Floor(value) ? Categories[(int)value]
            : Calendar is { } origin && CalendarTicks.Date(value, origin) is { } date
                ? date.ToString(date.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)
            : value.ToString("G9", CultureInfo.InvariantCulture);

    /// <summary>"time (10³ years)", or "date (1978)".</summary>
    internal string Caption(int exponent, string? note = null)
    {
        string power = exponent == 0 ? "" : "×10" + NumberText.Superscript(exponent);
        string inside = note ?? (string.IsNullOrEmpty(Unit) ? power : power.Length == 0 ? Unit : power + " " + Unit);
        return inside.Length == 0 ? Label : Label.Length == 0 ? $"({inside})" : $"{Label} ({inside})";
    }
}
