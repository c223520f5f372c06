namespace NeuralOde.Tensors.Tests.Kernels;

/// <summary>Every function twice: to double precision, for single; and to double-double precision, for double.</summary>
internal static class ReferenceFunctions
{
    private static readonly DoubleDouble s_rootOfPi = (DoubleDouble)1.772453850905516 + -7.666586499825799e-17;
    private static readonly DoubleDouble s_rootOfHalf = (DoubleDouble)0.7071067811865476 + -4.833646656726457e-17;

    public static double InDouble(string name, double x) => name switch
    {
        "tanh" => Math.Tanh(x),
        "exp" => Math.Exp(x),
        "sigmoid" => Sigmoid(x),
        "log" => Math.Log(x),
        "sin" => Math.Sin(x),
        "cos" => Math.Cos(x),
        "elu" => x > 0 ? x : Expm1(x),
        "selu" => x > 0 ? 1.0507009873554805 * x : 1.0507009873554805 * 1.6732632423543773 * Expm1(x),
        "expm1" => Expm1(x),
        "log1p" => Log1p(x),
        "softplus" => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x))),
        "silu" => x * Sigmoid(x),
        "erf" => Math.Abs(x) < 3 ? PlainErfSeries(x) : x < 0 ? PlainErfc(-x) - 1 : 1 - PlainErfc(x),
        "gelu" => x < 0 ? 0.5 * x * PlainErfc(-x / Math.Sqrt(2)) : x * (1 - (0.5 * PlainErfc(x / Math.Sqrt(2)))),
        "geluTanh" => x * Sigmoid(2 * Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))),
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
        "erf" => Erf(x),
        "gelu" => Gelu(x),
        _ => throw new ArgumentException($"There is no reference for {name}.", nameof(name)),
    };

    private static DoubleDouble Tanh(double x)
    {
        var m = DoubleDouble.Expm1(2 * Math.Abs(x));
        DoubleDouble tanh = m / (m + 2);
        return x < 0 ? -tanh : tanh;
    }

    private static DoubleDouble Sigmoid(DoubleDouble x)
    {
        var e = DoubleDouble.Exp(-DoubleDouble.Abs(x));
        return (x.High < 0 ? e : 1) / (e + 1);
    }

    private static DoubleDouble Gelu(double x)
    {
        DoubleDouble tail = Erfc(DoubleDouble.Abs(x) * s_rootOfHalf) * 0.5;
        return x * (x < 0 ? tail : 1 - tail);
    }

    private static DoubleDouble Erf(double x)
    {
        DoubleDouble magnitude = Math.Abs(x);
        DoubleDouble erf = Math.Abs(x) < 3 ? ErfSeries(magnitude) : 1 - Erfc(magnitude);
        return x < 0 ? -erf : erf;
    }

    /// <summary>For x ≥ 0, without loss in the tail.</summary>
    private static DoubleDouble Erfc(DoubleDouble x)
    {
        if (double.IsNaN(x.High))
        {
            return x;
        }

        // Where the series takes over, the complement is 2e-5: 5 of 32 digits are lost.
        if (x.High < 3)
        {
            return 1 - ErfSeries(x);
        }

        if (x.High > 100)
        {
            return 0;
        }

        // Laplace's continued fraction, e^(−x²)/√π / (x + ½/(x + 1/(x + 3/2/(x + …)))), from far enough out.
        DoubleDouble fraction = x;
        for (int n = 400; n >= 1; n--)
        {
            fraction = x + (n * 0.5 / fraction);
        }

        return DoubleDouble.Exp(-(x * x)) / (s_rootOfPi * fraction);
    }

    /// <summary>As <see cref="Erfc"/>, to 14 digits.</summary>
    private static double PlainErfc(double x)
    {
        if (x < 1.5)
        {
            return 1 - PlainErfSeries(x);
        }

        double fraction = x;
        for (int n = 300; n >= 1; n--)
        {
            fraction = x + (n * 0.5 / fraction);
        }

        return double.IsInfinity(x) ? 0 : Math.Exp(-(x * x)) / (Math.Sqrt(Math.PI) * fraction);
    }

    private static double PlainErfSeries(double x)
    {
        double term = x;
        double sum = x;
        for (int n = 1; n < 100 && Math.Abs(term) > Math.Abs(sum) * 1e-18; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return sum * 2 * Math.Exp(-(x * x)) / Math.Sqrt(Math.PI);
    }

    /// <summary>2/√π·e^(−x²)·Σ 2ⁿx²ⁿ⁺¹/(2n + 1)!!, whose terms are all positive.</summary>
    private static DoubleDouble ErfSeries(DoubleDouble x)
    {
        DoubleDouble term = x;
        DoubleDouble sum = x;
        for (int n = 1; n < 200 && Math.Abs(term.High) > Math.Abs(sum.High) * 1e-34; n++)
        {
            term = term * x * x * 2 / ((2 * n) + 1);
            sum += term;
        }

        return sum * 2 * DoubleDouble.Exp(-(x * x)) / s_rootOfPi;
    }

    private static double Sigmoid(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }

    // By tanh ½x, which does not cancel.
    private static double Expm1(double x)
    {
        double t = Math.Tanh(x / 2);
        return Math.Abs(x) < 1 ? 2 * t / (1 - t) : Math.Exp(x) - 1;
    }

    // The classical correction of ln u for the rounding of u = 1 + x.
    private static double Log1p(double x)
    {
        double u = 1 + x;
        return u == 1 ? x - (x * x / 2) : double.IsInfinity(u) ? u : Math.Log(u) * x / (u - 1);
    }
}
