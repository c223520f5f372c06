namespace NeuralOde.Experiments.Hamiltonian;

/// <summary>What <c>neuralode experiment hamiltonian</c> does.</summary>
internal static class HamiltonianRun
{
    public static int Start(CommandContext context, CommandValues parsed, HamiltonianCommand.HamiltonianCommandOptions options)
    {
        HamiltonianOptions[] systems =
        [
            .. ConservativeSystem.All.Where(x => parsed.GetValue(options.System) is not { } name || name == x.Name)
                .Select(x => options.Settings.Apply(HamiltonianOptions.Settings, HamiltonianOptions.Default(x), parsed)),
        ];
        int[]? seeds = parsed.GetValue(options.Seeds);
        CommandException.ThrowIf(
            seeds is { Length: > 0 } && (parsed.GetValue(options.Output.Report) ?? options.Output.MetricsPath(parsed)) is not null,
            "--seeds prints a table and writes no files. Omit --report and --metrics, or choose one --seed.");
        string? report = options.Output.ReportPath(parsed, "hamiltonian.html"), metrics = options.Output.MetricsPath(parsed);
        OutputFiles.Check(("--report", report), ("--metrics", metrics));
        List<HamiltonianResult> results = [];
        context.Out.WriteLine("system        seed   energy error    of baseline    published    of baseline    slope error    of baseline   seconds");
        foreach (HamiltonianOptions settings in seeds is { Length: > 0 } ? systems.SelectMany(x => seeds.Select(seed => x with { Seed = seed })) : systems)
        {
            HamiltonianResult result = ProgressView.Run(
                context,
                $"Learning {settings.System.Title} (seed {settings.Seed}): first its energy, then its field by a baseline network",
                progress => HamiltonianExperiment.Run(settings, progress, context.CancellationToken));
            if (result.WasCanceled)
            {
                context.Error.WriteLine($"neuralode: stopped during {settings.System.Title}, which is left out.");
                break;
            }

            results.Add(result);
            Say(context, result);
        }

        if (results.Count == 0)
        {
            return ExitCode.Canceled;
        }

        if (seeds is not { Length: > 0 })
        {
            OutputFiles.Write(context, "metrics", metrics, path => HamiltonianMetrics.Write(path, results, context.CommandLine));
            OutputFiles.Write(context, "report", report, path => AtomicFile.WriteText(path, HamiltonianReport.Create(results, context.CommandLine).ToHtml()));
        }

        return context.CancellationToken.IsCancellationRequested ? ExitCode.Canceled : ExitCode.Success;
    }

    private static void Say(CommandContext context, HamiltonianResult x)
    {
        ConservativeSystem system = x.Options.System;
        context.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{system.Title,-12} {x.Options.Seed,5} {Number(x.Hamiltonian.EnergyError.Mean),14} {Number(x.Baseline.EnergyError.Mean),14} {Number(system.Published.Hamiltonian),12} "
                + $"{Number(system.Published.Baseline),14} {Number(x.Hamiltonian.TestError),14} {Number(x.Baseline.TestError),14} "
                + $"{(x.Hamiltonian.Elapsed + x.Baseline.Elapsed).TotalSeconds,9:0.0}"));
        if (system.PublishedMeasure is not null)
        {
            context.Out.WriteLine($"  q² + p²     {"",5} {Number(x.Hamiltonian.PublishedMeasure.Mean),13} {Number(x.Baseline.PublishedMeasure.Mean),14}");
        }
    }

    internal static string Number(double value) => double.IsFinite(value) ? value.ToString("0.0e-0", CultureInfo.InvariantCulture) : "-";
}
