using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Tests.Fitting;

/// <summary>Naive pooled fits of pharmacometric tables: each solved, told apart and at a minimum.</summary>
public class DoseTableFitTests(ITestOutputHelper output)
{
    public const string Warfarin = """
        A' = -ka*A
        C' = ka*A/V - CL/V*C
        ka = 1 > 0
        V = 8 > 0
        CL = 0.13 > 0
        lag = 0.7 in [0, 1]
        dose AMT -> A lag lag
        observe cp = C: combined
        """;

    public const string TheoMd = """
        A' = -ka*A
        C' = ka*A/V - CL/V*C
        ka = 1.5 > 0
        V = 30 > 0
        CL = 2.8 > 0
        dose AMT -> A
        observe DV = C
        """;

    public const string Pheno = """
        A' = -CL/V*A
        CL = cl*WT
        V = v*WT
        cl = 0.005 > 0
        v = 1 > 0
        covariate WT
        dose AMT -> A
        observe DV = A/V
        """;

    public const string Oral = """
        A' = -ka*A
        C' = ka*A/V - CL/V*C
        ka = 1 > 0
        V = 70 > 0
        CL = 4 > 0
        dose AMT -> A
        observe DV = C: lognormal
        """;

    public const string Bolus = """
        A1' = -VM*C/(KM + C) - Q/V*A1 + Q/V2*A2
        A2' = Q/V*A1 - Q/V2*A2
        C = A1/V
        VM = 1000 > 0
        KM = 300 > 0
        V = 60 > 0
        V2 = 40 > 0
        Q = 4 > 0
        dose AMT -> A1
        observe DV = C: lognormal
        """;

    private EquationFit Fit(string text, string file, int least)
    {
        var model = EquationModel.Parse(text);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var data = EquationData.FromTable(CsvTable.Read(RealDataFactAttribute.PathOf("equations/" + file)), model);
        EquationFit fit = EquationFitter.Fit(model, data, new EquationFitOptions { Profiles = false });
        output.WriteLine(FormattableString.Invariant($"{watch.ElapsedMilliseconds} ms, {fit.ValueCount} values, -log L = {fit.NegativeLogLikelihood:R}"));
        foreach (ParameterEstimate x in fit.Estimates)
        {
            output.WriteLine(FormattableString.Invariant($"{x.Series} {x.Name} = {x.Value:G7} ± expected {x.ExpectedError:G5}, observed {x.ObservedError:G5}"));
        }

        Assert.True(fit.IsConverged, string.Join(' ', fit.Notes));
        Assert.Equal(least, fit.ValueCount);
        return fit;
    }

    [RealDataFact("equations/warfarin.csv")]
    public void Warfarin_with_a_lag() => Fit(Warfarin, "warfarin.csv", 251);

    [RealDataFact("equations/theo_md.csv")]
    public void Theophylline_of_several_doses() => Fit(TheoMd, "theo_md.csv", 264);

    [RealDataFact("equations/pheno_sd.csv")]
    public void Phenobarbital_with_weights() => Fit(Pheno, "pheno_sd.csv", 155);

    [RealDataFact("equations/oral_1cpt.csv")]
    public void Oral_doses_at_steady_state() => Fit(Oral, "oral_1cpt.csv", 1732);

    [RealDataFact("equations/bolus_2cpt_mm.csv")]
    public void Bolus_doses_of_two_compartments() => Fit(Bolus, "bolus_2cpt_mm.csv", 1740);
}
