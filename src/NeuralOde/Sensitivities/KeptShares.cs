namespace NeuralOde.Sensitivities;

/// <summary>
/// How a budget is divided between the recorded steps and what their evaluations keep: as the two need it for a step, so that what is kept belongs to the steps that are recorded.
/// Where so little is left for the steps that checkpoints would not fit, nothing is kept.
/// </summary>
internal readonly struct KeptShares
{
    // Steps, counted generously, that the recording's share has to take.
    private const int FewestSteps = 10;

    /// <param name="budget">All bytes; null for no limit.</param>
    /// <param name="stages">Evaluations of a step.</param>
    /// <param name="state">Bytes of a state.</param>
    /// <param name="kept">Bytes that an evaluation keeps; 0 where nothing is kept.</param>
    public KeptShares(long? budget, int stages, long state, long kept)
    {
        Recording = budget;
        if (kept == 0)
        {
            return;
        }

        if (budget is not { } bytes)
        {
            Most = int.MaxValue;
            return;
        }

        // The state, the stages and, about, what dense output adds.
        double step = (stages + 2.0) * state, evaluations = (double)stages * kept;
        long recording = (long)(bytes * (step / (step + evaluations)));
        long most = Math.Min(int.MaxValue, (bytes - recording) / kept);
        if (recording >= FewestSteps * step && most >= Evaluations(stages))
        {
            (Recording, Most) = (recording, (int)most);
        }
    }

    /// <summary>The bytes for the steps; null for no limit.</summary>
    public long? Recording { get; }

    /// <summary>The largest number of evaluations that are kept.</summary>
    public int Most { get; }

    /// <summary>So many evaluations are enough for one step at a time.</summary>
    public static int Evaluations(int stages) => (2 * stages) + 2;
}
