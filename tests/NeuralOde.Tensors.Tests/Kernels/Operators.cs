using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels;

internal delegate void UnaryKernel<T>(ReadOnlySpan<T> x, Span<T> destination, SimdWidth width);

internal delegate void BinaryKernel<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> destination, SimdWidth width);

/// <summary>The operators by name, so that one test can go through all of them.</summary>
internal static class Operators<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static readonly Dictionary<string, UnaryKernel<T>> Unary = new()
    {
        ["negate"] = Map.Unary<T, NegateOperator<T>>,
        ["abs"] = Map.Unary<T, AbsOperator<T>>,
        ["sign"] = Map.Unary<T, SignOperator<T>>,
        ["square"] = Map.Unary<T, SquareOperator<T>>,
        ["cube"] = Map.Unary<T, CubeOperator<T>>,
        ["sqrt"] = Map.Unary<T, SqrtOperator<T>>,
        ["reciprocal"] = Map.Unary<T, ReciprocalOperator<T>>,
        ["exp"] = Map.Unary<T, ExpOperator<T>>,
        ["expm1"] = Map.Unary<T, Expm1Operator<T>>,
        ["log"] = Map.Unary<T, LogOperator<T>>,
        ["log1p"] = Map.Unary<T, Log1pOperator<T>>,
        ["sin"] = Map.Unary<T, SinOperator<T>>,
        ["cos"] = Map.Unary<T, CosOperator<T>>,
        ["tanh"] = Map.Unary<T, TanhOperator<T>>,
        ["sigmoid"] = Map.Unary<T, SigmoidOperator<T>>,
        ["elu"] = Map.Unary<T, EluOperator<T>>,
        ["selu"] = Map.Unary<T, SeluOperator<T>>,
        ["relu"] = Map.Unary<T, ReluOperator<T>>,
        ["softplus"] = Map.Unary<T, SoftplusOperator<T>>,
        ["silu"] = Map.Unary<T, SiluOperator<T>>,
        ["gelu"] = Map.Unary<T, GeluOperator<T>>,
        ["geluTanh"] = Map.Unary<T, GeluTanhOperator<T>>,
        ["erf"] = Map.Unary<T, ErfOperator<T>>,
        ["step"] = Map.Unary<T, StepOperator<T>>,
    };

    public static readonly Dictionary<string, BinaryKernel<T>> Binary = new()
    {
        ["add"] = Map.Binary<T, AddOperator<T>>,
        ["subtract"] = Map.Binary<T, SubtractOperator<T>>,
        ["multiply"] = Map.Binary<T, MultiplyOperator<T>>,
        ["divide"] = Map.Binary<T, DivideOperator<T>>,
        ["maximum"] = Map.Binary<T, MaximumOperator<T>>,
        ["minimum"] = Map.Binary<T, MinimumOperator<T>>,
        ["power"] = Map.Binary<T, PowerOperator<T>>,
        ["greater"] = Map.Binary<T, GreaterOperator<T>>,
        ["greaterOrEqual"] = Map.Binary<T, GreaterOrEqualOperator<T>>,
        ["less"] = Map.Binary<T, LessOperator<T>>,
        ["lessOrEqual"] = Map.Binary<T, LessOrEqualOperator<T>>,
        ["equal"] = Map.Binary<T, EqualOperator<T>>,
        ["tanhGradient"] = Map.Binary<T, TanhGradientOperator<T>>,
        ["sigmoidGradient"] = Map.Binary<T, SigmoidGradientOperator<T>>,
        ["eluGradient"] = Map.Binary<T, EluGradientOperator<T>>,
        ["seluGradient"] = Map.Binary<T, SeluGradientOperator<T>>,
        ["reluGradient"] = Map.Binary<T, ReluGradientOperator<T>>,
        ["softplusGradient"] = Map.Binary<T, SoftplusGradientOperator<T>>,
        ["siluGradient"] = Map.Binary<T, SiluGradientOperator<T>>,
        ["geluGradient"] = Map.Binary<T, GeluGradientOperator<T>>,
        ["geluTanhGradient"] = Map.Binary<T, GeluTanhGradientOperator<T>>,
    };

    /// <summary>Operators that are a single IEEE operation or a comparison: what each must equal exactly.</summary>
    public static T Exact(string name, T x) => name switch
    {
        "negate" => -x,
        "abs" => T.Abs(x),
        "sign" => x > T.Zero ? T.One : x < T.Zero ? -T.One : x,
        "square" => x * x,
        "cube" => x * x * x,
        "sqrt" => T.Sqrt(x),
        "reciprocal" => T.One / x,
        "relu" => x > T.Zero || T.IsNaN(x) || x == T.Zero ? x : T.Zero,
        "step" => x > T.Zero ? T.One : T.Zero,
        _ => throw new ArgumentException($"{name} is not exact.", nameof(name)),
    };

    /// <summary>As <see cref="Exact(string, T)"/>, for two operands.</summary>
    public static T Exact(string name, T x, T y) => name switch
    {
        "add" => x + y,
        "subtract" => x - y,
        "multiply" => x * y,
        "divide" => x / y,
        "maximum" => T.Max(x, y),
        "minimum" => T.Min(x, y),
        "power" => T.Pow(x, y),
        "greater" => x > y ? T.One : T.Zero,
        "greaterOrEqual" => x >= y ? T.One : T.Zero,
        "less" => x < y ? T.One : T.Zero,
        "lessOrEqual" => x <= y ? T.One : T.Zero,
        "equal" => x == y ? T.One : T.Zero,
        "tanhGradient" => x * FusedArithmetic.MultiplyAdd(-y, y, T.One),
        "sigmoidGradient" => x * FusedArithmetic.MultiplyAdd(-y, y, y),
        "eluGradient" => y > T.Zero ? x : FusedArithmetic.MultiplyAdd(x, y, x),
        "seluGradient" => x * (y > T.Zero ? T.CreateTruncating(SeluOperator<T>.Scale) : y + T.CreateTruncating(SeluOperator<T>.NegativeScale)),
        "reluGradient" => y > T.Zero ? x : T.Zero,
        _ => throw new ArgumentException($"{name} is not exact.", nameof(name)),
    };
}
