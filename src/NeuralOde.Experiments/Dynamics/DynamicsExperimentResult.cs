namespace NeuralOde.Experiments.Dynamics;

/// <summary>What a run learned, and how.</summary>
public sealed record DynamicsExperimentResult
{
    /// <summary>The settings.</summary>
    public required DynamicsExperimentOptions Options { get; init; }

    /// <summary>How the run ended.</summary>
    public required TrainingOutcome Outcome { get; init; }

    /// <summary>Why it ended, where it diverged: the last failed step.</summary>
    public TrainingFailure? Failure { get; init; }

    /// <summary>The model, with the best parameters found.</summary>
    public required OdeBlock Model { get; init; }

    /// <summary>The observations' times.</summary>
    public required IReadOnlyList<double> Times { get; init; }

    /// <summary>The exact trajectory, <c>[times, state]</c>.</summary>
    public required IReadOnlyList<double> Exact { get; init; }

    /// <summary>What training saw, <c>[times, state]</c>.</summary>
    public required IReadOnlyList<float> Observations { get; init; }

    /// <summary>The model's trajectory from the known initial state, <c>[times, state]</c>.</summary>
    public required IReadOnlyList<double> Learned { get; init; }

    /// <summary>The root mean square over times and components of <see cref="Learned"/> less <see cref="Exact"/>.</summary>
    public required double Error { get; init; }

    /// <summary>The same for the model as training left it, had the best one not been kept.</summary>
    public required double LastError { get; init; }

    /// <summary>The root mean square over times and components of <see cref="Learned"/> minus <see cref="Observations"/>, which selects the best model.</summary>
    public required double ObservationError { get; init; }

    /// <summary>After which iteration the kept model stood.</summary>
    public required int BestIteration { get; init; }

    /// <summary>Each iteration's loss before its step; NaN where its solve failed.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>Errors against the observations by iteration, wherever the whole trajectory was solved; infinite where that failed.</summary>
    public required IReadOnlyList<(int Iteration, double Error)> Evaluations { get; init; }

    /// <summary>The trajectory over training.</summary>
    public required IReadOnlyList<TrajectorySnapshot> Snapshots { get; init; }

    /// <summary>Training steps that were skipped because their solve failed.</summary>
    public required int FailedSolves { get; init; }

    /// <summary>Evaluations of the field in all training steps, forward.</summary>
    public required long Evaluated { get; init; }

    /// <summary>Time spent in training steps and evaluations.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Iterations done.</summary>
    public int Iterations => Losses.Count;

    /// <summary>The root mean square of the difference in one component.</summary>
    /// <param name="component">0 or 1.</param>
    /// <returns>The error against the exact trajectory.</returns>
    public double ComponentError(int component)
    {
        int size = Options.Dynamics.Initial.Count;
        ArgumentOutOfRangeException.ThrowIfNegative(component);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(component, size);
        double sum = 0;
        for (int i = component; i < Exact.Count; i += size)
        {
            sum += (Learned[i] - Exact[i]) * (Learned[i] - Exact[i]);
        }

        return Math.Sqrt(sum / Times.Count);
    }
}
