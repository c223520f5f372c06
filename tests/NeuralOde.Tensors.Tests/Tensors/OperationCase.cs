using System.Numerics;

namespace NeuralOde.Tensors.Tests;

/// <summary>One use of one operation of the public interface: what it is, and what plain loops say that it should give.</summary>
internal sealed record OperationCase(string Name, int[][] Inputs, Func<Tensor[], Tensor> Apply, Func<Dense[], Dense> Reference)
{
    /// <summary>The interval that the inputs are from.</summary>
    public (double Low, double High) Domain { get; init; } = (-2, 2);

    /// <summary>The error bound in units of ε times <see cref="Scale"/>: a vectorized function is good to 2.5 ulp, a few are chained in one operation.</summary>
    public double Ulps { get; init; } = 4;

    /// <summary>The magnitude that rounding errors are relative to; without it, the result's own.</summary>
    public Func<Dense[], Dense>? Scale { get; init; }

    /// <summary>Whether the gradient is zero by definition although the value depends on the input.</summary>
    public bool StopsGradient { get; init; }

    public override string ToString() => Name;

    /// <summary>
    /// Values for the inputs: one from each of as many equal cells of the domain as there are elements, shuffled. No two are
    /// close, and none is close to the middle, so that with a domain around 0 all stand clear of the kinks of |x|, max(x, y) and the like.
    /// </summary>
    public double[][] Sample(int seed = 1)
    {
        var random = new Random(seed);
        int count = Inputs.Sum(x => x.Aggregate(1, (p, q) => p * q));
        int cells = count + (count % 2);
        int[] order = [.. Enumerable.Range(0, cells)];
        random.Shuffle(order);
        (double low, double high) = Domain;
        double[] all = [.. order.Select(cell => low + ((high - low) * (cell + 0.3 + (0.4 * random.NextDouble())) / cells))];
        double[][] result = new double[Inputs.Length][];
        int start = 0;
        for (int i = 0; i < Inputs.Length; i++)
        {
            int length = Inputs[i].Aggregate(1, (p, q) => p * q);

            // Rounded to float, so that both element types see the same numbers.
            result[i] = [.. all[start..(start + length)].Select(x => (double)(float)x)];
            start += length;
        }

        return result;
    }

    public Tensor[] Tensors<T>(double[][] values, bool requiresGradient = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. values.Select((x, i) => Values.Tensor<T>(x, new Shape(Inputs[i]), requiresGradient))];
}

/// <summary>Values of either element type from doubles.</summary>
internal static class Values
{
    public static Tensor Tensor<T>(double[] values, Shape shape, bool requiresGradient = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        NeuralOde.Tensors.Tensor.From(Array.ConvertAll(values, T.CreateChecked), shape, requiresGradient);

    public static double[] Random(Random random, int count, double scale = 1) => [.. Enumerable.Range(0, count).Select(_ => scale * ((2 * random.NextDouble()) - 1))];

    public static Tensor Random<T>(Random random, Shape shape, double scale = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Tensor<T>(Random(random, shape.ElementCount, scale), shape);

    public static Parameter Parameter<T>(Random random, Shape shape, string name, double scale = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(Random<T>(random, shape, scale), name);

    /// <summary>The distance from 1 to the next number.</summary>
    public static double Epsilon<T>() => typeof(T) == typeof(float) ? Math.Pow(2, -23) : Math.Pow(2, -52);

    public static double[] Doubles<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Array.ConvertAll(values.ToArray(), double.CreateChecked);

    /// <summary>Sets the arguments of a program and runs it.</summary>
    public static void Run<T>(this Program<T> program, params Tensor[] arguments)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            if (program.Inputs[i].IsWide)
            {
                program.SetWide(i, arguments[i].ToDoubles());
            }
            else
            {
                arguments[i].AsSpan<T>().CopyTo(program.Input(i));
            }
        }

        program.Run();
    }

    /// <summary>Asserts that two results differ by rounding only: by so many ε of their largest value (or of 1).</summary>
    public static void AssertClose(double[] expected, double[] actual, double tolerance, string what)
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {expected.Length} values expected, {actual.Length} found.");
        double scale = expected.Aggregate(1.0, (s, x) => double.IsFinite(x) ? Math.Max(s, Math.Abs(x)) : s);
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = expected[i].Equals(actual[i]) || Math.Abs(expected[i] - actual[i]) <= tolerance * scale;
            Assert.True(same, FormattableString.Invariant($"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R} within {tolerance * scale:E2}."));
        }
    }
}
