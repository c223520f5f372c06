namespace NeuralOde.Training;

/// <summary>Where and how often a <see cref="TrainingRun"/> is saved, to be resumed bit for bit.</summary>
public sealed record Checkpointing
{
    /// <summary>Saves a run.</summary>
    /// <param name="path">The file; see <see cref="TrainingCheckpoint"/>.</param>
    /// <param name="interval">Iterations between two checkpoints, at least 1. One is also written at the end and where training is canceled, but not where it diverged.</param>
    /// <param name="afterValidation">Whether one is written after each validation, too.</param>
    public Checkpointing(string path, int interval = 1_000, bool afterValidation = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        (Path, Interval, AfterValidation) = (path, interval, afterValidation);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Iterations between two checkpoints.</summary>
    public int Interval { get; }

    /// <summary>Whether one is written after each validation, too.</summary>
    public bool AfterValidation { get; }
}
