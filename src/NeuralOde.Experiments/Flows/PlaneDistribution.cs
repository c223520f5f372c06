namespace NeuralOde.Experiments.Flows;

/// <summary>A distribution in the plane that can be drawn from: a data set of the papers, of which there are always fresh points.</summary>
public sealed class PlaneDistribution
{
    private readonly Func<double[], (double X, double Y)> _point;
    private readonly int _uniforms;
    private readonly int _normals;

    private PlaneDistribution(string name, string title, int uniforms, int normals, Func<double[], (double X, double Y)> point)
    {
        (Name, Title, _uniforms, _normals, _point) = (name, title, uniforms, normals, point);
    }

    /// <summary>Two rings around one center, as in the example of Chen et al. 2018 (scikit-learn's circles, factor 0.5, noise 0.08), scaled by 3 as in FFJORD's data.</summary>
    public static PlaneDistribution TwoCircles { get; } = new("two-circles", "two circles", 2, 2, static x =>
    {
        double radius = x[0] < 0.5 ? 1 : 0.5;
        (double sin, double cos) = Math.SinCos(2 * Math.PI * x[1]);
        return (3 * ((radius * cos) + (0.08 * x[2])), 3 * ((radius * sin) + (0.08 * x[3])));
    });

    /// <summary>Two half circles (scikit-learn's moons, noise 0.1), scaled by 2 and shifted by (−1, −0.2) as in FFJORD's data.</summary>
    public static PlaneDistribution TwoMoons { get; } = new("two-moons", "two moons", 2, 2, static x =>
    {
        (double sin, double cos) = Math.SinCos(Math.PI * x[1]);
        (double u, double v) = x[0] < 0.5 ? (cos, sin) : (1 - cos, 0.5 - sin);
        return ((2 * (u + (0.1 * x[2]))) - 1, (2 * (v + (0.1 * x[3]))) - 0.2);
    });

    /// <summary>Five bent arms (Johnson et al. 2016), as in FFJORD's data: radial deviation 0.3, tangential 0.1, rate 0.25, scaled by 2.</summary>
    public static PlaneDistribution Pinwheel { get; } = new("pinwheel", "pinwheel", 1, 2, static x =>
    {
        const int Arms = 5;
        double along = 1 + (0.3 * x[1]), across = 0.1 * x[2];
        double angle = (2 * Math.PI / Arms * Math.Floor(Arms * x[0])) + (0.25 * Math.Exp(along));
        (double sin, double cos) = Math.SinCos(angle);
        return (2 * ((along * cos) - (across * sin)), 2 * ((along * sin) + (across * cos)));
    });

    /// <summary>Eight squares of a board of 4x4 on [−4, 4]², as in FFJORD's data.</summary>
    public static PlaneDistribution Checkerboard { get; } = new("checkerboard", "checkerboard", 3, 0, static x =>
    {
        double u = (4 * x[0]) - 2;
        double v = x[1] - (2 * Math.Floor(2 * x[2])) + (((int)Math.Floor(u) & 1) == 1 ? 1 : 0);
        return (2 * u, 2 * v);
    });

    /// <summary>Eight Gaussians of deviation 0.5/√2 on a ring of radius 4/√2, as in FFJORD's data.</summary>
    public static PlaneDistribution EightGaussians { get; } = new("eight-gaussians", "eight Gaussians", 1, 2, static x => Ring(x, 4 / Math.Sqrt(2), 0.5 / Math.Sqrt(2)));

    /// <summary>Two spirals of one and a half turns, as in FFJORD's data.</summary>
    public static PlaneDistribution TwoSpirals { get; } = new("two-spirals", "two spirals", 4, 2, static x =>
    {
        double turn = Math.Sqrt(x[1]) * 3 * Math.PI;
        (double sin, double cos) = Math.SinCos(turn);
        double sign = x[0] < 0.5 ? 1 : -1;
        double u = ((-cos * turn) + (0.5 * x[2])) * sign, v = ((sin * turn) + (0.5 * x[3])) * sign;
        return ((u / 3) + (0.1 * x[4]), (v / 3) + (0.1 * x[5]));
    });

    /// <summary>The standard normal distribution.</summary>
    public static PlaneDistribution Normal { get; } = new("normal", "normal", 0, 2, static x => (x[0], x[1]));

