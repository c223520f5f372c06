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

    private EquationFit Fit(string text, string file, int least, Func<CsvTable, CsvTable>? select = null)
    {
        var model = EquationModel.Parse(text);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var table = CsvTable.Read(RealDataFactAttribute.PathOf("equations/" + file));
        var data = EquationData.FromTable(select is null ? table : select(table), model);
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

    /// <summary>Estimates within 0.1 % and errors within 1 %, the bounds, of R's (benchmarks/peers/doses.R).</summary>
    private static void Check(EquationFit fit, params (string Name, double Value, double Error)[] expected)
    {
        foreach ((string name, double value, double error) in expected)
        {
            Assert.Equal(value, fit[name].Value, 1e-3 * value);
            Assert.Equal(error, fit[name].StandardError, 1e-2 * error);
        }
    }

    [RealDataFact("equations/warfarin.csv")]
    public void Warfarin_with_a_lag()
    {
        // Four values of 0 mean "too small to measure"; R's likelihood leaves them out.
        EquationFit fit = Fit(Warfarin, "warfarin.csv", 247, WithoutZeros);
        Assert.Equal(490.824687, fit.NegativeLogLikelihood, 1e-3);
        Check(fit, ("ka", 1.1801644, 0.3131), ("V", 7.7102466, 0.250857), ("CL", 0.12882575, 0.00311497), ("lag", 0.65854264, 0.121377));
        Check(fit, ("sd(cp)", 0.6712556, 0.142598), ("cv(cp)", 0.27254235, 0.0199661));
    }

    [RealDataFact("equations/theo_md.csv")]
    public void Theophylline_of_several_doses() =>
        Check(Fit(TheoMd, "theo_md.csv", 264), ("ka", 1.3567563, 0.100512449), ("V", 31.8038942, 1.179177468), ("CL", 2.7302757, 0.081669293));

    [RealDataFact("equations/pheno_sd.csv")]
    public void Phenobarbital_with_weights() =>
        Check(Fit(Pheno, "pheno_sd.csv", 155), ("cl", 0.0049406015, 0.00028219767), ("v", 0.9993319064, 0.02800696817));

    [RealDataFact("equations/oral_1cpt.csv")]
    public void Oral_doses_at_steady_state()
    {
        EquationFit fit = Fit(Oral, "oral_1cpt.csv", 1732);
        Assert.Equal(11005.966196, fit.NegativeLogLikelihood, 1e-3);
        Check(fit, ("ka", 1.0085967, 0.0704606), ("V", 73.121623, 1.99654), ("CL", 4.3784945, 0.0740129), ("sd(DV)", 0.58665881, 0.00996774));
    }

    [RealDataFact("equations/bolus_2cpt_mm.csv")]
    public void Bolus_doses_of_two_compartments()
    {
        EquationFit fit = Fit(Bolus, "bolus_2cpt_mm.csv", 1740);
        Assert.Equal(11146.515440, fit.NegativeLogLikelihood, 1e-3);
        Check(fit, ("VM", 916.42856, 33.7608), ("KM", 186.89007, 11.555), ("V", 67.647384, 1.68961), ("V2", 45.763745, 2.90734));
        Check(fit, ("Q", 3.5398813, 0.514355), ("sd(DV)", 0.35726077, 0.00605614));
    }

    private static CsvTable WithoutZeros(CsvTable table)
    {
        string[] lines = File.ReadAllLines(RealDataFactAttribute.PathOf("equations/warfarin.csv"));
        int value = Array.IndexOf(lines[0].Split(','), "DV");
        return CsvTable.Parse(string.Join('\n', lines.Where(x => x.Split(',')[value] != "0")) + "\n", table.Name);
    }
}
