namespace NeuralOde.Solvers;

/// <summary>How much memory a <see cref="SolveRecording{T}"/> may take. Steps that do not fit are computed again, to the same bits, when the solve is transposed.</summary>
public sealed record RecordingBudget
{
    /// <summary>
    /// Largest number of bytes for states, stages and checkpoints. Times and lengths of the steps, about 50 bytes for each, and states at events come on top.
    /// </summary>
    /// <value>Positive. At least one checkpoint and one step must fit, which a solve checks before it starts.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public required long MaxBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    }
}
