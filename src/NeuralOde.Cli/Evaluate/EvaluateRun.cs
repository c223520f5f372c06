using NeuralOde.Series.Forecasting;

namespace NeuralOde.Cli.Evaluate;

/// <summary>What <c>neuralode evaluate</c> does.</summary>
internal static class EvaluateRun
{
    public static int Start(CommandContext context, CommandValues parsed, EvaluateCommand.EvaluateCommandOptions options)
    {
        string path = parsed.GetValue(options.Data)!;
        string? output = parsed.GetValue(options.Out), metrics = parsed.GetValue(options.Metrics), report = parsed.GetValue(options.Report);
        OutputFiles.Check(path, ("--out", output), ("--metrics", metrics), ("--report", report));
        OutputFiles.CheckEndings(("--out", output, [".csv"]), ("--metrics", metrics, [".json"]), ("--report", report, [".html", ".htm"]));
        EvaluateOptions evaluate = options.Settings.Apply(EvaluateOptions.Settings, new EvaluateOptions(), parsed);
        IReadOnlyList<IForecaster> methods = EvaluateMethods.Of(parsed, options);
        TimeSeriesSet set = UserFault.Checked(() => DataTable.Read(path, options.Settings, parsed));
        foreach (string note in set.Notes.Select(OptionAdvice.Describe))
        {
            context.Error.WriteLine(note);
        }

        var origins = new RollingOrigins(evaluate.Horizon)
        {
            Count = evaluate.Origins,
            Spacing = evaluate.Spacing == 0 ? null : evaluate.Spacing,
            Spread = context.Processes is { Size: > 1 } ? (count, work) => SharedWork.Run(context, count, work) : null,
        };
        RollingResult result = ProgressView.Run(
            context, $"Evaluating {InWords.Counted(methods.Count, "method", "methods")} on {path}", (Steps x) => x.Mark(),
            (IProgress<Steps> progress) => origins.Evaluate(set, methods, new Counting(progress, methods.Count), context.CancellationToken));
        var evaluation = new Evaluation(path, set, evaluate, result);
        Print(context, evaluation);
        Write("Forecasts", output, path => AtomicFile.WriteText(path, text => EvaluateFiles.WriteCsv(text, evaluation)));
        Write("Metrics", metrics, path => MetricsFile.WriteJson(path, EvaluateFiles.Json(evaluation, context.CommandLine)));
        Write("Report", report, path => AtomicFile.WriteText(path, EvaluateReport.Create(evaluation, context.CommandLine).ToHtml()));
        return ExitCode.Success;

        // Of several processes, which all have the results, the first one writes.
        void Write(string what, string? path, Action<string> write)
        {
            if (path is not null && context.IsFirst)
            {
                write(path);
                context.Out.WriteLine($"{$"{what}:",-10} {path}");
            }
        }
    }

    private static void Print(CommandContext context, Evaluation evaluation)
    {
        context.Out.WriteLine(evaluation.What());
        PrintScores(context, evaluation);
        context.Out.WriteLine();
        foreach (string sentence in evaluation.Set.Components.SelectMany(evaluation.Verdicts).Concat(evaluation.Failures()))
        {
            context.Out.WriteLine(sentence);
        }
    }

    /// <summary>Prints a table of scores for each component.</summary>
    internal static void PrintScores(CommandContext context, Evaluation evaluation)
    {
        int width = evaluation.Result.Methods.Max(static x => x.Length);
        foreach (string component in evaluation.Set.Components)
        {
            context.Out.WriteLine();
            context.Out.WriteLine(component);
            context.Out.WriteLine($"  {"method".PadRight(width)}     MASE      RMSE   in 80 %   in 95 %   score 80   score 95");
            foreach (ForecastScore x in evaluation.Result.Ranking(component))
            {
                context.Out.WriteLine(
                    $"  {x.Method.PadRight(width)} {ProgressText.Fixed(x.Mase, 3),8} {ProgressText.Number(x.Rmse),9} {Share(x.Coverage[1]),9} {Share(x.Coverage[2]),9} "
                        + $"{ProgressText.Fixed(x.IntervalScore[1], 2),10} {ProgressText.Fixed(x.IntervalScore[2], 2),10}");
            }
        }
    }

    internal static string Share(double share) => double.IsFinite(share) ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %") : "-";

    /// <summary>How many fits are done.</summary>
    private readonly record struct Steps(RollingProgress Next, int Done, int All)
    {
        public ProgressMark Mark()
        {
            string text = $"{Next.Method}, origin {Next.Origin + 1} of {Next.Origins}";
            return new ProgressMark(Done, All, Done == All, () => text, room => ProgressText.Cut(text, room));
        }
    }

    private sealed class Counting(IProgress<Steps> progress, int methods) : IProgress<RollingProgress>
    {
        private int _done;

        public void Report(RollingProgress value) => progress.Report(new Steps(value, _done++, methods * value.Origins));
    }
}
