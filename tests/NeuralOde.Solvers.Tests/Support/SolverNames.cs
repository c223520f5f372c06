namespace NeuralOde.Solvers.Tests;

/// <summary>Lists of methods that theories run over.</summary>
internal static class SolverNames
{
    /// <summary>The methods for any problem. Those that need to know positions have tests of their own.</summary>
    public static TheoryData<string> All => [.. AllNames];

    public static TheoryData<string> Fixed => [.. FixedNames];

    public static TheoryData<string> Adaptive => [.. AdaptiveNames];

    public static TheoryData<string> RungeKutta => [.. OdeSolver.Names.Where(name => OdeSolver.Parse(name) is ExplicitRungeKutta)];

    public static TheoryData<string> AdaptiveRungeKutta => [.. AdaptiveNames.Where(name => OdeSolver.Parse(name) is ExplicitRungeKutta)];

    public static TheoryData<string, bool> AdaptiveRungeKuttaBothWays => BothWays(AdaptiveNames.Where(name => OdeSolver.Parse(name) is ExplicitRungeKutta));

    public static TheoryData<string> AdaptiveTransposable => [.. AdaptiveNames.Where(name => OdeSolver.Parse(name).HasTranspose)];

    public static TheoryData<string, bool> ExplicitBothWays => BothWays(AllNames.Where(name => !SolvesEquations(OdeSolver.Parse(name))));

    public static TheoryData<string> Transposable => [.. TransposableNames];

    public static TheoryData<string, bool> TransposableBothWays => BothWays(TransposableNames);

    public static TheoryData<string, bool> AllBothWays => BothWays(AllNames);

    public static TheoryData<string, bool> FixedBothWays => BothWays(FixedNames);

    public static TheoryData<string, bool> SolvingBothWays => BothWays(AdaptiveNames.Where(name => SolvesEquations(OdeSolver.Parse(name))));

    public static TheoryData<string, bool> AdaptiveBothWays => BothWays(AdaptiveNames);

    /// <summary>Whether a method's step solves equations, linear or not, so that its results carry their errors too.</summary>
    public static bool SolvesEquations(OdeSolver solver) => solver is Adams or Auto or Bdf or Collocation or DiagonallyImplicitRungeKutta or Rosenbrock;

    private static IEnumerable<string> FixedNames => AllNames.Where(name => OdeSolver.Parse(name).TakesFixedSteps);

    private static IEnumerable<string> AllNames => OdeSolver.Names.Where(name => !OdeSolver.Parse(name).NeedsPositions);

    private static IEnumerable<string> AdaptiveNames => AllNames.Where(name => OdeSolver.Parse(name).IsAdaptive);

    private static IEnumerable<string> TransposableNames => AllNames.Where(name => OdeSolver.Parse(name) is { HasTranspose: true, TakesFixedSteps: true });

    private static TheoryData<string, bool> BothWays(IEnumerable<string> names)
    {
        var data = new TheoryData<string, bool>();
        foreach (string name in names)
        {
            data.Add(name, true);
            data.Add(name, false);
        }

        return data;
    }
}
