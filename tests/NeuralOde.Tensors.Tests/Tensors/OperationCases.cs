using NeuralOde.Tensors.Tests.Kernels;

namespace NeuralOde.Tensors.Tests;

/// <summary>Every operation of the public interface at least once. Values, gradients, second derivatives and compiled programs are all tested on this table.</summary>
internal static partial class OperationCases
{
    private static readonly Dictionary<string, OperationCase> s_all =
        new[] { Unary(), Powers(), Binary(), Products(), Reductions(), Rearrangements(), Images(), Normalizations(), Custom() }
        .SelectMany(static x => x).ToDictionary(static x => x.Name);

    public static TheoryData<string> Names => [.. s_all.Keys];

    public static OperationCase Get(string name) => s_all[name];

    private static OperationCase Map(string name, Func<Tensor, Tensor> apply, Func<double, double> reference) =>
        new(name, [[3, 7]], x => apply(x[0]), x => x[0].Map(reference));

    private static OperationCase One(string name, int[] input, Func<Tensor, Tensor> apply, Func<Dense, Dense> reference) =>
        new(name, [input], x => apply(x[0]), x => reference(x[0]));

    private static OperationCase Two(string name, int[] left, int[] right, Func<Tensor, Tensor, Tensor> apply, Func<Dense, Dense, Dense> reference) =>
        new(name, [left, right], x => apply(x[0], x[1]), x => reference(x[0], x[1]));

