using NeuralOde.Solvers;
using NeuralOde.Solvers.Tests.Problems;

namespace NeuralOde.Benchmarks.WorkPrecision;

/// <summary>A problem of the solvers' tests, at several tolerances.</summary>
/// <param name="Name">Its name, also that of the picture.</param>
/// <param name="Title">What it is.</param>
/// <param name="Problem">Field and Jacobian.</param>
/// <param name="Initial">Initial state.</param>
/// <param name="End">Final time.</param>
/// <param name="Floor">The absolute tolerance over the relative one.</param>
/// <param name="Error">Error of a final state.</param>
/// <param name="Drawn">The methods that the picture shows; the table has all.</param>
internal sealed record WorkPrecisionCase(
    string Name, string Title, OdeProblem<double> Problem, double[] Initial, double End, double Floor, Func<double[], double> Error, IReadOnlyList<string> Drawn)
{
    private static readonly string[] s_smooth = ["bosh3", "tsit5", "dopri5", "dopri8", "vern7", "vern9", "adams", "bdf", "radau5", "auto"];
    private static readonly string[] s_stiff = ["bdf", "radau5", "rodas5p", "kvaerno3", "kvaerno5", "kencarp4", "tr-bdf2", "tsit5", "auto"];

    public static IReadOnlyList<WorkPrecisionCase> All { get; } =
    [
        Smooth("lotka-volterra", "Lotka-Volterra on [0, 15]: 2 components"),
        Smooth("arenstorf", "Arenstorf's orbit: 4 components"),
        Smooth("pleiades", "Pleiades, seven stars: 28 components"),
        Stiff("van-der-pol", "Van der Pol, μ = 1000: 2 components"),
        Stiff("robertson-1e5", "Robertson's reactions to 10⁵: 3 components"),
        Stiff("hires", "HIRES: 8 components"),
        Stiff("pollution", "Pollution: 20 components"),
        Stiff("chain", "A chain of reactions, banded Jacobian: 100 components"),
    ];

    private static WorkPrecisionCase Smooth(string name, string title)
    {
        var x = SmoothProblem.Named(name);
        return new WorkPrecisionCase(name, title, new OdeProblem<double>(x), x.Initial.ToArray(), x.End, 1, z => x.Error(z), s_smooth);
    }

    private static WorkPrecisionCase Stiff(string name, string title)
    {
        var x = StiffProblem.Named(name);
        return new WorkPrecisionCase(name, title, x.ToProblem(), x.Initial.ToArray(), x.End, x.Floor, z => x.Error(z), s_stiff);
    }
}
