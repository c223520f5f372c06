using NeuralOde.Sensitivities;

namespace NeuralOde.Settings;

/// <summary>How an equation is solved, and how gradients are taken through it.</summary>
/// <param name="Solver">The method.</param>
/// <param name="Steps">Its steps.</param>
/// <param name="Gradient">How gradients are taken.</param>
public sealed record SolverChoice(OdeSolver Solver, StepSizeControl Steps, GradientMethod Gradient)
{
    /// <summary>Steps that are tried before a solve is given up: a field that runs away in training needs no more patience.</summary>
    private const int MostSteps = 2_000;

    /// <summary>The names of the solvers that a field can be learned with: those for any equation of first order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. OdeSolver.Names.Where(static x => !OdeSolver.Parse(x).NeedsPositions)];

    /// <summary>Those of <see cref="Names"/> that estimate their error, and so choose their own steps.</summary>
    public static IReadOnlyList<string> AdaptiveNames { get; } = [.. Names.Where(static x => OdeSolver.Parse(x).IsAdaptive)];

    /// <summary>Steps by tolerances that give up soon, as training wants it.</summary>
    /// <param name="relative">Relative tolerance.</param>
    /// <param name="absolute">Absolute tolerance.</param>
    /// <returns>The steps, at most 2,000 of them.</returns>
    public static AdaptiveSteps Tolerances(double relative, double absolute) => new() { RelativeTolerance = relative, AbsoluteTolerance = absolute, MaxSteps = MostSteps };

    /// <summary>The solver and its steps in words, such as "dopri5, rtol 1e-4, atol 1e-5".</summary>
    /// <returns>The words.</returns>
    public override string ToString() => Steps switch
    {
        FixedSteps { StepsPerInterval: int count } => FormattableString.Invariant($"{Solver.Name}, {count} {(count == 1 ? "step" : "steps")} per interval"),
        FixedSteps x => FormattableString.Invariant($"{Solver.Name}, fixed steps of at most {x.MaxStep}"),
        AdaptiveSteps x => FormattableString.Invariant($"{Solver.Name}, rtol {x.RelativeTolerance:0.###e-0}, atol {x.AbsoluteTolerance:0.###e-0}"),
        _ => Solver.Name,
    };
}
