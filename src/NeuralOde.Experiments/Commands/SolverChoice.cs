using NeuralOde.Persistence;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;

namespace NeuralOde.Experiments.Commands;

/// <summary>The solver, its steps and the gradient method that a command line asks for.</summary>
/// <param name="Solver">The method.</param>
/// <param name="Steps">Its steps.</param>
/// <param name="Gradient">How gradients are taken.</param>
internal sealed record SolverChoice(OdeSolver Solver, StepSizeControl Steps, GradientMethod Gradient)
{
    private const double DefaultStep = 0.05;

    /// <summary>Puts what was typed in place of the defaults.</summary>
    /// <exception cref="CommandException">Options exclude each other.</exception>
    public SolverChoice With(CommandValues parsed, SharedOptions options)
    {
        string? name = parsed.GetValue(options.Solver);
        double? step = parsed.GetValue(options.Step);
        double? relative = parsed.GetValue(options.RelativeTolerance);
        double? absolute = parsed.GetValue(options.AbsoluteTolerance);
        OdeSolver solver = name is null ? Solver : OdeSolver.Parse(name);
        if (step is not null && (relative ?? absolute) is not null)
        {
            throw new CommandException("--step asks for fixed steps, --rtol and --atol for steps chosen by tolerances. Give one or the other.");
        }

        if (!solver.IsAdaptive && (relative ?? absolute) is not null)
        {
            throw new CommandException($"{solver.Name} has no error estimate, so it takes --step H, not tolerances. heun, bosh3, dopri5 and tsit5 have one.");
        }

        StepSizeControl steps = Steps;
        if (step is double h)
        {
            steps = FixedSteps.OfLength(h);
        }
        else if (!solver.IsAdaptive)
        {
            steps = steps is FixedSteps ? steps : FixedSteps.OfLength(DefaultStep);
        }
        else if (name is not null || (relative ?? absolute) is not null)
        {
            // A field that runs away in training should be given up soon, not after the library's patient default.
            AdaptiveSteps adaptive = steps as AdaptiveSteps ?? new AdaptiveSteps { RelativeTolerance = 1e-4, AbsoluteTolerance = 1e-5, MaxSteps = 2_000 };
            steps = adaptive with
            {
                RelativeTolerance = relative ?? adaptive.RelativeTolerance,
                AbsoluteTolerance = absolute ?? (relative is double r ? r / 10 : adaptive.AbsoluteTolerance),
            };
        }

        return new SolverChoice(solver, steps, parsed.GetValue(options.Gradient) is string gradient ? GradientMethod.Parse(gradient) : Gradient);
    }

    /// <summary>The choice in words, such as "dopri5, rtol 0.0001, atol 1E-05".</summary>
    public override string ToString() => Steps switch
    {
        FixedSteps { StepsPerInterval: int count } => FormattableString.Invariant($"{Solver.Name}, {count} steps an interval"),
        FixedSteps fixedSteps => FormattableString.Invariant($"{Solver.Name}, fixed steps of at most {fixedSteps.MaxStep}"),
        AdaptiveSteps adaptive => FormattableString.Invariant($"{Solver.Name}, rtol {adaptive.RelativeTolerance:0.###e-0}, atol {adaptive.AbsoluteTolerance:0.###e-0}"),
        _ => Solver.Name,
    };
}
