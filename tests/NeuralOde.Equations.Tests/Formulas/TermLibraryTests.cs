using NeuralOde.Equations.Formulas;
using NeuralOde.Equations.Language;

namespace NeuralOde.Equations.Tests.Formulas;

public class TermLibraryTests
{
    private static readonly EquationModel s_model = EquationModel.Parse("x' = unknown(x, y)\ny' = unknown(y, t)\nx(0) = 1\ny(0) = 1\nobserve x: normal");

    public static TheoryData<string, bool, bool, string> Truths => new()
    {
        { "x^2*y", false, false, "" },
        { "x/y", true, false, "" },
        { "x/(1 + x/3)", true, false, "" },
        { "exp(-(y/2))", false, true, "" },
        { "sin(x*y)", false, false, "sin(x*y)" },
    };

    [Theory]
    [MemberData(nameof(Truths))]
    public void The_term_that_made_the_values_is_the_best_of_its_size_with_its_coefficient(string term, bool ratios, bool exponentials, string own)
    {
        Func<double, double, double> truth = term switch
        {
            "x^2*y" => static (x, y) => x * x * y,
            "x/y" => static (x, y) => x / y,
            "x/(1 + x/3)" => static (x, _) => x / (1 + (x / 3)),
            "exp(-(y/2))" => static (_, y) => Math.Exp(-y / 2),
            _ => static (x, y) => Math.Sin(x * y),
        };
        FormulaSearchOptions options = new() { Ratios = ratios, Exponentials = exponentials, Terms = own.Length == 0 ? [] : [own] };
        TermLibrary library = TermLibrary.Of(s_model, options)[0];
        for (int i = 0; i < 200; i++)
        {
            // The largest values, 3 and 2, are the scales of saturations and exponentials.
            double x = 0.5 + (2.5 * ((i * 0.618) % 1)), y = 0.4 + (1.6 * ((i * 0.7549) % 1));
            (x, y) = i == 0 ? (3, 2) : (x, y);
            library.Add(i, [x, y], -1.5 * truth(x, y));
        }

        library.AddScaledTerms(options);
        int[] best = library.Rank(1, 1)[^1];
        Assert.Equal([term], best.Select(library.Text));
        Assert.Equal(-1.5, library.Coefficients(best)[0], 1e-12);
        Assert.Equal(0, library.RelativeError(best, library.Coefficients(best)), 1e-12);
        Assert.Equal(
            $"f*{(term.Contains('/') && !term.StartsWith("exp", StringComparison.Ordinal) ? $"({term})" : term)}",
            ModelPrinter.Print(library.Product(best[0], new NameExpression(0, "f"))));
    }

    [Fact]
    public void Subsets_are_ranked_by_their_error_and_large_libraries_by_their_best_parts()
    {
        foreach (int degree in (int[])[3, 6])
        {
            FormulaSearchOptions options = new() { Degree = degree, MostTerms = 4, Ratios = true, Exponentials = true };
            TermLibrary library = TermLibrary.Of(s_model, options)[0];
            for (int i = 0; i < 300; i++)
            {
                double x = 0.5 + ((i * 0.618) % 1), y = 0.4 + ((i * 0.7549) % 1);
                library.Add(i, [x, y], (1.3 * x) - (0.9 * x * y) + (0.2 * y * y));
            }

            library.AddScaledTerms(options);
            int[][] ranked = library.Rank(3, 5);
            Assert.Equal(["x", "x*y", "y^2"], ranked[^1].Select(library.Text).Order());
            Assert.Equal(15, ranked.Length);
        }
    }

    [Theory]
    [InlineData("sin(z)", "No unknown term has all arguments")]
    [InlineData("x +", "terms")]
    [InlineData("x; y = 2", "not one expression")]
    [InlineData("sine(x)", "sine")]
    public void A_term_that_is_no_expression_of_the_arguments_is_refused(string term, string message)
    {
        FormulaSearchOptions options = new() { Terms = [term] };
        ModelTextException e = Assert.Throws<ModelTextException>(() =>
        {
            TermLibrary library = TermLibrary.Of(s_model, options)[0];
            library.Add(0, [1, 1], 1);
            library.AddScaledTerms(options);
        });
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }
}
