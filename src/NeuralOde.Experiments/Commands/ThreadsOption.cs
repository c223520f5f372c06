using NeuralOde.Layers;
using NeuralOde.Tensors;

namespace NeuralOde.Experiments.Commands;

/// <summary>The option by which a long run is told how many threads work for it.</summary>
internal sealed class ThreadsOption
{
    public CommandOption<long?> Option { get; } = Options.Whole("--threads", 1, 1_024, "How many threads work. The result is the same to the last bit. Default: all processors, or what NEURALODE_THREADS says.");

    /// <summary>Lets so many threads work, where the option was given.</summary>
    /// <param name="parsed">The command line.</param>
    public void Apply(CommandValues parsed)
    {
        if (parsed.GetValue(Option) is long threads)
        {
            ComputeSettings.Process.MaxThreads = (int)threads;
        }
    }
}
