using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Language;

namespace NeuralOde.Equations.Tests.Fitting;

public class LikelihoodTests
{
    private const double Never = double.NegativeInfinity;

    public static TheoryData<string, double, double, double, double, double> Cases => new()
    {
        { "Normal", 1.3, 0.9, 0.5, 0, Never },
        { "Normal", -1, 0.9, 0.5, 0, 0.2 },
        { "Normal", -1, 4.9, 0.5, 0, 0.2 },
        { "LogNormal", 1.3, 0.9, 0.5, 0, Never },
        { "LogNormal", 0.1, 0.9, 0.5, 0, 0.3 },
        { "Proportional", 1.3, 0.9, 0.3, 0, Never },
        { "Proportional", 0, 0.9, 0.3, 0, 0.4 },
        { "Combined", 1.3, 0.9, 0.3, 0.2, Never },
        { "Combined", 0, 0.9, 0.3, 0.2, 0.4 },
        { "Poisson", 3, 2.4, 0, 0, Never },
        { "Poisson", 0, 2.4, 0, 0, Never },
        { "NegativeBinomial", 7, 4.4, 2.5, 0, Never },
        { "NegativeBinomial", 0, 4.4, 2.5, 0, Never },
        { "Binomial", 7, 0.4, 12, 0, Never },
        { "Student", 1.3, 0.9, 4, 0.5, Never },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Derivatives_equal_differences(string name, double y, double f, double a, double b, double below)
    {
        NoiseKind kind = Enum.Parse<NoiseKind>(name);
        LikelihoodTerm term = Likelihood.Of(kind, y, f, a, b, below);
        double[] expected = FiniteDifference.Gradient(x => Likelihood.Of(kind, y, x[0], kind == NoiseKind.Binomial ? a : x[1], x[2], below).Value, [f, a, b]);
        double[] actual = [term.ByF, term.ByA, term.ByB];
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-8 * Math.Max(1, Math.Abs(expected[i])));
        }
    }

    [Theory]
    [InlineData("Poisson", 2.4, 0, 0)]
    [InlineData("NegativeBinomial", 4.4, 2.5, 0)]
    [InlineData("NegativeBinomial", 120, 12, 0)]
    [InlineData("Binomial", 0.4, 12, 0)]
    public void Probabilities_of_counts_add_up_and_the_information_is_the_variance_of_the_score(string name, double f, double a, double b)
    {
        NoiseKind kind = Enum.Parse<NoiseKind>(name);
        double sum = 0, ff = 0, aa = 0, fa = 0;
        LikelihoodTerm term = default;
        for (int y = 0; y <= (kind == NoiseKind.Binomial ? (int)a : 3000); y++)
        {
            term = Likelihood.Of(kind, y, f, a, b, Never);
            double p = Math.Exp(-term.Value);
            sum += p;
            ff += p * term.ByF * term.ByF;
            aa += p * term.ByA * term.ByA;
            fa += p * term.ByF * term.ByA;
        }

        Assert.Equal(1, sum, 1e-10);
        Assert.Equal(ff, term.FF, 1e-9 * ff);
        Assert.Equal(aa, term.AA, 1e-6 * Math.Max(aa, 1e-6));
        Assert.Equal(fa, term.FA, 1e-9);
    }

    [Theory]
    [InlineData("Normal", 0.9, 0.5, 0)]
    [InlineData("LogNormal", 0.9, 0.5, 0)]
    [InlineData("Proportional", 0.9, 0.3, 0)]
    [InlineData("Combined", 0.9, 0.3, 0.2)]
    [InlineData("Student", 0.9, 4, 0.5)]
    public void Densities_integrate_to_one_and_the_information_is_the_variance_of_the_score(string name, double f, double a, double b)
    {
        // The trapezoidal rule on y = sinh(sinh u), doubly exponential: exact to rounding for analytic densities on the line; on the half line y = exp of it.
        NoiseKind kind = Enum.Parse<NoiseKind>(name);
        double[] sums = new double[7];
        LikelihoodTerm term = default;
        for (int i = -4000; i <= 4000; i++)
        {
            double u = i * 1e-3, inner = Math.Sinh(u), x = Math.Sinh(inner), slope = Math.Cosh(inner) * Math.Cosh(u);
            (double y, double weight) = kind == NoiseKind.LogNormal ? (Math.Exp(x), Math.Exp(x) * slope) : (f + x, slope);
            if (!double.IsFinite(y) || y <= 0 && kind == NoiseKind.LogNormal || !double.IsFinite(weight))
            {
                continue;
            }

            term = Likelihood.Of(kind, y, f, a, b, Never);
            double p = Math.Exp(-term.Value) * weight * 1e-3;
            double[] terms = [1, term.ByF * term.ByF, term.ByF * term.ByA, term.ByF * term.ByB, term.ByA * term.ByA, term.ByA * term.ByB, term.ByB * term.ByB];
            for (int k = 0; p > 0 && k < terms.Length; k++)
            {
                sums[k] += p * terms[k];
            }
        }

        double[] expected = [1, term.FF, term.FA, term.FB, term.AA, term.AB, term.BB];
        for (int k = 0; k < sums.Length; k++)
        {
            Assert.Equal(expected[k], sums[k], 1e-7 * Math.Max(1, Math.Abs(expected[k])));
        }
    }

    [Fact]
    public void Special_functions_have_their_known_values()
    {
        Assert.Equal(Math.Log(Math.Sqrt(Math.PI)), SpecialFunctions.LogGamma(0.5), 1e-14);
        Assert.Equal(Math.Log(362880), SpecialFunctions.LogGamma(10), 1e-13);
        Assert.Equal(-0.5772156649015329, SpecialFunctions.Digamma(1), 1e-14);
        Assert.Equal(Math.PI * Math.PI / 6, SpecialFunctions.Trigamma(1), 1e-13);
        Assert.Equal(Math.Log(0.5), SpecialFunctions.LogNormalCdf(0).Log, 1e-15);
        Assert.Equal(Math.Log(0.9750021048517795), SpecialFunctions.LogNormalCdf(1.96).Log, 1e-14);
        Assert.Equal(-53.23128515051247, SpecialFunctions.LogNormalCdf(-10).Log, 1e-10);
        Assert.Equal(SpecialFunctions.LogNormalCdf(-3 + 1e-9).Log, SpecialFunctions.LogNormalCdf(-3 - 1e-9).Log, 1e-7);
    }

    [Theory]
    [InlineData("~ normal(1, 0.5)")]
    [InlineData("~ lognormal(0.2, 0.5)")]
    [InlineData("~ halfnormal(2)")]
    [InlineData("~ exponential(3)")]
    public void Priors_have_their_derivatives(string prior)
    {
        foreach (string bounds in new[] { "", "> 0 " })
        {
            BoundModel model = EquationModel.Parse($"x' = -k*x\nk = 0.7 {bounds}{prior}").Bound;
            var c = Coordinate.Of(model, 0, -1);
            double at = c.FromNatural(0.9);
            double[] expected = FiniteDifference.Gradient(x => c.PriorTerm(x[0]).Value, [at]);
            Assert.Equal(expected[0], c.PriorTerm(at).By, 1e-9 * Math.Max(1, Math.Abs(expected[0])));
        }
    }
}
