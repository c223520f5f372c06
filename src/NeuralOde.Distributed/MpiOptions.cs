namespace NeuralOde.Distributed;

/// <summary>How MPI is started.</summary>
public sealed record MpiOptions
{
    /// <summary>The MPI library: a file, or a name that the system finds. Null for what the environment variable <c>NEURALODE_MPI</c> names, or else the usual names.</summary>
    /// <value>Default null.</value>
    public string? Library { get; init; }

    /// <summary>
    /// How long a process waits for the others in one operation. A wait cannot be taken back, so one that takes longer ends the job with a message, as a failure does.
    /// </summary>
    /// <value>Above 0; default one hour.</value>
    public TimeSpan Timeout
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A process waits for a time above 0.");
    } = TimeSpan.FromHours(1);
}
