namespace NeuralOde.Reports;

/// <summary>One labeled place on an axis.</summary>
internal readonly record struct Tick(double Value, string Label);

/// <summary>
/// The labeled places of an axis. Labels are mantissas of a common power of ten, <see cref="Exponent"/>, which the
/// axis's name carries.
/// </summary>
internal sealed record Ticks(IReadOnlyList<Tick> Marks, int Exponent)
{
    /// <summary>What is common to all labels and stands in the axis's name: the year of days, for one. Null for nothing.</summary>
    public string? Note { get; init; }

    public static Ticks None { get; } = new([], 0);

    /// <summary>At most <paramref name="most"/> + 1 ticks at multiples of 1, 2 or 5 times a power of ten.</summary>
    public static Ticks Linear(double low, double high, int most)
    {
        (int mantissa, int power) = NiceStep((high - low) / Math.Max(1, most));
        double step = Times(mantissa, power);
        var values = new List<double>();
        for (double i = Math.Floor(low / step); i <= Math.Ceiling(high / step); i++)
        {
            // i·m/10^k rounds once, so 0.3 is the double that a reader types, and no tick is lost at an end.
            double value = Times(i * mantissa, power);
            if (value >= low && value <= high && (values.Count == 0 || value > values[^1]))
            {
                values.Add(value);
            }
        }
        // Zero alone says nothing about the magnitude; the step does.
        double largest = Math.Max(step, values.Count == 0 ? 0 : values.Max(Math.Abs));
        int exponent = 0;
        if (largest >= 1e5 || largest < 1e-3)
        {
            exponent = 3 * (int)Math.Floor(Math.Log10(largest) / 3);
            // 123456.1, 123456.2, … read better in full than as multiples of a thousand with four decimals.
            exponent = largest is >= 1e5 and < 1e8 && exponent - power > 3 ? 0 : exponent;
        }
        int decimals = Math.Max(0, exponent - power);
        return new Ticks([.. values.Select(v => new Tick(v, NumberText.Fixed(Over(v, exponent), decimals)))], exponent);
    }

    /// <summary>
    /// Ticks of a logarithmic axis, whose ends are decimal logarithms: decades, every n-th decade where they are many,
    /// 1-2-5 within decades where they are few, and a linear choice below two thirds of a decade.
    /// </summary>
    public static Ticks Logarithmic(double low, double high, int most)
    {
        int decades = (int)Math.Floor(high) - (int)Math.Ceiling(low) + 1;
        if (decades > 3)
        {
            int stride = (decades + most - 2) / Math.Max(1, most);
            var powers = new List<(int, int)>();
            for (int k = (int)Math.Ceiling(low); k <= Math.Floor(high); k++)
            {
                if (k % stride == 0)
                {
                    powers.Add((1, k));
                }
            }
            return FromPowers(powers);
        }
        foreach (int[] mantissas in (int[][])[[1, 2, 5], [1, 3], [1]])
        {
            var powers = new List<(int Mantissa, int Power)>();
            for (int k = (int)Math.Floor(low); k <= Math.Floor(high); k++)
            {
                powers.AddRange(mantissas.Select(m => (m, k)));
            }
            powers.RemoveAll(p => Coordinate(p) < low || Coordinate(p) > high);
            if (powers.Count < 3)
            {
                break;
            }
            if (powers.Count <= Math.Max(3, most))
            {
                return FromPowers(powers);
            }
        }
        return decades >= 2
            ? FromPowers([.. Enumerable.Range((int)Math.Ceiling(low), decades).Select(k => (1, k))])
            : Linear(Math.Pow(10, low), Math.Pow(10, high), most);
    }

    /// <summary>One tick for each category, or every n-th one.</summary>
    public static Ticks Categories(IReadOnlyList<string> names, int stride)
    {
        var ticks = new List<Tick>();
        for (int i = 0; i < names.Count; i += stride)
        {
            ticks.Add(new Tick(i, names[i]));
        }
        return new Ticks(ticks, 0);
    }

    /// <summary>The smallest of 1, 2 and 5 times a power of ten that is not below <paramref name="least"/>.</summary>
    public static (int Mantissa, int Power) NiceStep(double least)
    {
        int power = (int)Math.Floor(Math.Log10(least));
        foreach ((int mantissa, int more) in ((int, int)[])[(1, 0), (2, 0), (5, 0)])
        {
            if (Times(mantissa, power + more) >= least)
            {
                return (mantissa, power);
            }
        }
        return (1, power + 1);
    }

    private static double Coordinate((int Mantissa, int Power) p) => p.Power + Math.Log10(p.Mantissa);

    private static Ticks FromPowers(List<(int Mantissa, int Power)> powers)
    {
        bool plain = powers.TrueForAll(p => p.Power is >= -3 and <= 4);
        return new Ticks([.. powers.Select(p => new Tick(Times(p.Mantissa, p.Power), Label(p)))], 0);

        string Label((int Mantissa, int Power) p) =>
            plain ? NumberText.Fixed(Times(p.Mantissa, p.Power), Math.Max(0, -p.Power))
                : (p.Mantissa == 1 ? "10" : NumberText.Fixed(p.Mantissa, 0) + "×10") + NumberText.Superscript(p.Power);
    }

    // Dividing by an exact power of ten rounds once, multiplying by an inexact negative power rounds twice.
    private static double Times(double value, int power) => power >= 0 ? value * Math.Pow(10, power) : Over(value, -power);

    private static double Over(double value, int power) =>
        power < 0 ? value * Math.Pow(10, -power)
            : power <= 300 ? value / Math.Pow(10, power) : value / 1e300 / Math.Pow(10, power - 300);
}
