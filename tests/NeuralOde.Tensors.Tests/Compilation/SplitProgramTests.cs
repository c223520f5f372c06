using System.Numerics;

namespace NeuralOde.Tensors.Tests.Compilation;

public class SplitProgramTests
{
    [Fact]
    public void Two_programs_have_the_bits_of_one_in_double() => CheckMany<double>(500_001, 400);

    [Fact]
    public void Two_programs_have_the_bits_of_one_in_float_where_inputs_are_wide() => CheckMany<float>(510_001, 400);

    [Fact]
    public void The_second_program_reads_products_and_functions_and_computes_neither()
    {
        var w = new Parameter(new RandomSource(1).Normal([3, 5]), "w");
        var b = new Parameter(new RandomSource(3).Normal([5]), "b");
        var v = new Parameter(new RandomSource(2).Normal([5, 3]), "v");
        ProgramInput[] inputs = [new("z", [2, 3]), new("a", [2, 3])];
        var split = SplitProgram<float>.Compile(Field, firstResults: 1, late: 1, kept: 0, inputs);
        Assert.Contains("linear", Program<float>.Compile(Field, inputs).ToString(), StringComparison.Ordinal);
        Assert.Contains("tanh", split.First.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("linear", split.Second.ToString(), StringComparison.Ordinal);
        Assert.Single(split.Second.Inputs, static x => x.Name.StartsWith("kept", StringComparison.Ordinal));

        // The state and tanh's output, on a cache line each.
        Assert.Equal(2 * 16, split.KeptLength);

        IReadOnlyList<Tensor> Field(Tensor[] x)
        {
            Tensor f = (x[0].MatMul(w) + b).Tanh().MatMul(v);
            return [f, .. Gradients.VectorJacobianProduct([f], [x[0], w, b, v], [x[1]])];
        }
    }

    private static void CheckMany<T>(int firstSeed, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int seed = firstSeed; seed < firstSeed + count; seed++)
        {
            Check<T>(seed, 5 + (seed % 30));
        }
    }

    private static void Check<T>(int seed, int operations)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var graph = new RandomGraph(seed, operations, smooth: true);
        var random = new Random(seed);
        Parameter[] parameters = [.. graph.ParameterShapes.Select((s, i) => new Parameter(Values.Tensor<T>(graph.Leaf(random, s), s), $"p{i}"))];
        Tensor[] constants = [.. graph.ConstantShapes.Select(s => Values.Tensor<T>(graph.Leaf(random, s), s))];
        int count = graph.InputShapes.Length;
        ProgramInput[] inputs = [.. graph.InputShapes.Select((s, i) => new ProgramInput($"x{i}", s) { IsWide = typeof(T) == typeof(float) && i > 0 && (i + seed) % 2 == 0 })];
        using (var trace = Trace.Begin())
        {
            Tensor[] symbols = [.. inputs.Select(x => trace.Input(x.Shape, DTypes.Of<T>()))];
            inputs = [.. inputs, new("a", graph.Build(symbols, parameters, constants)[0].Shape)];
        }

        var forward = Program<T>.Compile(x => [graph.Build(x, parameters, constants)[0]], inputs[..count]);
        var product = Program<T>.Compile(x => Results(x)[1..], inputs);
        var split = SplitProgram<T>.Compile(Results, firstResults: 1, late: count, kept: 0, inputs, fewElements: seed % 2 == 0 ? 0 : KeptChoice.FewElements);
        Buffer<T>[] places = [.. Enumerable.Range(0, 3).Select(_ => Storage<T>.AllocateAligned(split.KeptLength).Buffer)];
        double[][][] values = [.. places.Select(_ => inputs.Select(x => graph.Leaf(random, x.Shape)).ToArray())];

        // Three evaluations, each in a place of its own, then their products from the last to the first.
        for (int i = 0; i < places.Length; i++)
        {
            split.First.KeepAt(places[i]);
            Set(split.First, values[i][..count]);
            Set(forward, values[i][..count]);
            split.First.Run();
            forward.Run();
            Equal(forward.Output(0), split.First.Output(0), seed);
        }

        for (int i = places.Length - 1; i >= 0; i--)
        {
            split.Second.KeepAt(places[i]);
            Set(split.Second, values[i], first: 1);
            Set(product, values[i]);
            split.Second.Run();
            product.Run();
            for (int k = 0; k < product.OutputShapes.Count; k++)
            {
                Equal(product.Output(k), split.Second.Output(k), seed);
            }
        }

        Tensor[] Results(Tensor[] x)
        {
            Tensor y = graph.Build(x[..count], parameters, constants)[0];
            return [y, .. Gradients.VectorJacobianProduct([y], [.. x[..count], .. parameters], [x[count]])];
        }
    }

    private static void Equal<T>(ReadOnlySpan<T> expected, ReadOnlySpan<T> actual, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Assert.True(expected.SequenceEqual(actual), $"Seed {seed}: {string.Join(", ", actual.ToArray())} instead of {string.Join(", ", expected.ToArray())}.");

    private static void Set<T>(Program<T> program, double[][] values, int first = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = first; i < values.Length; i++)
        {
            if (program.Inputs[i].IsWide)
            {
                program.SetWide(i, values[i]);
                continue;
            }

            Span<T> input = program.Input(i);
            for (int k = 0; k < input.Length; k++)
            {
                input[k] = T.CreateTruncating(values[i][k]);
            }
        }
    }
}
