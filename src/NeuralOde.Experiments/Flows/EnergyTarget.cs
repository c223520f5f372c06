namespace NeuralOde.Experiments.Flows;

/// <summary>A density of the plane that is known up to a factor: p ∝ exp(−energy), from table 1 of Rezende and Mohamed 2015 (arXiv 1505.05770).</summary>
/// <param name="Title">The density in few words.</param>
/// <param name="Energy">From points, <c>[batch, 2]</c>, to energies, <c>[batch]</c>, made of tensor operations.</param>
internal sealed record EnergyTarget(string Title, Func<Tensor, Tensor> Energy)
{
    private const double Edge = 10;
    private const int Cells = 400;

    /// <summary>Two modes on a ring, a wave, and a wave that splits in two.</summary>
    /// <remarks>The waves go on for ever and have no normalizer; a normal factor of deviation 2 along the first component ends them.</remarks>
    public static IReadOnlyList<EnergyTarget> All { get; } =
    [
        new("two modes on a ring", static z => (0.5 * ((z.Square().Sum([1]).Sqrt() - 2.0) * (1 / 0.4)).Square()) - Either(Mode(First(z), 2, 0.6), Mode(First(z), -2, 0.6))),
        new("a wave", static z => End(z) - Mode(Second(z) - Wave(z), 0, 0.4)),
        new("a wave that splits", static z =>
        {
            Tensor height = Second(z) - Wave(z);
            return End(z) - Either(Mode(height, 0, 0.35), Mode(height + (3.0 * Mode(First(z), 1, 0.6).Exp()), 0, 0.35));
        }),
    ];

    /// <summary>The logarithm of the integral of exp(−energy), by the midpoint rule on a square that holds all of it.</summary>
    public double LogNormalizer()
    {
        double width = 2 * Edge / Cells, total = 0;
        double[] row = new double[2 * Cells];
        for (int i = 0; i < Cells; i++)
        {
            for (int j = 0; j < Cells; j++)
            {
                (row[2 * j], row[(2 * j) + 1]) = (((j + 0.5) * width) - Edge, ((i + 0.5) * width) - Edge);
            }

            using var scope = TensorScope.Begin();
            total += (-Energy(Tensor.From(row, [Cells, 2]))).Exp().Sum().ToScalar();
        }

        return Math.Log(total * width * width);
    }

    private static Tensor First(Tensor z) => z.Select(1, 0);

    private static Tensor Second(Tensor z) => z.Select(1, 1);

    private static Tensor Wave(Tensor z) => (First(z) * (0.5 * Math.PI)).Sin();

    private static Tensor End(Tensor z) => -Mode(First(z), 0, 2);

    private static Tensor Mode(Tensor x, double center, double deviation) => ((x - center) * (1 / deviation)).Square() * -0.5;

    /// <summary>The logarithm of a sum of two exponentials, which does not underflow far from both.</summary>
    private static Tensor Either(Tensor a, Tensor b) => b + (a - b).Softplus();
}
