using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels;

/// <summary>
/// The functions against references of more than twice their precision, in units in the last place of the result.
/// </summary>
/// <remarks>
/// Set the environment variable NEURALODE_EXHAUSTIVE to 1 to go through every single-precision number (some ten seconds a function, minutes for sine and cosine)
/// rather than one in 9,973.
/// </remarks>
public class UnaryAccuracyTests(ITestOutputHelper output)
{
    private const uint SampleStride = 9973;

    private static uint Stride => Environment.GetEnvironmentVariable("NEURALODE_EXHAUSTIVE") == "1" ? 1 : SampleStride;

    // Bounds: half an ulp for each rounding after the polynomial, with the conditioning of the last operations.
    [Theory]
    [InlineData("exp", 1.5)]
    [InlineData("expm1", 2)]
    [InlineData("log", 1.5)]
    [InlineData("log1p", 2)]
    [InlineData("sin", 2)]
    [InlineData("cos", 2)]
    [InlineData("tanh", 3)]
    [InlineData("sigmoid", 3)]
    [InlineData("elu", 2)]
    [InlineData("selu", 3)]
    [InlineData("softplus", 3)]
    [InlineData("erf", 3)]
    public void Single_precision_stays_within_a_few_ulp_over_all_numbers(string name, double bound)
    {
        (double worst, float worstAt) = SinglePrecisionSweep.LargestError(Operators<float>.Unary[name], Operators<double>.Unary[name], Stride);
        output.WriteLine(FormattableString.Invariant($"{name}: at most {worst:F3} ulp, at {worstAt:R}, over one number in {Stride}"));
        Assert.True(worst <= bound, FormattableString.Invariant($"{name}({worstAt:R}) is {worst:F2} ulp off"));
    }

    // What makes the double kernels a reference for all of single precision: an error of 2⁻⁴⁵ is 2⁻²¹ ulp in float.
    [Theory]
    [InlineData("exp")]
    [InlineData("expm1")]
    [InlineData("log")]
    [InlineData("log1p")]
    [InlineData("sin")]
    [InlineData("cos")]
    [InlineData("tanh")]
    [InlineData("sigmoid")]
    [InlineData("elu")]
    [InlineData("selu")]
    [InlineData("softplus")]
    [InlineData("erf")]
    [InlineData("silu")]
    public void Double_precision_agrees_with_the_runtime_over_single_precision_numbers(string name)
        => SinglePrecisionSweep.Run(SampleStride, Operators<double>.Unary[name], (x, y) =>
        {
            for (int i = 0; i < x.Length; i++)
            {
                double expected = ReferenceFunctions.InDouble(name, x[i]);
                bool isNear = y[i].Equals(expected) || y[i] == expected || Math.Abs(y[i] - expected) <= Math.ScaleB(Math.Abs(expected), -45);

                // Below the normal numbers of double nothing is left of a single.
                Assert.True(isNear || Math.Abs(expected) < 1e-300, FormattableString.Invariant($"{name}({x[i]:R}) = {y[i]:R}, not {expected:R}"));
            }
        });

