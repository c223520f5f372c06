using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NeuralOde.Equations.Data;
using NeuralOde.Equations.Export;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Simulation;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Tests.Export;

public class CSharpExportTests
{
    private const string Absorption = """
        depot' = -ka*depot
        C' = ka*depot/V - CL/V*C
        ka = 1 > 0
        V = 8*WT/70
        CL = 0.1 > 0
        lag = 0.5 in [0, 2]
        F = 0.9 fixed
        covariate WT = 70
        dose AMT -> depot lag lag bioavailability F
        observe cp = C: proportional(0.1)
        """;

    public static TheoryData<string, double[], double> Models => new()
    {
        { "x' = a*x - b*x*y\ny' = -c*y + d*x*y\na = 0.54\nb = 0.027\nc = 0.8\nd = 0.024\nx(0) = 34.6\ny(0) = 5.8\nratio = x/y\nobserve ratio", [0, 1, 5.5, 20], 0 },

        // Robertson's reactions: only a stiff solver reaches the end.
        { "x' = -0.04*x + 1e4*y*z\ny' = 0.04*x - 1e4*y*z - 3e7*y^2\nz' = 3e7*y^2\nx(0) = 1 fixed\nobserve x", [0, 1e-3, 1, 1e3, 1e6], 0 },

        // Jumps in time, of which some repeat, and most functions of the language.
        {
            "x' = -k*x + if(t^2 < 3, 1, 0) + 2*step(t, 1.3) + pulse(t, 2.01, 1e-3)*500 + if(mod(t, 1) < 0.25, 1, 0) + sin(t)*exp(-t)\nk = 0.7\nx(0) = 2\n"
                + "y' = max(sqrt(abs(x)), 0.3) - min(y, 4) + hill(x, 2, 3) + floor(t/2) + tanh(x)^3 - log(1 + x^2)\nq = cosh(y/9)*atan(x)\nobserve y",
            [0, 0.5, 2, 2.5, 7],
            0
        },

        // Repeated doses of its own, one of them an infusion, and an initial value that is an expression.
        {
            "A' = -k*A\nB' = k*A - m*B\nk = 0.3\nm = 0.1\nA(0) = 2*k\ndose 100 -> A at 1 every 6 times 3 lag 0.25 bioavailability 0.8\ndose 50 -> B at 2 every "
                + "10 times 2 duration 1.5\nobserve B",
            [0, 0.5, 1.25, 3, 8, 30],
            0
        },
        { "start -1\nx' = -x + unknown(x, t)\nx(0) = 1\nobserve x", [-1, 0, 3], -1 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void A_compiled_export_solves_as_the_library_does(string text, double[] times, double start)
    {
        var model = EquationModel.Parse(text);
        dynamic exported = Compiled(model, "Exported");
        Assert.Equal(start, (double)exported.Start);
        double[][] states = exported.Solve(times);
        EquationSolution expected = EquationSolver.Solve(model, new EquationSolveOptions { Until = times[^1], Step = (times[^1] - start) / 2, RelativeTolerance = 1e-11 });
        for (int k = 0; k < times.Length; k++)
        {
            // Between rows of the table, the solve to that very time.
            EquationSolution to = times[k] > start
                ? EquationSolver.Solve(model, new EquationSolveOptions { Until = times[k], RelativeTolerance = 1e-11 })
                : expected;
            int row = times[k] > start ? to.Times.Count - 1 : 0;
            bool isAtDose = text.Contains("lag 0.25", StringComparison.Ordinal) && times[k] == 1.25;
            for (int i = 0; i < states[k].Length && !isAtDose; i++)
            {
                Assert.Equal(to.Values[i][row], states[k][i], 1e-6 * Math.Max(1, Math.Abs(to.Values[i].Max(Math.Abs))));
            }
        }
    }

    [Fact]
    public void A_fitted_model_with_doses_gives_the_fitted_values()
    {
        string table = "ID,TIME,AMT,DV,WT\n1,0,100,NA,80\n" + string.Join("\n", new[] { 1, 2, 4, 8, 12, 24 }.Select(t =>
            FormattableString.Invariant($"1,{t},0,{10 * (Math.Exp(-0.02 * t) - Math.Exp(-0.9 * t)) * (1 + (0.05 * Math.Sin(7 * t)))},80")))
                + "\n1,24.5,50,NA,80\n1,30,0,9,80\n1,48,0,6,80\n";
        var model = EquationModel.Parse(Absorption.Replace("V = 8*WT/70", "V0 = 8 > 0\nV = V0*WT/70", StringComparison.Ordinal));
        var data = EquationData.FromTable(CsvTable.Parse(table, "table"), model, new EquationDataOptions());
        EquationFit fit = EquationFitter.Fit(model, data, new EquationFitOptions { Profiles = false });
        dynamic exported = Compiled(fit.FittedModel, "Warfarin_1");
        exported.Covariates[0] = 80.0;
        exported.AddDose(0, 100);
        exported.AddDose(24.5, 50);
        double[] times = [.. fit.Values.Select(static x => x.Time)];
        double[][] states = exported.Solve(times);
        for (int i = 0; i < times.Length; i++)
        {
            double[] observed = exported.Observe(times[i], states[i]);
            Assert.Equal(fit.Values[i].Fitted, observed[0], 1e-6 * Math.Abs(fit.Values[i].Fitted));
        }

        Assert.Equal(fit["ka"].Value, ((double[])exported.Parameters)[((IReadOnlyList<string>)Static(exported, "ParameterNames")).ToList().IndexOf("ka")]);
        exported.ClearDoses();
        Assert.Equal(0, ((double[][])exported.Solve(new double[] { 0.0, 9.0 }))[1][1]);
    }

    [Fact]
    public void The_exact_Jacobian_is_that_of_the_derivatives()
    {
        dynamic exported = Compiled(EquationModel.Parse(Models.Skip(2).First().Data.Item1), "Exported");
        double[] y = [1.3, 0.7], jacobian = new double[4], dt = new double[2];
        exported.Jacobian(0.6, y, jacobian, dt);
        for (int i = 0; i < 2; i++)
        {
            double[] by = FiniteDifference.Gradient(
                x =>
                {
                    double[] dy = new double[2];
                    exported.Derivatives(x[2], x[..2], dy);
                    return dy[i];
                },
                [.. y, 0.6]);
            FiniteDifference.AssertClose(by, [jacobian[2 * i], jacobian[(2 * i) + 1], dt[i]], 1e-8);
        }
    }

    [Theory]
    [InlineData("x' = -x\nx(0) = 1\nwhen x < 0.5: x = 1\nobserve x", "events")]
    [InlineData("x' = -x + y\n0 = y - x^2\nx(0) = 1\ny(0) = 1\nobserve x", "algebraic")]
    [InlineData("input u: linear\nx' = -x + u\nobserve x", "inputs")]
    [InlineData("A' = -A\ndose 1 -> A at 0 every 2 times 2 steady\nobserve A", "steady")]
    public void What_cannot_be_exported_is_refused(string text, string what)
    {
        EquationSolveException e = Assert.Throws<EquationSolveException>(() => CSharpExport.Write(EquationModel.Parse(text)));
        Assert.Equal(EquationSolveReason.NotExportable, e.Reason);
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => CSharpExport.Write(EquationModel.Parse("x' = -x\nobserve x"), "my model"));
    }

    private static object Static(object exported, string name) => exported.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;

    private static object Compiled(EquationModel model, string className)
    {
        string text = CSharpExport.Write(model, className);
        string[] needed = ["System.Private.CoreLib.dll", "System.Runtime.dll", "System.Collections.dll"];
        string folder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var compilation = CSharpCompilation.Create(
            className,
            [CSharpSyntaxTree.ParseText(text)],
            [.. needed.Select(x => MetadataReference.CreateFromFile(Path.Combine(folder, x)))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));
        using var stream = new MemoryStream();
        string[] faults = [.. compilation.Emit(stream).Diagnostics.Where(static x => x.Severity >= DiagnosticSeverity.Warning).Select(static x => x.ToString())];
        Assert.True(faults.Length == 0, string.Join("\n", faults) + "\n" + text);
        return Activator.CreateInstance(Assembly.Load(stream.ToArray()).GetType(className)!)!;
    }
}
