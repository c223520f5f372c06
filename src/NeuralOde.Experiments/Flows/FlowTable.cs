using System.Runtime.InteropServices;
using NeuralOde.Distributed;
using NeuralOde.Series.Densities;

namespace NeuralOde.Experiments.Flows;

/// <summary>Medians over seeds, of one set and method or of all of them. Processes share the runs.</summary>
internal static class FlowTable
{
    public static int Run(CommandContext context, CommandValues parsed, FlowCommand.FlowOptionSet options, bool isWhole, int[] seeds)
    {
        DensityOptions settings = FlowRun.Settings(parsed, options);
        FlowSource[] sources = isWhole
            ? [.. PlaneDistribution.All.Select(static x => new FlowSource(x.Name, x.Title, x, null))]
            : [FlowSource.Read(parsed.GetValue(options.Data) ?? "two-moons", parsed.GetValue(options.Columns))];
        CommandException.ThrowIf(isWhole && (parsed.IsGiven(options.Data) || parsed.IsGiven(options.Method)), "--table trains all sets by all methods. Leave "
            + "--data and --method out.");
        DensityOptions[] methods = isWhole ? [.. DensityWords.Methods.Select(x => options.Settings.Apply(Applicable(x.Value), DensityOptions.For(x.Value), parsed))] : [settings];
        context.Out.WriteLine("data             method       nats (median)   range             parameters   evaluations   seconds");

        // A piece for each run; the last piece of a set is that of its baselines.
        int each = (methods.Length * seeds.Length) + 1;
        List<double[]> runs = [];
        int failed = 0;
        int told = HandOut.Run(
            context.Processes as Communicator ?? Communicator.Single,
            sources.Length * each,
            (i, cancellation) => MemoryMarshal.AsBytes<double>(Piece(sources[i / each], i % each, cancellation)).ToArray(),
            result =>
            {
                (FlowSource source, int piece) = (sources[result.Number / each], result.Number % each);
                if (result.Outcome == HandOutOutcome.Failed)
                {
                    failed++;
                    string run = piece == each - 1 ? "baselines" : $"{DensityWords.Name(methods[piece / seeds.Length].Method)}, seed {seeds[piece % seeds.Length]}";
                    context.Out.WriteLine($"{source.Name,-16} {run} failed: {result.Failure.ReplaceLineEndings(" ")}");
                }
                else
                {
                    runs.Add(MemoryMarshal.Cast<byte, double>(result.Value).ToArray());
                }

                if ((piece == each - 1 || (piece + 1) % seeds.Length == 0) && runs.Count > 0)
                {
                    context.Out.WriteLine(piece == each - 1 ? Baselines(source, runs[0]) : Row(source, methods[piece / seeds.Length], runs));
                    runs.Clear();
                }
            },
            context.CancellationToken);
        if (context.IsFirst && told < sources.Length * each)
        {
            context.Error.WriteLine("neuralode: stopped.");
            return ExitCode.Canceled;
        }

        return context.IsFirst && failed == told ? ExitCode.Failure : ExitCode.Success;

        double[] Piece(FlowSource source, int piece, CancellationToken cancellation)
        {
            if (piece == each - 1)
            {
                var baselines = DensityBaselines.Measure(source.Data(settings with { Seed = seeds[0] }));
                return [baselines.Kernel, baselines.Gaussian];
            }

            DensityOptions run = methods[piece / seeds.Length] with { Seed = seeds[piece % seeds.Length] };
            DensityFit fit = new DensityFitter(source.Data(run), run).Run(cancellationToken: cancellation);
            cancellation.ThrowIfCancellationRequested();
            return [fit.NegativeLogLikelihood, fit.Model.Parameters.ValueCount, fit.Evaluations, fit.Training.Elapsed.TotalSeconds];
        }
    }

    private static string Row(FlowSource source, DensityOptions method, List<double[]> runs)
    {
        double[] nats = [.. runs.Select(static x => x[0]).Order()];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{source.Name,-16} {DensityWords.Name(method.Method),-11} {Median.Of(nats),14:0.000}   {$"{nats[0]:0.000} - {nats[^1]:0.000}",-16} "
                + $"{runs[0][1],11:N0} {Median.Of(runs.Select(static x => x[2])),13:0} {Median.Of(runs.Select(static x => x[3])),9:0.0}");
    }

    private static string Baselines(FlowSource source, double[] nats) => string.Create(
        CultureInfo.InvariantCulture, $"{source.Name,-16} kernel      {nats[0],14:0.000}\n{source.Name,-16} normal      {nats[1],14:0.000}");

    // A setting that a method does not have is left out for it.
    private static SettingList<DensityOptions> Applicable(DensityMethod method) => DensityOptions.Settings.For(DensityOptions.For(method));
}
