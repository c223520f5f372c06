using System.Text.Json.Nodes;
using NeuralOde.Series.Densities;
using NeuralOde.Series.Tables;

namespace NeuralOde.Experiments.Flows;

/// <summary><c>neuralode experiment flow --energies</c>: fits flows to densities that are known up to a factor, after figure 4 of Chen et al. 2018.</summary>
internal static class EnergyRun
{
    public static int Start(CommandContext context, CommandValues parsed, FlowCommand.FlowOptionSet options, int[] depths)
    {
        CommandOption[] others =
        [
            options.Data, options.Columns, options.Method, options.Compare, options.Table, options.Seeds, options.Output.Save, options.Checkpoint.File, options.Checkpoint.Resume,
        ];
        CommandException.ThrowIf(
            others.Any(parsed.IsGiven), "--energies fits densities of its own by planar and continuous flows. Leave --data, --columns, --method, --compare, --table, --seeds, "
                + "--save, --checkpoint and --resume out.");
        string? report = options.Output.ReportPath(parsed, "flow.html"), metrics = options.Output.MetricsPath(parsed);
        OutputFiles.Check(null, ("--report", report), ("--metrics", metrics));
        List<EnergyFit> fits = [];
        foreach (EnergyTarget target in EnergyTarget.All)
        {
            foreach (DensityMethod method in new[] { DensityMethod.Planar, DensityMethod.Likelihood })
            {
                foreach (int depth in depths.Length > 0 ? depths : [2, 8, 32])
                {
                    DensityOptions settings = FlowRun.Typed(parsed, options, Defaults(method)) with { Hidden = [depth], Layers = depth };
                    EnergyFit fit = ProgressView.Run(
                        context, $"Fitting {target.Title} by a {(method == DensityMethod.Planar ? "planar" : "continuous")} flow of {depth}",
                        progress => EnergyFit.Run(target, depth, settings, progress, context.CancellationToken));
                    if (fit.Training.Outcome == TrainingOutcome.Canceled)
                    {
                        context.Error.WriteLine("neuralode: stopped; no files were written.");
                        return ExitCode.Canceled;
                    }

                    fits.Add(fit);
                    context.Out.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{target.Title}; {fit.Label}: KL {ProgressText.Fixed(fit.Distance, 3)} nats, {fit.ParameterCount:N0} parameters, "
                            + $"{fit.Training.Losses.Count:N0} iterations in {fit.Training.Elapsed.TotalSeconds:0.0} s."));
                }
            }
        }

        OutputFiles.Write(context, "metrics", metrics, path => MetricsFile.Write(path, writer => Csv(writer, fits), () => Json(fits, context.CommandLine)));
        OutputFiles.Write(context, "report", report, path => AtomicFile.WriteText(path, EnergyReport.Create(fits, context.CommandLine).ToHtml()));
        return fits.Exists(static x => x.Training.Outcome == TrainingOutcome.Diverged) ? ExitCode.Failure : ExitCode.Success;
    }

    /// <summary>A single layer of units takes larger and more steps than the network that learns from points.</summary>
    private static DensityOptions Defaults(DensityMethod method) => method == DensityMethod.Likelihood
        ? DensityOptions.For(method) with { BatchSize = 256, Iterations = 3_000, LearningRate = 0.02 }
        : DensityOptions.For(method);

    private static void Csv(TextWriter output, IEnumerable<EnergyFit> fits)
    {
        var writer = new CsvWriter(output, ["target", "flow", "kl", "parameters", "seconds"]);
        foreach (EnergyFit x in fits)
        {
            writer.Add(x.Target.Title).Add(x.Label).Add(x.Distance).Add(x.ParameterCount).Add(x.Training.Elapsed.TotalSeconds).EndRow();
        }
    }

    private static JsonObject Json(IEnumerable<EnergyFit> fits, string commandLine) => new()
    {
        ["command"] = commandLine,
        ["tool"] = ToolVersion.Text,
        ["fits"] = MetricsFile.Objects(fits, static x => new JsonObject
        {
            ["target"] = x.Target.Title,
            ["flow"] = x.Label,
            ["kl"] = MetricsFile.Number(x.Distance),
            ["parameters"] = x.ParameterCount,
            ["seconds"] = x.Training.Elapsed.TotalSeconds,
            ["losses"] = MetricsFile.Numbers(x.Training.Losses),
        }),
    };
}
