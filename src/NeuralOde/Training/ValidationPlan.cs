namespace NeuralOde.Training;

/// <summary>When a <see cref="TrainingRun"/> validates its model.</summary>
public sealed record ValidationPlan
{
    /// <summary>The iterations between two validations; the last iteration is followed by one, too. Null for no validation.</summary>
    /// <value>At least 1, or null; default 100.</value>
    public int? Interval
    {
        get;
        init => field = value is null or >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "There is at least one iteration between two validations.");
    } = 100;

    /// <summary>Further iterations that are followed by a validation.</summary>
    /// <value>Default empty.</value>
    public IReadOnlyList<int> Also { get; init => field = ValueList.From(value); } = ValueList.Of<int>();

    /// <summary>Whether the model is validated before the first step, too.</summary>
    /// <value>Default false.</value>
    public bool AtStart { get; init; }

    /// <summary>Whether the model is validated where training was canceled or diverged, too.</summary>
    /// <value>Default false.</value>
    public bool WhenStopped { get; init; }

    /// <summary>No validation.</summary>
    public static ValidationPlan None { get; } = new() { Interval = null };

    internal bool IsDue(int iteration, int iterations)
    {
        if (Interval is not { } interval)
        {
            return false;
        }

        if (iteration == 0)
        {
            return AtStart;
        }

        if (iteration % interval == 0 || iteration == iterations)
        {
            return true;
        }

        for (int i = 0; i < Also.Count; i++)
        {
            if (Also[i] == iteration)
            {
                return true;
            }
        }

        return false;
    }
}