    /// <summary>Eight Gaussians of deviation 0.1^(1/4) on a ring of radius 5, as torchcfm's examples have them.</summary>
    public static PlaneDistribution WideEightGaussians { get; } = new("wide-eight-gaussians", "eight Gaussians", 1, 2, static x => Ring(x, 5, Math.Pow(0.1, 0.25)));

    /// <summary>Two half circles, as torchcfm's examples have them: shifted along the diagonal by up to 0.2, times 3, less 1.</summary>
    public static PlaneDistribution WideMoons { get; } = new("wide-moons", "moons", 3, 0, static x =>
    {
        (double sin, double cos) = Math.SinCos(Math.PI * x[1]);
        (double u, double v) = x[0] < 0.5 ? (cos, sin) : (1 - cos, 0.5 - sin);
        return ((3 * (u + (0.2 * x[2]))) - 1, (3 * (v + (0.2 * x[2]))) - 1);
    });

    /// <summary>The six data sets of the experiment.</summary>
    public static IReadOnlyList<PlaneDistribution> All { get; } = [TwoCircles, TwoMoons, Pinwheel, Checkerboard, EightGaussians, TwoSpirals];

    /// <summary>The name on a command line.</summary>
    public string Name { get; }

    /// <summary>The name in text.</summary>
    public string Title { get; }

    /// <summary>Fills a span with independent draws, row-major.</summary>
    /// <param name="random">Where they come from.</param>
    /// <param name="points">As many numbers as are wanted, an even number.</param>
    public void Draw(RandomSource random, Span<float> points)
    {
        ArgumentNullException.ThrowIfNull(random);
        int count = points.Length / 2, each = _uniforms + _normals;
        double[] uniforms = new double[count * _uniforms], normals = new double[count * _normals], numbers = new double[each];
        random.FillUniform<double>(uniforms);
        random.FillNormal<double>(normals);
        for (int i = 0; i < count; i++)
        {
            uniforms.AsSpan(i * _uniforms, _uniforms).CopyTo(numbers);
            normals.AsSpan(i * _normals, _normals).CopyTo(numbers.AsSpan(_uniforms));
            (double x, double y) = _point(numbers);
            (points[2 * i], points[(2 * i) + 1]) = ((float)x, (float)y);
        }
    }

    /// <summary>Points that are spread evenly: equal counts for each part (ring, moon, mode), and the rest of what makes a point by <see cref="EvenPoints"/>.</summary>
    /// <param name="count">How many; a multiple of 8.</param>
    /// <param name="seed">The scrambling.</param>
    /// <returns>The points, row-major.</returns>
    /// <exception cref="ArgumentException">The distribution takes more numbers per point than can be even.</exception>
    public float[] Even(int count, long seed)
    {
        int rest = Math.Max(0, _uniforms - 1);
        ArgumentException.ThrowIf(_uniforms > 1 && _normals > 0 && rest + _normals > 4, $"Points of {Title} take too many numbers to be spread evenly.");
        double[] even = EvenPoints.Uniform(count, Math.Max(1, rest + _normals), seed);
        double[] normal = _normals > 0 ? EvenPoints.Normal(count, rest + _normals, seed) : even;
        int each = rest + _normals, parts = _uniforms == 0 ? 1 : 8;
        float[] points = new float[2 * count];
        double[] numbers = new double[_uniforms + _normals];
        for (int i = 0; i < count; i++)
        {
            // The parts take turns in blocks of consecutive points, each of which is even by itself where the blocks are powers of two.
            if (_uniforms > 0)
            {
                numbers[0] = ((i * parts / count) + 0.5) / parts;
            }

            for (int k = 0; k < each; k++)
            {
                numbers[Math.Min(_uniforms, 1) + k] = k < rest ? even[(i * each) + k] : normal[(i * each) + k];
            }

            (double x, double y) = _point(numbers);
            (points[2 * i], points[(2 * i) + 1]) = ((float)x, (float)y);
        }

        return points;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static (double X, double Y) Ring(double[] x, double radius, double deviation)
    {
        (double sin, double cos) = Math.SinCos(2 * Math.PI / 8 * Math.Floor(8 * x[0]));
        return ((radius * cos) + (deviation * x[1]), (radius * sin) + (deviation * x[2]));
    }
}
