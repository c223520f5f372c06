namespace NeuralOde.Tensors.Tests.Kernels;

/// <summary>Every function twice: to double precision, for single; and to double-double precision, for double.</summary>
internal static class ReferenceFunctions
{
    public static double InDouble(string name, double x) => name switch
    {
        "tanh" => Math.Tanh(x),
        "exp" => Math.Exp(x),
        "sigmoid" => Sigmoid(x),
        "log" => Math.Log(x),
        "sin" => Math.Sin(x),
        "cos" => Math.Cos(x),
        "elu" => x > 0 ? x : Expm1(x),
        "expm1" => Expm1(x),
        "log1p" => Log1p(x),
        "softplus" => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x))),
        "silu" => x * Sigmoid(x),
        "gelu" => x * Sigmoid(2 * Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))),
        _ => throw new ArgumentException($"There is no reference for {name}.", nameof(name)),
    };

    public static DoubleDouble InDoubleDouble(string name, double x) => name switch
    {
        "tanh" => Tanh(x),
        "exp" => DoubleDouble.Exp(x),
        "sigmoid" => Sigmoid((DoubleDouble)x),
        "log" => DoubleDouble.Log(x),
        "sin" => DoubleDouble.Sin(x),
        "cos" => DoubleDouble.Cos(x),
        "elu" => x > 0 ? x : DoubleDouble.Expm1(x),
        "expm1" => DoubleDouble.Expm1(x),
        "log1p" => DoubleDouble.Log1p(x),
        "softplus" => Math.Max(x, 0) + DoubleDouble.Log1p(DoubleDouble.Exp(-Math.Abs(x))),
        "silu" => x * Sigmoid((DoubleDouble)x),
        _ => throw new ArgumentException($"There is no reference for {name}.", nameof(name)),
    };

    private static DoubleDouble Tanh(double x)
    {
        var m = DoubleDouble.Expm1(2 * Math.Abs(x));
        var tanh = m / (m + 2);
        return x < 0 ? -tanh : tanh;
    }

    private static DoubleDouble Sigmoid(DoubleDouble x)
    {
        var e = DoubleDouble.Exp(-DoubleDouble.Abs(x));
        return (x.High < 0 ? e : 1) / (e + 1);
    }

    private static double Sigmoid(double x)
    {
        var e = Math.Exp(-Math.Abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }

    // By tanh ½x, which does not cancel.
    private static double Expm1(double x)
    {
        var t = Math.Tanh(x / 2);
        return Math.Abs(x) < 1 ? 2 * t / (1 - t) : Math.Exp(x) - 1;
    }

    // The classical correction of ln u for the rounding of u = 1 + x.
    private static double Log1p(double x)
    {
        var u = 1 + x;
        return u == 1 ? x - (x * x / 2) : double.IsInfinity(u) ? u : Math.Log(u) * x / (u - 1);
    }
}
