using System.Text.RegularExpressions;
using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Language;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Tests.Language;

/// <summary>Models in code, and the models on the page for those who come from elsewhere.</summary>
public partial class ModelBuilderTests
{
    [Fact]
    public void A_model_of_lambdas_is_that_of_its_text_and_fits_to_the_same_bits()
    {
        EquationModel model = new EquationModelBuilder()
            .Parameter("a", 0.5, lower: 0)
            .Parameter("b", 0.03, lower: 0)
            .Parameter("c", 0.8, lower: 0)
            .Parameter("d", 0.02, lower: 0)
            .State("Hare", x => (x["a"] * x["Hare"]) - (x["b"] * x["Hare"] * x["Lynx"]), start: 30, lower: 0)
            .State("Lynx", x => (-x["c"] * x["Lynx"]) + (x["d"] * x["Hare"] * x["Lynx"]), start: 4, lower: 0)
            .Statement("observe Hare, Lynx: lognormal")
            .Build();
        var text = EquationModel.Parse("""
            a = 0.5 > 0
            b = 0.03 > 0
            c = 0.8 > 0
            d = 0.02 > 0
            Hare' = a*Hare - b*Hare*Lynx
            Hare(0) = 30 > 0
            Lynx' = -c*Lynx + d*Hare*Lynx
            Lynx(0) = 4 > 0
            observe Hare, Lynx: lognormal
            """);
        Assert.Equal(text.ToString(), model.ToString());
        var table = CsvTable.Read(Repository.PathOf("samples/hare-lynx.csv"));
        EquationFit first = Fit.Equations(model, table, new EquationDataOptions { TimeColumn = "Year" }, new EquationFitOptions { Profiles = false });
        EquationFit second = Fit.Equations(text, table, new EquationDataOptions { TimeColumn = "Year" }, new EquationFitOptions { Profiles = false });
        Assert.Equal(second.Estimates.Select(static x => x.Value), first.Estimates.Select(static x => x.Value));
        Assert.Equal(0.5400, first["a"].Value, 5e-4);
    }

    [Fact]
    public void Functions_powers_the_time_and_numbers_are_those_of_the_language()
    {
        EquationModel model = new EquationModelBuilder()
            .Quantity("q", x => ModelExpression.Call("exp", -2 * x.Time) + x["x"].Power(-2) - 1e-3)
            .State("x", x => x["q"] / ModelExpression.Call("max", x["x"], 1), start: 1, isFixed: true)
            .Build("code");
        Assert.Equal("q = exp(-2*t) + x^-2 - 0.001\nx' = q/max(x, 1)\nx(0) = 1 fixed\n", model.ToString());
        ModelTextException e = Assert.Throws<ModelTextException>(() => new EquationModelBuilder().State("hare", x => x["hara"]).Build());
        Assert.Contains("Did you mean", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_model_on_the_page_for_those_who_come_from_elsewhere_is_one()
    {
        string page = File.ReadAllText(Repository.PathOf("docs/from-r-scipy-stan.md"));
        string[] models = [.. Blocks().Matches(page).Select(static x => x.Groups[1].Value)];
        Assert.True(models.Length >= 4);
        Assert.All(models, static x => EquationModel.Parse(x));
    }

    [GeneratedRegex("```text\n(#.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
