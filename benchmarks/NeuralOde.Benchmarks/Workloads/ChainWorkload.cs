using NeuralOde.Persistence;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>A chain of cheap element-wise steps over 100,000 floats, compiled: fused, and one whole step after the other.</summary>
/// <param name="Name">The chain, for a reader.</param>
/// <param name="Function">The function of <paramref name="Arguments"/> tensors of one shape.</param>
/// <param name="Arguments">How many.</param>
internal sealed record ChainWorkload(string Name, Func<Tensor[], Tensor[]> Function, int Arguments)
{
    public const int Length = 100_000;

    /// <summary>A tile that no operand fills: steps are compiled, and use each other's memory again, but are not fused.</summary>
    private const int NoTiles = 1 << 29;

    public static IReadOnlyList<ChainWorkload> All { get; } =
    [
        new("polynomial of degree 4", static x => [(((((((0.1 * x[0]) - 0.3) * x[0]) + 0.5) * x[0]) - 0.7) * x[0]) + 0.9], 1),
        new("choice between two lines", static x => [Tensor.Where(x[0].Greater(x[1]), (x[0] * 0.5) + 0.25, (x[1] * 2.0) - 0.5).Abs()], 2),
        new("Adam-like step", AdamStep, 4),
    ];

    /// <summary>Runs the program with its steps fused.</summary>
    public Action<int> Fused() => Repeat(Program<float>.Compile(Function, Signature()));

    /// <summary>Runs the program with every step over whole operands.</summary>
    public Action<int> OneByOne() => Repeat(Program<float>.CompileInTiles(NoTiles, Function, Signature()));

    /// <summary>Both moments and the parameters, from the moments, the gradient and the parameters.</summary>
    private static Tensor[] AdamStep(Tensor[] x)
    {
        (Tensor m, Tensor v, Tensor g, Tensor p) = (x[0], x[1], x[2], x[3]);
        m = (m * 0.9) + (g * 0.1);
        v = (v * 0.999) + (g.Square() * 0.001);
        return [m, v, p - (m * 0.01 / (v.Sqrt() + 1e-8))];
    }

    private ProgramInput[] Signature() => [.. Enumerable.Range(0, Arguments).Select(static i => new ProgramInput($"x{i}", [Length]))];

    private Action<int> Repeat(Program<float> program)
    {
        var random = new RandomSource(5);
        for (int i = 0; i < Arguments; i++)
        {
            // Positive, as a second moment is.
            random.Uniform([Length], 0.01, 1).AsSpan<float>().CopyTo(program.Input(i));
        }

        return FieldWorkload.Repeat(program);
    }
}
