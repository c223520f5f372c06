namespace NeuralOde.Experiments.Commands;

/// <summary>Runs training of any kind and shows its progress.</summary>
internal static class ProgressView
{
    /// <summary>Runs training and shows its progress.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="title">What is being done.</param>
    /// <param name="work">The work; it may report as often as it likes.</param>
    /// <returns>The work's result.</returns>
    public static T Run<T>(CommandContext context, string title, Func<IProgress<TrainingProgress>, T> work) => Run(context, title, ProgressText.Mark, work);

    /// <summary>Runs work of any kind and shows its progress.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="title">What is being done.</param>
    /// <param name="mark">What a report of the work means.</param>
    /// <param name="work">The work; it may report as often as it likes.</param>
    /// <returns>The work's result.</returns>
    public static T Run<TProgress, T>(CommandContext context, string title, Func<TProgress, ProgressMark> mark, Func<IProgress<TProgress>, T> work)
    {
        if (context.Progress is { } display)
        {
            return display.Run(title, progress => work(new Marking<TProgress>(progress, mark)));
        }

        context.Error.WriteLine(title);
        return work(new Marking<TProgress>(new PlainProgress(context.Error), mark));
    }

    private sealed class Marking<TProgress>(IProgress<ProgressMark> progress, Func<TProgress, ProgressMark> mark) : IProgress<TProgress>
    {
        public void Report(TProgress value) => progress.Report(mark(value));
    }
}
