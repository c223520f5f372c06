namespace NeuralOde.Experiments.Commands;

/// <summary>Shows how far work is, such as by a line that is redrawn on a terminal.</summary>
internal interface IProgressDisplay
{
    /// <summary>Runs work and shows its progress.</summary>
    /// <param name="title">What is being done.</param>
    /// <param name="work">The work; it may report as often as it likes.</param>
    /// <returns>The work's result.</returns>
    T Run<T>(string title, Func<IProgress<ProgressMark>, T> work);
}
