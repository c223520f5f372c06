namespace NeuralOde.Experiments.Commands;

/// <summary>The option that sets the number of threads of a long run.</summary>
internal sealed class ThreadsOption
{
    public CommandOption<long?> Option { get; } = Options.Whole(
        "--threads", 1, 1_024, "The number of threads. The result is the same to the bit for any number. Default: NEURALODE_THREADS, or else all processors.");

    /// <summary>Sets the number of threads, if the option was given.</summary>
    /// <param name="parsed">The command line.</param>
    public void Apply(CommandValues parsed)
    {
        if (parsed.GetValue(Option) is long threads)
        {
            ComputeSettings.Process.MaxThreads = (int)threads;
        }
    }
}
