using Spectre.Console;

namespace NeuralOde.Cli.Shell;

/// <summary>A bar that is redrawn in place.</summary>
internal sealed class LiveProgress(TextWriter writer) : IProgressDisplay
{
    public T Run<T>(string title, Func<IProgress<ProgressMark>, T> work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        console.MarkupLineInterpolated($"[bold]{title}[/]");

        // A line that wraps cannot be redrawn in place.
        int width = console.Profile.Width, bar = width >= 60 ? 14 : 8;
        return console.Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(new ProgressBarColumn { Width = bar }, new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(x => work(new Bar(x.AddTask("starting", maxValue: 1), width - bar - 2)));
    }

    private sealed class Bar(ProgressTask task, int room) : IProgress<ProgressMark>
    {
        public void Report(ProgressMark value)
        {
            task.MaxValue = Math.Max(1, value.Total);
            task.Value = value.Done;
            string text = value.Short(room);

            // A bar without words is refused.
            task.Description = string.IsNullOrWhiteSpace(text) ? "…" : Markup.Escape(text);
        }
    }
}
