namespace NeuralOde.Reports;

/// <summary>Chooses the most ticks whose labels keep clear of one another.</summary>
internal static class TickChoice
{
    public const double FontSize = 12;
    private const double Gap = 10;

    /// <summary>Ticks below a horizontal axis, where labels stand side by side.</summary>
    public static Ticks Horizontal(FigureAxis axis, Scale scale)
    {
        double length = Math.Abs(scale.To - scale.From);
        return Choose(axis, scale, (int)Math.Clamp(length / 55, 2, 10), label => TextMetrics.Width(label, FontSize));
    }

    /// <summary>Ticks beside a vertical axis, where labels stand above one another.</summary>
    public static Ticks Vertical(FigureAxis axis, Scale scale)
    {
        double length = Math.Abs(scale.To - scale.From);
        return Choose(axis, scale, (int)Math.Clamp(length / 36, 2, 8), _ => FontSize * 1.1 - (Gap - 4));
    }

    private static Ticks Choose(FigureAxis axis, Scale scale, int most, Func<string, double> size)
    {
        if (axis.Categories.Count > 0)
        {
            for (int stride = 1; stride < axis.Categories.Count; stride++)
            {
                Ticks some = Inside(Ticks.Categories(axis.Categories, stride), scale);
                if (Clear(some, scale, size))
                {
                    return some;
                }
            }
            return Inside(Ticks.Categories(axis.Categories, axis.Categories.Count), scale);
        }
        Ticks? clear = null;
        for (int count = most; count >= 1 && clear is null; count--)
        {
            clear = Numeric(axis, scale, count) is var ticks && Clear(ticks, scale, size) ? ticks : null;
        }
        clear ??= Numeric(axis, scale, 1) is var few ? few with { Marks = [.. few.Marks.Take(1)] } : Ticks.None;
        // A range that holds one round number only, such as [-0.8, 0.8], needs a finer step to be read at all.
        for (int count = most + 1; count <= most + 4 && clear.Marks.Count < 2; count++)
        {
            clear = Numeric(axis, scale, count) is var more && Clear(more, scale, size) ? more : clear;
        }
        return clear;
    }

    private static Ticks Numeric(FigureAxis axis, Scale scale, int count)
    {
        Domain domain = scale.Domain;
        return Inside(
            domain.IsLogarithmic ? Ticks.Logarithmic(domain.Low, domain.High, count)
                : axis.Calendar is { } origin && CalendarTicks.Of(domain.Low, domain.High, count, origin) is { } dates ? dates
                : Ticks.Linear(domain.Low, domain.High, count),
            scale);
    }

    private static Ticks Inside(Ticks ticks, Scale scale) => ticks with { Marks = [.. ticks.Marks.Where(t => scale.Holds(t.Value))] };

    private static bool Clear(Ticks ticks, Scale scale, Func<string, double> size)
    {
        for (int i = 1; i < ticks.Marks.Count; i++)
        {
            (Tick a, Tick b) = (ticks.Marks[i - 1], ticks.Marks[i]);
            if (Math.Abs(scale.At(b.Value) - scale.At(a.Value)) < 0.5 * (size(a.Label) + size(b.Label)) + Gap)
            {
                return false;
            }
        }
        return true;
    }
}
