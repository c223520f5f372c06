using NeuralOde.Series.Densities;

namespace NeuralOde.Experiments.Flows;

/// <summary>Medians over seeds, of one set and method or of all of them.</summary>
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
        foreach (FlowSource source in sources)
        {
            foreach (DensityOptions method in methods)
            {
                List<DensityFit> fits = [];
                foreach (int seed in seeds)
                {
                    DensityOptions run = method with { Seed = seed };
                    fits.Add(new DensityFitter(source.Data(run), run).Run(cancellationToken: context.CancellationToken));
                    if (context.CancellationToken.IsCancellationRequested)
                    {
                        context.Error.WriteLine("neuralode: stopped.");
                        return ExitCode.Canceled;
                    }
                }

                double[] nats = [.. fits.Select(static x => x.NegativeLogLikelihood).Order()];
                context.Out.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{source.Name,-16} {DensityWords.Name(method.Method),-11} {Median.Of(nats),14:0.000}   {$"{nats[0]:0.000} - {nats[^1]:0.000}",-16} "
                        + $"{fits[0].Model.Parameters.ValueCount,11:N0} {Median.Of(fits.Select(static x => (double)x.Evaluations)),13:0} "
                        + $"{Median.Of(fits.Select(static x => x.Training.Elapsed.TotalSeconds)),9:0.0}"));
            }

            var baselines = DensityBaselines.Measure(source.Data(settings with { Seed = seeds[0] }));
            context.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{source.Name,-16} kernel      {baselines.Kernel,14:0.000}\n{source.Name,-16} normal      {baselines.Gaussian,14:0.000}"));
        }

        return ExitCode.Success;
    }

    // A setting that a method does not have is left out for it.
    private static SettingList<DensityOptions> Applicable(DensityMethod method) => DensityOptions.Settings.For(DensityOptions.For(method));
}
