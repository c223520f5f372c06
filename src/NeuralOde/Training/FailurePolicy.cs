namespace NeuralOde.Training;

/// <summary>
/// What a <see cref="TrainingRun"/> does after a step whose solve failed or whose loss or gradient is not finite. The step is skipped in any case: the optimizer
/// does not see it.
/// </summary>
public sealed record FailurePolicy
{
    private FailurePolicy(int inARow, int backOffs = 0, bool restartsOptimizer = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inARow, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(backOffs);
        (InARow, BackOffs, RestartsOptimizer) = (inARow, backOffs, restartsOptimizer);
    }

    /// <summary>Ends training at the first failed step.</summary>
    public static FailurePolicy GiveUp { get; } = new(1);

    /// <summary>How many failed steps in a row are too many: training then backs off, or ends.</summary>
    public int InARow { get; }

    /// <summary>How often training goes back to the best model with half the learning rate before it ends; 0 for never.</summary>
    public int BackOffs { get; }

    /// <summary>Whether the optimizer forgets its past when training goes back to the best model.</summary>
    public bool RestartsOptimizer { get; }

    /// <summary>Skips failed steps, and ends training where there are too many in a row.</summary>
    /// <param name="inARow">How many are too many, at least 1.</param>
    /// <returns>The policy.</returns>
    public static FailurePolicy Skip(int inARow = 20) => new(inARow);

    /// <summary>Skips failed steps; where there are too many in a row, goes back to the best model so far with half the learning rate.</summary>
    /// <param name="inARow">How many are too many, at least 1.</param>
    /// <param name="times">How often, at least 0; training ends when it would go back once more.</param>
    /// <param name="restartsOptimizer">Whether the optimizer then forgets its past.</param>
    /// <returns>The policy.</returns>
    public static FailurePolicy BackOff(int inARow = 3, int times = 8, bool restartsOptimizer = false) => new(inARow, times, restartsOptimizer);
}
