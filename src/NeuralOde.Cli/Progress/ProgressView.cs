using NeuralOde.Cli.CommandLine;
using NeuralOde.Training;

namespace NeuralOde.Cli.Progress;

/// <summary>Shows how far training is: a line that is redrawn on a terminal, plain lines elsewhere.</summary>
internal static class ProgressView
{
    /// <summary>Runs work and shows its progress.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="title">What is being done.</param>
    /// <param name="work">The work; it may report as often as it likes.</param>
    /// <returns>The work's result.</returns>
    public static T Run<T>(ToolContext context, string title, Func<IProgress<TrainingProgress>, T> work)
    {
        if (context.IsInteractive)
        {
            return LiveProgress.Run(context, title, work);
        }

        context.Error.WriteLine(title);
        return work(new PlainProgress(context.Error));
    }
}
