using NeuralOde.Equations.Language;
using NeuralOde.Solvers;

namespace NeuralOde.Equations.Simulation;

/// <summary>
/// Solves over pieces of time within which nothing jumps. An explicit method begins; where it takes too many steps, the problem is stiff, and BDF solves from there on.
/// </summary>
internal sealed class PieceSolver
{
    // What an explicit method of order seven needs for a few hundred oscillations.
    private const int MostExplicitSteps = 4000;
    private const int MostSteps = 200_000;

    private readonly OdeProblem<double> _problem;
    private readonly Integrator<double>? _explicit;
    private readonly Func<Integrator<double>> _makeStiff;
    private Integrator<double>? _stiff;

    public PieceSolver(BoundModel model, SensitivityField field, int columns, IReadOnlyList<double> scales, SimulationOptions options, IReadOnlyList<OdeEvent<double>> events)
    {
        int n = model.States.Count, length = n * (1 + columns);
        double[] absolute = [.. Enumerable.Range(0, length).Select(i => options.RelativeTolerance * options.SmallShare * scales[i % n])];
        bool hasMass = model.IsAlgebraic.Any(static x => x);
        SquareMatrix<double>? mass = hasMass ? new SquareMatrix<double>(length) : null;
        for (int i = 0; mass is not null && i < length; i++)
        {
            mass[i, i] = model.IsAlgebraic[i % n] ? 0 : 1;
        }

        _problem = new OdeProblem<double>(field)
        {
            Jacobian = field,
            LinearSolver = options.Solver is null or Bdf ? () => new BlockLu(n) : null,
            MassMatrix = mass,
            Events = events,
        };
        AdaptiveSteps steps = new() { RelativeTolerance = options.RelativeTolerance, AbsoluteTolerances = absolute, LimitsAtRest = false };
        if (options.Solver is { } solver)
        {
            // Without sensitivities any method serves; with them the Jacobian of the states alone is not the system's.
            _problem = new OdeProblem<double>(field) { Jacobian = columns == 0 ? field : null, MassMatrix = mass, Events = events };
            _explicit = new Integrator<double>(
                solver, solver.IsAdaptive ? steps with { MaxSteps = MostSteps } : throw new ArgumentException($"{solver.Name} cannot choose its steps."), length);
            _makeStiff = () => _explicit;
            return;
        }

        _makeStiff = () => new Integrator<double>(new Bdf(), steps with { MaxSteps = MostSteps }, length);
        _explicit = hasMass ? null : new Integrator<double>(new Vern7(), steps with { MaxSteps = MostExplicitSteps }, length);
    }

    /// <summary>Whether BDF solves.</summary>
    public bool IsStiff { get; set; }

    /// <summary>Steps accepted and rejected so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Solves from the first of the times to the last.</summary>
    /// <param name="start">State at the first time.</param>
    /// <param name="times">Rising times.</param>
    /// <param name="states">Destination, a row for each time.</param>
    /// <param name="met">The event that ended the solve, or null.</param>
    /// <returns>How it ended.</returns>
    public SolveResult Solve(ReadOnlySpan<double> start, ReadOnlySpan<double> times, Span<double> states, out EventOccurrence<double>? met)
    {
        SolveResult result = default;
        Integrator<double>? used = IsStiff ? null : _explicit;
        if (used is not null)
        {
            result = used.Solve(_problem, start, times, states);
            Steps += result.Statistics.AcceptedSteps + result.Statistics.RejectedSteps;
        }

        if (used is null || (!result.IsSuccess && result.Status is SolveStatus.StepLimit or SolveStatus.StepTooSmall && !ReferenceEquals(_makeStiff(), used)))
        {
            used = _stiff ??= _makeStiff();
            result = used.Solve(_problem, start, times, states);
            Steps += result.Statistics.AcceptedSteps + result.Statistics.RejectedSteps;
            IsStiff = true;
        }

        met = result.Status == SolveStatus.Terminated ? used.Occurrences[^1] : null;
        return result;
    }
}
