namespace NeuralOde.Tensors.Tests.Kernels;

/// <summary>
/// An unevaluated sum of two doubles, some 104 bits: a reference for double precision. Error-free sums and products after Dekker (1971) and Knuth.
/// </summary>
internal readonly record struct DoubleDouble(double High, double Low)
{
    private static readonly DoubleDouble s_ln2 = new(0.6931471805599453, 2.3190468138462996e-17);
    private static readonly double[] s_halfPi = [1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33];

    public static implicit operator DoubleDouble(double value) => new(value, 0);

    public static DoubleDouble operator -(DoubleDouble a) => new(-a.High, -a.Low);

    public static DoubleDouble operator +(DoubleDouble a, DoubleDouble b)
    {
        DoubleDouble high = TwoSum(a.High, b.High);
        DoubleDouble low = TwoSum(a.Low, b.Low);
        DoubleDouble sum = FastTwoSum(high.High, high.Low + low.High);
        return FastTwoSum(sum.High, sum.Low + low.Low);
    }

    public static DoubleDouble operator -(DoubleDouble a, DoubleDouble b) => a + -b;

    public static DoubleDouble operator *(DoubleDouble a, DoubleDouble b)
    {
        DoubleDouble product = TwoProduct(a.High, b.High);
        return FastTwoSum(product.High, product.Low + ((a.High * b.Low) + (a.Low * b.High)));
    }

    public static DoubleDouble operator /(DoubleDouble a, DoubleDouble b)
    {
        double first = a.High / b.High;
        DoubleDouble rest = a - (b * first);
        double second = rest.High / b.High;
        rest -= b * second;
        return (DoubleDouble)first + second + (rest.High / b.High);
    }

    /// <summary>Times 2ⁿ; exact unless the result is subnormal.</summary>
    public DoubleDouble Scale(int n) => new(Math.ScaleB(High, n), Math.ScaleB(Low, n));

    public static DoubleDouble Abs(DoubleDouble a) => a.High < 0 ? -a : a;

    /// <summary>eˣ − 1 with full relative accuracy; |x| below 700.</summary>
    public static DoubleDouble Expm1(DoubleDouble x)
    {
        if (Math.Abs(x.High) > 0.4)
        {
            return Exp(x) - 1;
        }

        // Taylor: 0.4³⁰/30! is below 2⁻¹⁴⁰.
        DoubleDouble sum = 0;
        for (int k = 30; k >= 1; k--)
        {
            sum = (sum + 1) * x / k;
        }

        return sum;
    }

    /// <summary>eˣ for |x| below 700.</summary>
    public static DoubleDouble Exp(DoubleDouble x)
    {
        int n = (int)Math.Round(x.High / s_ln2.High);
        return (Expm1(x - (s_ln2 * n)) + 1).Scale(n);
    }

    /// <summary>ln x by two Newton steps on eʸ = x.</summary>
    public static DoubleDouble Log(DoubleDouble x)
    {
        int exponent = Math.ILogB(x.High * Math.Sqrt(2));
        DoubleDouble m = x.Scale(-exponent);
        DoubleDouble y = Log1p(m - 1);
        return y + (s_ln2 * exponent);
    }

    /// <summary>ln(1 + x) with full relative accuracy.</summary>
    public static DoubleDouble Log1p(DoubleDouble x)
    {
        if (x.High is > 0.5 or < -0.4)
        {
            return Log(x + 1);
        }

        // Newton on expm1(y) = x from y = x − x²/2 …: y ← y − (expm1 y − x)/eʸ squares the relative error.
        DoubleDouble y = x.High == 0 ? x.High : x.High * (Math.Abs(x.High) < 1e-5 ? 1 - (x.High / 2) : Math.Log(1 + x.High) / x.High);
        for (int i = 0; i < 4; i++)
        {
            DoubleDouble e = Expm1(y);
            y -= (e - x) / (e + 1);
        }

        return y;
    }

    /// <summary>sin x for |x| up to 2³⁰.</summary>
    public static DoubleDouble Sin(double x) => Circular(x, 0);

    /// <summary>cos x for |x| up to 2³⁰.</summary>
    public static DoubleDouble Cos(double x) => Circular(x, 1);

    private static DoubleDouble Circular(double x, int quadrant)
    {
        double n = Math.Round(x / s_halfPi[0]);
        DoubleDouble r = x;
        foreach (double part in s_halfPi)
        {
            r -= TwoProduct(n, part);
        }

        quadrant = (int)(((long)n + quadrant) & 3);
        DoubleDouble square = r * r;
        DoubleDouble sum = 0;
        bool odd = (quadrant & 1) == 1;

        // Taylor to r³¹: 0.79³²/32! is below 2⁻¹²⁸.
        for (int k = odd ? 30 : 31; k >= 2; k -= 2)
        {
            sum = -(sum + 1) * square / ((double)k * (k - 1));
        }

        DoubleDouble value = odd ? sum + 1 : (sum + 1) * r;
        return (quadrant & 2) == 0 ? value : -value;
    }

    private static DoubleDouble TwoSum(double a, double b)
    {
        double sum = a + b;
        double part = sum - a;
        return new(sum, (a - (sum - part)) + (b - part));
    }

    private static DoubleDouble FastTwoSum(double a, double b)
    {
        double sum = a + b;
        return new(sum, b - (sum - a));
    }

    private static DoubleDouble TwoProduct(double a, double b)
    {
        double product = a * b;
        return new(product, Math.FusedMultiplyAdd(a, b, -product));
    }
}
