using System.Globalization;
using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels;

public class UnarySpecialCaseTests
{
    /// <summary>function, x, value: as IEEE 754 and the C standard (annex F) have them, with limits for the activations.</summary>
    public static TheoryData<string, string, string> Cases => Table(
        "exp: 0→1 -0→1 Infinity→Infinity -Infinity→0 1e5→Infinity -1e5→0",
        "expm1: 0→0 -0→-0 Infinity→Infinity -Infinity→-1 1e5→Infinity -1e5→-1",
        "log: 1→0 0→-Infinity -0→-Infinity -1→NaN -Infinity→NaN Infinity→Infinity",
        "log1p: 0→0 -0→-0 -1→-Infinity -2→NaN -Infinity→NaN Infinity→Infinity",
        "sin: 0→0 -0→-0 Infinity→NaN -Infinity→NaN",
        "cos: 0→1 -0→1 Infinity→NaN -Infinity→NaN",
        "tanh: 0→0 -0→-0 Infinity→1 -Infinity→-1 1e5→1 -1e5→-1",
        "sigmoid: 0→0.5 -0→0.5 Infinity→1 -Infinity→0 1e5→1 -1e5→0",
        "elu: 0→0 -0→-0 Infinity→Infinity -Infinity→-1 1e5→1e5 -1e5→-1",
        "selu: 0→0 -0→-0 Infinity→Infinity",
        "relu: 0→0 Infinity→Infinity -Infinity→0 -1→0",
        "softplus: Infinity→Infinity -Infinity→0 1e5→1e5 -1e5→0",
        "silu: 0→0 -0→-0 Infinity→Infinity 1e5→1e5 -1e5→-0",
        "gelu: 0→0 -0→-0 Infinity→Infinity -Infinity→-0 1e5→1e5 -1e5→-0",
        "geluTanh: 0→0 -0→-0 Infinity→Infinity 1e5→1e5 -1e5→-0",
        "erf: 0→0 -0→-0 Infinity→1 -Infinity→-1 1e5→1 -1e5→-1",
        "step: 0→0 -0→0 1→1 Infinity→1 -Infinity→0 NaN→0",
        "sign: 0→0 -0→-0 5→1 -5→-1 Infinity→1 -Infinity→-1",
        "sqrt: 0→0 -0→-0 -1→NaN Infinity→Infinity",
        "reciprocal: 0→Infinity -0→-Infinity Infinity→0 -Infinity→-0");

    public static TheoryData<string> AllButStep => [.. Operators<float>.Unary.Keys.Where(name => name != "step")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Special_values_have_the_limits_of_the_function(string name, string x, string expected)
    {
        Check<float>(name, x, expected);
        Check<double>(name, x, expected);
    }

    [Theory]
    [MemberData(nameof(AllButStep))]
    public void NaN_stays_NaN(string name)
    {
        Check<float>(name, "NaN", "NaN");
        Check<double>(name, "NaN", "NaN");
    }

    [Theory]
    [InlineData("tanh")]
    [InlineData("sin")]
    [InlineData("elu")]
    [InlineData("expm1")]
    [InlineData("log1p")]
    public void Subnormals_pass_through_functions_that_are_x_near_zero(string name)
    {
        foreach (int k in new[] { 1, 2, 3, 5, 1001, 4_000_001 })
        {
            Same(name, float.Epsilon * k);
            Same(name, -float.Epsilon * k);
            Same(name, double.Epsilon * k);
            Same(name, -double.Epsilon * k);
        }

        static void Same<T>(string name, T x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var y = new T[1];
            Operators<T>.Unary[name]([x], y, SimdWidths.Best);
            TestValues.AssertSameBits<T>([x], y, name);
        }
    }

    [Fact]
    public void Exp_underflows_gradually()
    {
        float[] singles = [-87.5f, -90, -100, -103.2f, -103.9f, -104];
        float[] y = new float[singles.Length];
        Map.Unary<float, ExpOperator<float>>(singles, y);
        for (int i = 0; i < y.Length; i++)
        {
            Assert.Equal((float)Math.Exp(singles[i]), y[i], float.Epsilon);
        }

        double[] doubles = [-709, -720, -745.1, -746];
        double[] z = new double[doubles.Length];
        Map.Unary<double, ExpOperator<double>>(doubles, z);
        for (int i = 0; i < z.Length; i++)
        {
            // One unit of the subnormal range, and one of the C library's own where the result is normal.
            double expected = Math.Exp(doubles[i]);
            Assert.InRange(z[i], expected - Math.Max(double.Epsilon, expected * 4e-16), expected + Math.Max(double.Epsilon, expected * 4e-16));
        }
    }

    [Fact]
    public void Logarithms_of_subnormals_are_exact_to_the_last_place()
    {
        foreach (double x in new[] { double.Epsilon, double.Epsilon * 3, 1e-310, 2.2250738585072009e-308 })
        {
            double[] y = new double[1];
            Map.Unary<double, LogOperator<double>>([x], y);

            // Scaled by 2⁶⁴, which is exact, into the range of the reference.
            DoubleDouble expected = DoubleDouble.Log(x * Math.Pow(2, 64)) - (DoubleDouble.Log(2) * 64);
            Assert.InRange(Ulp.Error(y[0], expected), 0, 1.5);
        }
    }

    private static void Check<T>(string name, string x, string expected)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Of both widths' tails and full vectors.
        T[] input = Enumerable.Repeat(T.Parse(x, CultureInfo.InvariantCulture), 19).ToArray();
        var output = new T[input.Length];
        Operators<T>.Unary[name](input, output, SimdWidths.Best);
        T value = T.Parse(expected, CultureInfo.InvariantCulture);
        TestValues.AssertSameBits<T>([.. Enumerable.Repeat(value, output.Length)], output, $"{name}({x})");
    }

    private static TheoryData<string, string, string> Table(params string[] rows)
    {
        var data = new TheoryData<string, string, string>();
        foreach (string row in rows)
        {
            string[] parts = row.Split(": ");
            foreach (string pair in parts[1].Split(' '))
            {
                string[] sides = pair.Split('→');
                data.Add(parts[0], sides[0], sides[1]);
            }
        }

        return data;
    }
}
