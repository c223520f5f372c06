using NeuralOde.Persistence;
using NeuralOde.Series.Densities;
using NeuralOde.Series.Tables;
using NeuralOde.Training;

namespace NeuralOde.Cli.Density;

/// <summary>What <c>neuralode density</c> does.</summary>
internal static class DensityRun
{
    private const int Listed = 10;

    public static int Start(CommandContext context, CommandValues parsed, DensityCommand.DensityCommandOptions options)
    {
        string path = parsed.GetValue(options.Table)!;
        string? model = parsed.GetValue(options.Model), output = parsed.GetValue(options.Out), save = parsed.GetValue(options.Save), columns = parsed.GetValue(options.Columns);
        CommandException.ThrowIf(
            model is not null && (save is not null || columns is not null || parsed.IsGiven(options.Method) || options.Settings.IsGiven(parsed)),
            "--model learns nothing: the model says which columns and how. Leave --columns, --method, --save and the options of training out.");
        OutputFiles.Check(path == "-" ? null : path, ("--out", output), ("--save", save));
        OutputFiles.Check(model, ("--out", output));
        options.Threads.Apply(parsed);
        (CsvTable table, PointTable points, DensityModel density, int exitCode) = UserFault.Checked(() =>
        {
            CsvTable read = Read(path);
            if (model is not null)
            {
                InputFiles.Check(model, "a model in it", "--model", "'neuralode density TABLE.csv --save FILE' makes one.");
                var loaded = DensityModel.Load(model);
                return (read, PointTable.Read(read, loaded.Columns), loaded, ExitCode.Success);
            }

            var given = PointTable.Read(read, columns?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            (DensityModel learned, int code) = Learn(context, parsed, options, path, given);
            return (read, given, learned, code);
        });
        if (exitCode == ExitCode.Failure)
        {
            return exitCode;
        }

        double[] scores = density.LogDensity(points.Rows), quantiles = density.Quantiles(scores);
        int unsolved = scores.Count(double.IsNaN);
        double mean = scores.Where(static x => !double.IsNaN(x)).DefaultIfEmpty(double.NaN).Average();
        context.Error.WriteLine($"{InWords.Counted(scores.Length, "row", "rows")} of {path}: mean log-density {ProgressText.Fixed(mean, 3)} nats.");
        if (unsolved > 0)
        {
            context.Error.WriteLine($"neuralode: {InWords.Counted(unsolved, "row is", "rows are")} so far from the others that no density can be computed; the "
                + $"score is empty there.");
        }

        OutputFiles.Write(context, "model", save, file => density.Save(file, new Dictionary<string, string> { ["tool"] = ToolVersion.Text, ["command"] = context.CommandLine }));
        if (output is null)
        {
            List(context.Out, table, points, scores, quantiles);
        }

        OutputFiles.Write(context, "scores", output, file => AtomicFile.WriteText(file, writer => Write(writer, points, scores, quantiles)));
        return exitCode;
    }

    private static CsvTable Read(string path)
    {
        if (path == "-")
        {
            return CsvTable.Read(Console.OpenStandardInput(), "standard input");
        }

        InputFiles.Check(path, "a CSV file in it");
        return CsvTable.Read(path);
    }

    private static (DensityModel Model, int ExitCode) Learn(
        CommandContext context, CommandValues parsed, DensityCommand.DensityCommandOptions options, string path, PointTable points)
    {
        string name = parsed.GetValue(options.Method) ?? DensityWords.Methods[0].Name;
        DensityOptions settings = options.Settings.Apply(DensityOptions.Settings, DensityOptions.For(DensityWords.Methods.First(x => x.Name == name).Value), parsed);
        var data = DensityData.FromRows(points.Columns, points.Rows, settings.HoldOut, settings.Seed);
        var fitter = new DensityFitter(data, settings);
        string title = string.Create(
            CultureInfo.InvariantCulture,
            $"Learning {points.Rows.Length / points.Columns.Count:N0} rows of {string.Join(", ", points.Columns)} from {path} by "
                + $"{DensityWords.Title(settings.Method)} (seed {settings.Seed})");
        DensityFit fit = ProgressView.Run(context, title, progress => fitter.Run(progress, context.CancellationToken));
        if (fit.Training.Outcome == TrainingOutcome.Diverged)
        {
            context.Error.WriteLine($"neuralode: training gave up: {fit.Training.Failure?.Problem} Try --learning-rate lower than {ProgressText.Number(settings.LearningRate)}.");
            return (fit.Model, ExitCode.Failure);
        }

        if (points.LeftOut.Count > 0)
        {
            context.Error.WriteLine($"Left out, because they hold no numbers: {string.Join(", ", points.LeftOut)}.");
        }

        var baselines = DensityBaselines.Measure(data);
        (double error, double least) = (fit.NegativeLogLikelihood, Math.Min(baselines.Gaussian, baselines.Kernel));
        context.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Rows held out: {ProgressText.Fixed(error, 3)} nats (less is better); one normal distribution {ProgressText.Fixed(baselines.Gaussian, 3)}, "
                + $"kernel density {ProgressText.Fixed(baselines.Kernel, 3)}. {fit.Training.Elapsed.TotalSeconds:0.0} s."));
        if (!(error < least))
        {
            context.Error.WriteLine(
                $"neuralode: {(baselines.Gaussian < baselines.Kernel ? "one normal distribution" : "a kernel density")} describes the rows better than the flow. "
                    + "Add rows, train longer (--iterations), or use a smaller network (--hidden 16,16).");
        }

        return (fit.Model, fit.Training.Outcome == TrainingOutcome.Canceled ? ExitCode.Canceled : ExitCode.Success);
    }

    private static void List(TextWriter output, CsvTable table, PointTable points, double[] scores, double[] quantiles)
    {
        int[] order = [.. Enumerable.Range(0, scores.Length).OrderBy(i => double.IsNaN(scores[i]) ? double.NegativeInfinity : scores[i]).Take(Listed)];
        output.WriteLine(order.Length == 1 ? "The least likely row:" : $"The {order.Length} least likely rows:");
        output.WriteLine($"{"line",8} {"log-density",12} {"quantile",9}   {string.Join(", ", points.Columns)}");
        foreach (int i in order)
        {
            IEnumerable<string> values = points.Rows.Skip(i * points.Columns.Count).Take(points.Columns.Count).Select(ProgressText.Number);
            output.WriteLine($"{table.LineOf(i),8} {ProgressText.Fixed(scores[i], 3),12} {ProgressText.Fixed(quantiles[i], 4),9}   {string.Join(", ", values)}");
        }
    }

    private static void Write(TextWriter output, PointTable points, double[] scores, double[] quantiles)
    {
        var writer = new CsvWriter(output, [.. points.Columns, Free("log_density"), Free("quantile")]);
        for (int i = 0; i < scores.Length; i++)
        {
            for (int k = 0; k < points.Columns.Count; k++)
            {
                writer.Add(points.Rows[(i * points.Columns.Count) + k]);
            }

            writer.Add(scores[i]).Add(quantiles[i]).EndRow();
        }

        string Free(string name) => points.Columns.Contains(name) ? $"model_{name}" : name;
    }
}