    private static IEnumerable<OperationCase> Unary()
    {
        yield return Map("negate", x => -x, x => -x);
        yield return Map("abs", x => x.Abs(), Math.Abs);
        yield return Map("sign", x => x.Sign(), x => Math.Sign(x));
        yield return Map("step", x => x.Step(), x => x > 0 ? 1 : 0);
        yield return Map("square", x => x.Square(), x => x * x);
        yield return Map("cube", x => x.Cube(), x => x * x * x);
        yield return Map("sqrt", x => x.Sqrt(), Math.Sqrt) with { Domain = (0.2, 3) };
        yield return Map("reciprocal", x => x.Reciprocal(), x => 1 / x) with { Domain = (0.3, 3) };
        yield return Map("exp", x => x.Exp(), Math.Exp);
        yield return Map("expm1", x => x.Expm1(), x => Math.Abs(x) < 1e-5 ? x + (x * x / 2) : Math.Exp(x) - 1) with { Scale = x => x[0].Map(v => Math.Max(1, Math.Exp(v))) };
        yield return Map("log", x => x.Log(), Math.Log) with { Domain = (0.2, 3), Scale = x => x[0].Map(v => Math.Max(1, Math.Abs(Math.Log(v)))) };
        yield return Map("log1p", x => x.Log1p(), x => Math.Log(1 + x)) with { Domain = (-0.7, 2), Scale = x => x[0].Map(_ => 1) };
        yield return Map("sin", x => x.Sin(), Math.Sin) with { Domain = (-4, 4), Scale = x => x[0].Map(_ => 1) };
        yield return Map("cos", x => x.Cos(), Math.Cos) with { Domain = (-4, 4), Scale = x => x[0].Map(_ => 1) };
        yield return Map("tanh", x => x.Tanh(), Math.Tanh);
        yield return Map("sigmoid", x => x.Sigmoid(), x => 1 / (1 + Math.Exp(-x)));
        yield return Map("elu", x => x.Elu(), x => x > 0 ? x : Math.Exp(x) - 1) with { Scale = x => x[0].Map(v => Math.Max(1, v)) };
        yield return Map("selu", x => x.Selu(), x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543773 * (Math.Exp(x) - 1)))
            with
        { Scale = x => x[0].Map(v => 2 * Math.Max(1, v)) };
        yield return Map("relu", x => x.Relu(), x => Math.Max(x, 0));
        yield return Map("softplus", x => x.Softplus(), x => Math.Log(1 + Math.Exp(x)));
        yield return Map("erf", x => x.Erf(), x => ReferenceFunctions.InDouble("erf", x));
        yield return Map("silu", x => x.Silu(), x => x / (1 + Math.Exp(-x)));
        yield return Map("gelu", x => x.Gelu(), x => ReferenceFunctions.InDoubleDouble("gelu", x).High) with { Ulps = 6 };
        yield return Map("gelu by tanh", x => x.Gelu(tanh: true), x => ReferenceFunctions.InDouble("geluTanh", x)) with { Ulps = 16 };
        yield return Map("detach", x => x.Detach() * 3.0, x => 3 * x) with { StopsGradient = true };
        yield return Map("half detached", x => x * x.Detach(), x => x * x) with { StopsGradient = true };
        yield return One("scalar tanh", [], x => x.Tanh(), x => x.Map(Math.Tanh));
        yield return One("empty tanh", [2, 0], x => x.Tanh(), x => x);
    }

    private static IEnumerable<OperationCase> Powers()
    {
        foreach (double exponent in new[] { 0.0, 1, 2, 3, 4, 5, 6, 7, 12, -2, -3 })
        {
            yield return Map(FormattableString.Invariant($"pow {exponent}"), x => x.Pow(exponent), x => Math.Pow(x, exponent)) with { Ulps = 4 + (2 * Math.Abs(exponent)) };
        }

        foreach (double exponent in new[] { 0.5, -1, 2.5, -0.5 })
        {
            yield return Map(FormattableString.Invariant($"pow {exponent}"), x => x.Pow(exponent), x => Math.Pow(x, exponent)) with { Domain = (0.3, 3), Ulps = 8 };
        }

        yield return Two("power", [3, 7], [3, 7], Tensor.Power, (x, y) => Dense.Zip(x, y, Math.Pow)) with { Domain = (0.3, 3), Ulps = 8 };
        yield return Two("power broadcast", [3, 1], [4], Tensor.Power, (x, y) => Dense.Zip(x, y, Math.Pow)) with { Domain = (0.3, 3), Ulps = 8 };
    }

    private static IEnumerable<OperationCase> Binary()
    {
        (string Name, Func<Tensor, Tensor, Tensor> Apply, Func<double, double, double> Reference)[] functions =
        [
            ("add", (x, y) => x + y, (x, y) => x + y),
            ("subtract", (x, y) => x - y, (x, y) => x - y),
            ("multiply", (x, y) => x * y, (x, y) => x * y),
            ("divide", (x, y) => x / y, (x, y) => x / y),
            ("maximum", Tensor.Maximum, Math.Max),
            ("minimum", Tensor.Minimum, Math.Min),
            ("greater", (x, y) => x.Greater(y), (x, y) => x > y ? 1 : 0),
            ("greater or equal", (x, y) => x.GreaterOrEqual(y), (x, y) => x >= y ? 1 : 0),
            ("less", (x, y) => x.Less(y), (x, y) => x < y ? 1 : 0),
            ("equal", (x, y) => x.EqualTo(y), (x, y) => x == y ? 1 : 0),
        ];
        foreach ((string name, Func<Tensor, Tensor, Tensor> apply, Func<double, double, double> reference) in functions)
        {
            (double, double) domain = name == "divide" ? (0.4, 3) : (-2, 2);
            yield return Two(name, [3, 5], [3, 5], apply, (x, y) => Dense.Zip(x, y, reference)) with { Domain = domain };
            yield return Two($"{name} row", [3, 5], [5], apply, (x, y) => Dense.Zip(x, y, reference)) with { Domain = domain };
            yield return Two($"{name} column", [3, 1], [3, 5], apply, (x, y) => Dense.Zip(x, y, reference)) with { Domain = domain };
            yield return Two($"{name} outer", [2, 1, 3], [4, 1], apply, (x, y) => Dense.Zip(x, y, reference)) with { Domain = domain };
            yield return Two($"{name} scalar", [2, 3], [], apply, (x, y) => Dense.Zip(x, y, reference)) with { Domain = domain };
            yield return Two($"scalar {name}", [1], [2, 3], apply, (x, y) => Dense.Zip(x, y, reference)) with { Domain = domain };
        }

        yield return Map("x + 2", x => x + 2.0, x => x + 2) with { Scale = x => x[0].Map(_ => 4) };
        yield return Map("2 + x", x => 2.0 + x, x => x + 2) with { Scale = x => x[0].Map(_ => 4) };
        yield return Map("x - 2", x => x - 2.0, x => x - 2) with { Scale = x => x[0].Map(_ => 4) };
        yield return Map("2 - x", x => 2.0 - x, x => 2 - x) with { Scale = x => x[0].Map(_ => 4) };
        yield return Map("x * 3", x => x * 3.0, x => x * 3);
        yield return Map("3 * x", x => 3.0 * x, x => x * 3);
        yield return Map("x / 3", x => x / 3.0, x => x / 3);
        yield return Map("3 / x", x => 3.0 / x, x => 3 / x) with { Domain = (0.3, 3) };
        yield return Map("x * x", x => x * x, x => x * x);
        yield return Map("x - x", x => x - x, _ => 0);
        yield return Map("x + x", x => x + x, x => 2 * x);
        yield return Map("x / x", x => x / x, _ => 1) with { Domain = (0.3, 3) };
        yield return Map("maximum with itself", x => Tensor.Maximum(x, x), x => x);
        yield return new("where", [[4, 3], [4, 3], [4, 3]], x => Tensor.Where(x[0].Step(), x[1], x[2]), x => Dense.Choose(x[0].Map(v => v > 0 ? 1 : 0), x[1], x[2]));
        yield return new("where broadcast", [[4, 1], [3], []], x => Tensor.Where(x[0].Step(), x[1], x[2]), x => Dense.Choose(x[0].Map(v => v > 0 ? 1 : 0), x[1], x[2]));
        yield return new("where of one", [[3], [3]], x => Tensor.Where(x[0].Less(x[1]), x[0], x[0].Square()), x => Dense.Zip(x[0], x[1], (p, q) => p < q ? p : p * p));
    }

    private static IEnumerable<OperationCase> Products()
    {
        (int[] Left, int[] Right, int[] LeftMatrix, int[] RightMatrix, int[] Result)[] shapes =
        [
            ([3, 4], [4, 5], [3, 4], [4, 5], [3, 5]),
            ([1, 1], [1, 1], [1, 1], [1, 1], [1, 1]),
            ([4], [4], [1, 4], [4, 1], []),
            ([4], [4, 3], [1, 4], [4, 3], [3]),
            ([3, 4], [4], [3, 4], [4, 1], [3]),
            ([2, 3, 4], [4, 5], [2, 3, 4], [4, 5], [2, 3, 5]),
            ([2, 3, 4], [4], [2, 3, 4], [4, 1], [2, 3]),
            ([4], [2, 4, 3], [1, 4], [2, 4, 3], [2, 3]),
            ([2, 3, 4], [2, 4, 2], [2, 3, 4], [2, 4, 2], [2, 3, 2]),
            ([1, 3, 4], [2, 4, 2], [1, 3, 4], [2, 4, 2], [2, 3, 2]),
            ([3, 4], [2, 4, 2], [3, 4], [2, 4, 2], [2, 3, 2]),
            ([2, 1, 2, 3], [3, 3, 2], [2, 1, 2, 3], [3, 3, 2], [2, 3, 2, 2]),
            ([2, 0], [0, 3], [2, 0], [0, 3], [2, 3]),
        ];
        foreach ((int[] left, int[] right, int[] leftMatrix, int[] rightMatrix, int[] result) in shapes)
        {
            Dense Product(Dense x, Dense y) => x.To(leftMatrix).Times(y.To(rightMatrix)).To(result);
            yield return Two($"matmul [{string.Join(",", left)}] [{string.Join(",", right)}]", left, right, (x, y) => x.MatMul(y), Product) with
            {
                Scale = x => Product(x[0].Map(Math.Abs), x[1].Map(Math.Abs)),
                Ulps = left[^1] + 1,
            };
        }

        foreach ((string name, int[] left, int[] right, Func<Tensor, Tensor, Tensor> apply) in new (string, int[], int[], Func<Tensor, Tensor, Tensor>)[]
        {
            ("matmul t n", [4, 3], [4, 5], (x, y) => x.Transpose().MatMul(y)),
            ("matmul n t", [3, 4], [5, 4], (x, y) => x.MatMul(y.Transpose())),
            ("matmul t t", [4, 3], [5, 4], (x, y) => x.Transpose().MatMul(y.Transpose())),
            ("matmul transposed", [5, 4], [4, 3], (x, y) => x.MatMul(y).Transpose()),
        })
        {
            Dense Product(Dense x, Dense y) => name switch
            {
                "matmul t n" => x.Permute(1, 0).Times(y),
                "matmul n t" => x.Times(y.Permute(1, 0)),
                "matmul t t" => x.Permute(1, 0).Times(y.Permute(1, 0)),
                _ => x.Times(y).Permute(1, 0),
            };
            yield return Two(name, left, right, apply, Product) with { Scale = x => Product(x[0].Map(Math.Abs), x[1].Map(Math.Abs)), Ulps = 5 };
        }

        yield return One("matmul with itself", [3, 3], x => x.MatMul(x), x => x.Times(x)) with { Scale = x => x[0].Map(Math.Abs).Times(x[0].Map(Math.Abs)) };
        yield return One("gram matrix", [3, 4], x => x.MatMul(x.Transpose()), x => x.Times(x.Permute(1, 0))) with
        {
            Scale = x => x[0].Map(Math.Abs).Times(x[0].Map(Math.Abs).Permute(1, 0)),
            Ulps = 5,
        };
    }
}
