namespace NeuralOde.Reports;

/// <summary>
/// A ramp of colors for a quantity, even to the eye: anchors are chosen with evenly rising lightness, as in the
/// viridis map (van der Walt and Smith 2015), and joined by straight lines in Oklab (Ottosson 2020, "A perceptual color space for image processing").
/// </summary>
public sealed class ColorRamp
{
    /// <summary>How many colors a ramp is drawn with: the steps of a color bar, and the groups of colored points.</summary>
    internal const int Steps = 32;

    private readonly (double L, double A, double B)[] _anchors;

    /// <summary>Makes a ramp.</summary>
    /// <param name="anchors">Two or more colors as <c>#rrggbb</c>, evenly spaced from the lowest value to the highest.</param>
    /// <exception cref="ArgumentException">Fewer than two anchors, or one that is not <c>#rrggbb</c>.</exception>
    public ColorRamp(params IReadOnlyList<string> anchors)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        ArgumentException.ThrowIf(anchors.Count < 2, $"A ramp needs two or more anchor colors; {anchors.Count} given.", nameof(anchors));
        _anchors = [.. anchors.Select(Parse)];
    }

    /// <summary>Violet, blue, green, yellow: for time and other coordinates, on light and dark pages.</summary>
    public static ColorRamp Time { get; } = new("#552f9f", "#3963b2", "#108faa", "#3eb881", "#aaca47", "#f2d935");

    /// <summary>Near white to dark blue: for amounts that start at nothing, such as densities and counts.</summary>
    public static ColorRamp Amount { get; } = new("#edf7fe", "#a7d5ef", "#60a7d6", "#2f72b1", "#203f7c", "#131d47");

    /// <summary>Black to white: for images.</summary>
    public static ColorRamp Grayscale { get; } = new("#000000", "#ffffff");

    /// <summary>The color at a place on the ramp.</summary>
    /// <param name="position">0 for the lowest value to 1 for the highest; beyond them the nearest end.</param>
    /// <returns>The color as <c>#rrggbb</c>.</returns>
    /// <exception cref="ArgumentException"><paramref name="position"/> is NaN.</exception>
    public string At(double position)
    {
        (byte r, byte g, byte b) = Bytes(position);
        return $"#{r:x2}{g:x2}{b:x2}";
    }

    internal (byte R, byte G, byte B) Bytes(double position)
    {
        ArgumentException.ThrowIf(double.IsNaN(position), "A position on a ramp must be a number, 0 to 1.", nameof(position));
        double place = Math.Clamp(position, 0, 1) * (_anchors.Length - 1);
        int i = Math.Min((int)place, _anchors.Length - 2);
        double w = place - i;
        ((double L, double A, double B) p, (double L, double A, double B) q) = (_anchors[i], _anchors[i + 1]);
        return ToBytes(p.L + w * (q.L - p.L), p.A + w * (q.A - p.A), p.B + w * (q.B - p.B));
    }

    /// <summary>The middle of one of the <see cref="Steps"/> colors.</summary>
    internal string Step(int index) => At((index + 0.5) / Steps);

    /// <summary>Whether dark text reads better on the color than light text.</summary>
    internal bool IsLight(double position)
    {
        (byte r, byte g, byte b) = Bytes(position);
        return ToOklab(r, g, b).L > 0.65;
    }

    private static (double L, double A, double B) Parse(string color) =>
        color is { Length: 7 } && color[0] == '#' && uint.TryParse(color.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint rgb)
            ? ToOklab((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb)
            : throw new ArgumentException($"\"{color}\" is not a color as #rrggbb.", nameof(color));

    // Matrices of Ottosson 2020 for linear sRGB.
    private static (double L, double A, double B) ToOklab(byte red, byte green, byte blue)
    {
        (double r, double g, double b) = (Linear(red), Linear(green), Linear(blue));
        double l = Math.Cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
        double m = Math.Cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
        double s = Math.Cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
        return (0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s);
    }

    private static (byte R, byte G, byte B) ToBytes(double lightness, double a, double b)
    {
        double l = Math.Pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
        double m = Math.Pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
        double s = Math.Pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
        return (Byte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
            Byte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
            Byte(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
    }

    private static double Linear(byte value)
    {
        double x = value / 255.0;
        return x <= 0.04045 ? x / 12.92 : Math.Pow((x + 0.055) / 1.055, 2.4);
    }

    private static byte Byte(double linear)
    {
        double x = Math.Clamp(linear, 0, 1);
        return (byte)Math.Round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * Math.Pow(x, 1 / 2.4) - 0.055));
    }
}
