using System.Numerics;

namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>
/// Thousands of random graphs, compiled, against the same graphs run eagerly. No place in memory may be handed on too early,
/// no rewrite may change a value, and a program may remember nothing from one run to the next.
/// </summary>
public class RandomGraphTests
{
    [Fact]
    public void Whole_numbers_are_equal_to_the_last_bit_in_double() => CheckMany(1, 2500, graph => Whole<double>(graph));

    [Fact]
    public void Whole_numbers_are_equal_to_the_last_bit_in_float() => CheckMany(100_001, 1000, graph => Whole<float>(graph));

    [Fact]
    public void Whole_numbers_are_equal_to_the_last_bit_in_float_where_inputs_are_wide() => CheckMany(400_001, 1000, graph => Whole<float>(graph, hasWide: true));

    [Fact]
    public void Smooth_values_and_gradients_are_equal_but_for_rounding() => CheckMany(200_001, 800, Smooth);

    [Fact]
    public void Smooth_second_derivatives_are_equal_but_for_rounding() => CheckMany(300_001, 250, SmoothTwice);

    /// <summary>Half of the graphs run in tiles of a cache line, which their few elements fill several times; values are few, so all bits must agree.</summary>
    private static int TileBytes(int seed) => seed % 2 == 0 ? 64 : TileGroups.TileBytes;

    private static void CheckMany(int firstSeed, int count, Func<(int Seed, int Operations), string?> check)
    {
        for (int seed = firstSeed; seed < firstSeed + count; seed++)
        {
            int operations = 5 + (seed % 36);
            if (check((seed, operations)) is not { } failure)
            {
                continue;
            }

            // A graph of fewer operations is the beginning of the same graph: the shortest that fails says most.
            for (int fewer = 1; fewer < operations; fewer++)
            {
                if (check((seed, fewer)) is { } shorter)
                {
                    (operations, failure) = (fewer, shorter);
                    break;
                }
            }

            Assert.Fail($"Seed {seed}, {operations} operations: {failure}");
        }
    }

    private static string? Whole<T>((int Seed, int Operations) at, bool hasWide = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var graph = new RandomGraph(at.Seed, at.Operations, smooth: false);
        var random = new Random(at.Seed);
        Leaves<T> leaves = new(graph, random);
        ProgramInput[] signature = hasWide ? leaves.WideSignature(at.Seed) : leaves.Signature;
        var program = Program<T>.CompileInTiles(TileBytes(at.Seed), x => graph.Build(x, leaves.Parameters, leaves.Constants), signature);
        for (int run = 0; run < 3; run++)
        {
            Tensor[] inputs = leaves.Inputs(graph, random);
            Tensor[] expected;
            using (GradientMode.Disable())
            {
                expected = graph.Build(inputs, leaves.Parameters, leaves.Constants);
            }

            program.Run(inputs);
            for (int i = 0; i < expected.Length; i++)
            {
                // Equal as numbers: −0 and +0 are not told apart, since a sum that starts from a bias may differ there.
                ReadOnlySpan<T> want = expected[i].AsSpan<T>();
                ReadOnlySpan<T> got = program.Output(i);
                for (int k = 0; k < want.Length; k++)
                {
                    if (want[k] != got[k])
                    {
                        return $"run {run}, result {i}, element {k} is {got[k]}, expected {want[k]}.\n{program}";
                    }
                }
            }

            if (run == 1)
            {
                leaves.Change(graph, random);
            }
        }

        return null;
    }

    private static string? Smooth((int Seed, int Operations) at) => SmoothGradient(at, twice: false);

    private static string? SmoothTwice((int Seed, int Operations) at) => SmoothGradient((at.Seed, Math.Min(at.Operations, 15)), twice: true);

    private static string? SmoothGradient((int Seed, int Operations) at, bool twice)
    {
        var graph = new RandomGraph(at.Seed, at.Operations, smooth: true);
        var random = new Random(at.Seed);
        Leaves<double> leaves = new(graph, random);
        Tensor[] Function(Tensor[] inputs)
        {
            Tensor[] results = graph.Build(inputs, leaves.Parameters, leaves.Constants);
            Tensor loss = results.Select(x => x.Sin().Sum()).Aggregate((x, y) => x + y);
            Tensor[] variables = [.. inputs, .. leaves.Parameters];
            Tensor[] gradients = Gradients.Of(loss, variables, createGraph: twice);
            if (!twice)
            {
                return [.. results, .. gradients];
            }

            Tensor second = gradients.Select(x => x.Tanh().Sum()).Aggregate((x, y) => x + y);
            return [.. results, .. gradients, .. Gradients.Of(second, variables)];
        }

        var program = Program<double>.CompileInTiles(TileBytes(at.Seed), x => Function(x), leaves.Signature);
        for (int run = 0; run < 2; run++)
        {
            Tensor[] inputs = Array.ConvertAll(leaves.Inputs(graph, random), x => x.WithGradient());
            Tensor[] expected = Function(inputs);
            program.Run(inputs);
            double scale = expected.Max(x => x.ElementCount == 0 ? 1 : Math.Max(1, x.Abs().Max().ToScalar()));
            for (int i = 0; i < expected.Length; i++)
            {
                double[] want = expected[i].ToDoubles();
                for (int k = 0; k < want.Length; k++)
                {
                    // Values are near 1; roundings of 2e-16 may grow through 40 operations by some orders, a wrong place in memory gives errors near 1.
                    if (!(Math.Abs(want[k] - program.Output(i)[k]) <= 1e-10 * scale))
                    {
                        return FormattableString.Invariant($"run {run}, result {i}, element {k} is {program.Output(i)[k]:R}, expected {want[k]:R}.\n{program}");
                    }
                }
            }

            leaves.Change(graph, random);
        }

        return null;
    }

    private sealed class Leaves<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Leaves(RandomGraph graph, Random random)
        {
            Signature = [.. graph.InputShapes.Select((s, i) => new ProgramInput($"x{i}", s))];
            Parameters = [.. graph.ParameterShapes.Select((s, i) => new Parameter(Values.Tensor<T>(graph.Leaf(random, s), s), $"p{i}"))];
            Constants = [.. graph.ConstantShapes.Select(s => Values.Tensor<T>(graph.Leaf(random, s), s))];
        }

        public ProgramInput[] Signature { get; }

        /// <summary>Every input or every second one is in double precision.</summary>
        public ProgramInput[] WideSignature(int seed) => [.. Signature.Select((x, i) => x with { IsWide = seed % 3 == 0 || (i + seed) % 2 == 0 })];

        public Parameter[] Parameters { get; }

        public Tensor[] Constants { get; }

        public Tensor[] Inputs(RandomGraph graph, Random random) => [.. graph.InputShapes.Select(s => Values.Tensor<T>(graph.Leaf(random, s), s))];

        public void Change(RandomGraph graph, Random random)
        {
            foreach (Parameter p in Parameters)
            {
                p.SetValues<T>(Values.Tensor<T>(graph.Leaf(random, p.Shape), p.Shape).AsSpan<T>());
            }
        }
    }
}
