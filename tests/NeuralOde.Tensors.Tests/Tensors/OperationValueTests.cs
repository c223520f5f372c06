using System.Numerics;

namespace NeuralOde.Tensors.Tests;

/// <summary>Values and shapes of every operation against plain loops in double.</summary>
public class OperationValueTests
{
    public static TheoryData<string> Cases => OperationCases.Names;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_and_shape_equal_plain_loops_in_double(string name) => Check<double>(OperationCases.Get(name));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_and_shape_equal_plain_loops_in_float(string name) => Check<float>(OperationCases.Get(name));

    [Fact]
    public void Every_pair_of_broadcastable_shapes_gives_the_value_of_plain_loops()
    {
        (Func<Tensor, Tensor, Tensor> Apply, Func<double, double, double> Reference)[] functions =
        [
            ((x, y) => x + y, (x, y) => x + y),
            ((x, y) => x - y, (x, y) => x - y),
            ((x, y) => x * y, (x, y) => x * y),
            ((x, y) => x / y, (x, y) => x / y),
            (Tensor.Maximum, Math.Max),
            (Tensor.Minimum, Math.Min),
            ((x, y) => x.Greater(y), (x, y) => x > y ? 1 : 0),
            ((x, y) => x.GreaterOrEqual(y), (x, y) => x >= y ? 1 : 0),
            ((x, y) => x.Less(y), (x, y) => x < y ? 1 : 0),
            ((x, y) => x.EqualTo(y), (x, y) => x == y ? 1 : 0),
        ];
        foreach ((int[] left, int[] right) in Pairs())
        {
            (Dense x, Dense y) = (Whole(left, 1), Whole(right, 2));
            foreach ((Func<Tensor, Tensor, Tensor> apply, Func<double, double, double> reference) in functions)
            {
                var want = Dense.Zip(x, y, reference);
                Tensor got = apply(Tensor.From(x.Values, new Shape(left)), Tensor.From(y.Values, new Shape(right)));
                Assert.Equal(want.Lengths, got.Shape);
                Assert.Equal(want.Values, got.ToDoubles());
            }
        }
    }

    [Fact]
    public void Gradients_of_every_pair_of_broadcastable_shapes_are_summed_back_to_them()
    {
        foreach ((int[] left, int[] right) in Pairs())
        {
            (Dense x, Dense y) = (Whole(left, 1), Whole(right, 2));
            Tensor[] leaves = [Tensor.From(x.Values, new Shape(left), true), Tensor.From(y.Values, new Shape(right), true)];
            Tensor product = leaves[0] * leaves[1];
            Dense weights = Whole([.. product.Shape], 3);
            Tensor[] gradients = Gradients.VectorJacobianProduct([product], leaves, [Tensor.From(weights.Values, product.Shape)]);

            // Whole numbers: sums in any order are exact.
            Assert.Equal(SumTo(Dense.Zip(weights, y, (p, q) => p * q), left), gradients[0].ToDoubles());
            Assert.Equal(SumTo(Dense.Zip(weights, x, (p, q) => p * q), right), gradients[1].ToDoubles());
            Assert.Equal(new Shape(left), gradients[0].Shape);
            Assert.Equal(new Shape(right), gradients[1].Shape);
        }
    }

    [Fact]
    public void Where_broadcasts_all_three_arguments()
    {
        int[][] shapes = [.. Repeatable([2, 3])];
        foreach (int[] condition in shapes)
        {
            foreach (int[] left in shapes)
            {
                foreach (int[] right in shapes)
                {
                    (Dense c, Dense x, Dense y) = (Whole(condition, 4).Map(v => v > 0 ? v : 0), Whole(left, 5), Whole(right, 6));
                    var want = Dense.Choose(c, x, y);
                    var got = Tensor.Where(Tensor.From(c.Values, new Shape(condition)), Tensor.From(x.Values, new Shape(left)), Tensor.From(y.Values, new Shape(right)));
                    Assert.Equal(want.Lengths, got.Shape);
                    Assert.Equal(want.Values, got.ToDoubles());
                }
            }
        }
    }

    [Fact]
    public void Softmax_and_logsumexp_of_large_values_do_not_overflow()
    {
        var x = Tensor.From(1000.0, 1000.0, -1000.0);
        Assert.Equal([0.5, 0.5, 0.0], x.SoftMax().ToDoubles());
        Assert.Equal(1000 + Math.Log(2), x.LogSumExp().ToScalar(), 1e-12);
        Assert.Equal(1000.0, Tensor.From(1000.0, -1000.0).Softplus().ToDoubles()[0]);
    }

    /// <summary>All shapes that broadcast to the given one without making it longer: each axis 1 or whole, leading axes absent or not.</summary>
    private static IEnumerable<int[]> Repeatable(int[] full)
    {
        for (int rank = 0; rank <= full.Length; rank++)
        {
            for (int mask = 0; mask < 1 << rank; mask++)
            {
                yield return [.. Enumerable.Range(0, rank).Select(a => (mask >> a & 1) == 1 ? full[full.Length - rank + a] : 1)];
            }
        }
    }

    private static IEnumerable<(int[] Left, int[] Right)> Pairs() =>
        from left in Repeatable([2, 3, 4]) from right in Repeatable([2, 3, 4]) select (left, right);

    /// <summary>Whole numbers from −4 to 4 without 0, with ties.</summary>
    private static Dense Whole(int[] lengths, int seed)
    {
        var random = new Random(seed);
        return Dense.Make(lengths, _ => random.Next(1, 5) * (random.Next(2) == 0 ? 1 : -1));
    }

    private static double[] SumTo(Dense x, int[] lengths)
    {
        int lead = x.Lengths.Length - lengths.Length;
        return x.Fold([.. Enumerable.Range(0, x.Lengths.Length).Where(a => a < lead || lengths[a - lead] == 1)], v => v.Sum()).Values;
    }

    private static void Check<T>(OperationCase operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[][] values = operation.Sample();
        Dense[] inputs = [.. values.Select((x, i) => new Dense(x, operation.Inputs[i]))];
        Dense want = operation.Reference(inputs);
        Dense scale = operation.Scale?.Invoke(inputs) ?? want.Map(Math.Abs);
        Tensor got = operation.Apply(operation.Tensors<T>(values));
        Assert.Equal(DTypes.Of<T>(), got.DType);
        Assert.Equal(new Shape(want.Lengths), got.Shape);
        double[] actual = got.ToDoubles();
        for (int i = 0; i < actual.Length; i++)
        {
            double bound = operation.Ulps * Values.Epsilon<T>() * scale.Values[i];
            Assert.True(
                Math.Abs(actual[i] - want.Values[i]) <= bound, FormattableString.Invariant($"Element {i} is {actual[i]:R}, expected {want.Values[i]:R} within {bound:E2}."));
        }
    }
}