    [Theory]
    [InlineData("exp", 1e-9, 690, 1.5)]
    [InlineData("expm1", 1e-9, 690, 2)]
    [InlineData("log", 1e-300, 1e300, 1.5)]
    [InlineData("log", 0.4, 2.5, 1.5)]
    [InlineData("log1p", 1e-9, 1e9, 2)]
    [InlineData("log1p", 0.1, 0.9, 2)]
    [InlineData("sin", 1e-9, 1e9, 2)]
    [InlineData("cos", 1e-9, 1e9, 2)]
    [InlineData("tanh", 1e-9, 25, 3)]
    [InlineData("tanh", 0.05, 3, 3)]
    [InlineData("sigmoid", 1e-9, 690, 3)]
    [InlineData("sigmoid", 0.1, 10, 3)]
    [InlineData("elu", 1e-9, 50, 2)]
    [InlineData("softplus", 1e-9, 690, 3)]
    [InlineData("softplus", 0.1, 10, 3)]
    [InlineData("silu", 1e-9, 690, 3.5)]
    [InlineData("erf", 1e-9, 7, 3)]
    [InlineData("erf", 0.3, 3, 3)]
    [InlineData("gelu", 1e-9, 37, 6)]
    [InlineData("gelu", 0.1, 5, 6)]
    public void Double_precision_stays_within_a_few_ulp(string name, double from, double to, double bound)
    {
        const int Count = 10_000;
        var random = new Random(7);
        double[] x = new double[Count];
        for (int i = 0; i < Count; i++)
        {
            // Evenly over the exponents, of either sign where the function takes it.
            x[i] = Math.Exp(Math.Log(from) + ((Math.Log(to) - Math.Log(from)) * random.NextDouble()));
            bool negative = name != "log" && (name != "log1p" || x[i] < 1) && random.Next(2) == 0;
            x[i] = negative ? -x[i] : x[i];
        }

        double[] y = new double[Count];
        Operators<double>.Unary[name](x, y, SimdWidths.Best);
        for (int i = 0; i < Count; i++)
        {
            double error = Ulp.Error(y[i], ReferenceFunctions.InDoubleDouble(name, x[i]));
            Assert.True(error <= bound, FormattableString.Invariant($"{name}({x[i]:R}) = {y[i]:R} is {error:F2} ulp off"));
        }
    }

    [Fact]
    public void Sine_and_cosine_keep_their_accuracy_next_to_multiples_of_half_pi()
    {
        var near = new List<double>();
        for (long n = 1L; n < 600_000_000; n = (n * 5 / 4) + 1)
        {
            double center = n * (Math.PI / 2);
            near.AddRange([Math.BitDecrement(center), center, Math.BitIncrement(center)]);
        }

        double[] x = [.. near];
        double[] sin = new double[x.Length];
        double[] cos = new double[x.Length];
        Map.Unary<double, SinOperator<double>>(x, sin);
        Map.Unary<double, CosOperator<double>>(x, cos);
        for (int i = 0; i < x.Length; i++)
        {
            Assert.InRange(Ulp.Error(sin[i], DoubleDouble.Sin(x[i])), 0, 2);
            Assert.InRange(Ulp.Error(cos[i], DoubleDouble.Cos(x[i])), 0, 2);
        }
    }

    [Fact]
    public void Silu_stays_within_a_few_ulp_while_its_sigmoid_is_a_normal_number()
    {
        float[] x = [.. Enumerable.Range(-87_000, 174_001).Select(i => i / 1000f)];
        float[] y = new float[x.Length];
        Map.Unary<float, SiluOperator<float>>(x, y);
        for (int i = 0; i < x.Length; i++)
        {
            Assert.InRange(Ulp.Error(y[i], ReferenceFunctions.InDouble("silu", x[i])), 0, 3.5);
        }
    }

    [Fact]
    public void Gelu_stays_within_a_few_ulp_down_to_where_it_underflows()
    {
        float[] x = [.. Enumerable.Range(-12_900, 30_000).Select(i => i / 1000f)];
        float[] y = new float[x.Length];
        Map.Unary<float, GeluOperator<float>>(x, y);
        for (int i = 0; i < x.Length; i++)
        {
            Assert.InRange(Ulp.Error(y[i], ReferenceFunctions.InDouble("gelu", x[i])), 0, 6);
        }
    }

    [Fact]
    public void Gelu_in_its_tanh_form_stays_within_the_conditioning_of_its_exponential()
    {
        // The relative error of e^(−2u) is |2u| times that of u, which has four roundings: |2u| is below 30 where the result is not lost in the negative tail.
        float[] x = [.. Enumerable.Range(-400, 801).Select(i => i / 100f)];
        float[] y = new float[x.Length];
        Map.Unary<float, GeluTanhOperator<float>>(x, y);
        for (int i = 0; i < x.Length; i++)
        {
            double expected = ReferenceFunctions.InDouble("geluTanh", x[i]);
            Assert.InRange(y[i], expected - (Math.Abs(expected) * 64 * 6e-8), expected + (Math.Abs(expected) * 64 * 6e-8));
        }
    }
}
