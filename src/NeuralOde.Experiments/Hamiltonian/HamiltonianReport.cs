namespace NeuralOde.Experiments.Hamiltonian;

/// <summary>The page about one run of <c>neuralode experiment hamiltonian</c>.</summary>
internal static class HamiltonianReport
{
    private static readonly LineStyle s_exact = new() { Color = PaletteColor.Ink, Width = 5, Opacity = 0.25 };
    private static readonly LineStyle s_hamiltonian = new() { Color = PaletteColor.Blue, Width = 1.8 };
    private static readonly LineStyle s_baseline = new() { Color = PaletteColor.Vermillion, Width = 1.4 };

    public static Report Create(IReadOnlyList<HamiltonianResult> results, string commandLine)
    {
        Report report = new Report("Learning an energy, and keeping it")
        {
            Subtitle = "A network of the energy beside a network of the derivative, on the conservative systems of Greydanus, Dzamba, Yosinski 2019",
            Footer = ToolVersion.Text,
        }
            .Add(new ReportSection(
                "Error of the energy",
                "The mean squared difference of the true energy along learned and exact trajectories from new states, with its standard error. "
                    + "Both networks learned from the same states and derivatives; the baseline's trajectories gain or lose energy.",
                Table(results)));
        foreach (HamiltonianResult result in results)
        {
            report = report.Add(new ReportSection(Capitalized(result.Options.System.Title), $"{result.Options.System.Equation}.", Energy(result), Paths(result), Loss(result)));
        }

        return report.Add(new ReportSection(
            "Settings",
            ReportTable.Pairs(
                null,
                [.. results.SelectMany(static x => HamiltonianOptions.Settings.Describe(x.Options).Select(y => ($"{x.Options.System.Title}: {y.Name}", y.Value)))]),
            new CodeBlock(commandLine, "The command that made this page. The same command gives the same numbers.")));
    }

    private static ReportTable Table(IReadOnlyList<HamiltonianResult> results) => new()
    {
        Columns =
        [
            new ReportColumn("system"), new ReportColumn("network"), new ReportColumn("error of the energy", IsNumeric: true), new ReportColumn("published", IsNumeric: true),
            new ReportColumn("error of the derivative, training", IsNumeric: true), new ReportColumn("test", IsNumeric: true), new ReportColumn("training", "s", IsNumeric: true),
        ],
        Rows =
        [
            .. results.SelectMany(static x => (IReadOnlyList<string>[])
            [
                Row(x, "Hamiltonian", x.Hamiltonian, x.Options.System.Published.Hamiltonian),
                Row(x, "baseline", x.Baseline, x.Options.System.Published.Baseline),
            ]),
        ],
        Caption = results.Any(static x => x.Options.System.PublishedMeasure is not null)
            ? "The published number for the pendulum compares q² + p², which is not its energy and also counts errors of the phase; by that measure ours are in brackets."
            : null,
    };

    private static IReadOnlyList<string> Row(HamiltonianResult x, string network, LearnedDynamics learned, double published) =>
    [
        x.Options.System.Title,
        network,
        $"{HamiltonianRun.Number(learned.EnergyError.Mean)} ± {HamiltonianRun.Number(learned.EnergyError.Error)}"
            + (x.Options.System.PublishedMeasure is null ? "" : $" ({HamiltonianRun.Number(learned.PublishedMeasure.Mean)})"),
        HamiltonianRun.Number(published),
        HamiltonianRun.Number(learned.TrainingError),
        HamiltonianRun.Number(learned.TestError),
        learned.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture),
    ];

    private static Figure Energy(HamiltonianResult result)
    {
        ConservativeSystem system = result.Options.System;
        return new Figure
        {
            Title = "Energy along the first trajectory",
            XAxis = new FigureAxis("time"),
            YAxis = new FigureAxis("energy"),
            Height = 300,
        }
            .Line(system.TestTimes, Energies(result.Exact[0]), "exact", s_exact)
            .Line(system.TestTimes, Energies(result.Hamiltonian.Paths[0]), "Hamiltonian network", s_hamiltonian)
            .Line(system.TestTimes, Energies(result.Baseline.Paths[0]), "baseline network", s_baseline);

        double[] Energies(double[] path) => [.. path.Chunk(system.Length).Select(system.Energy)];
    }

    private static Figure Paths(HamiltonianResult result)
    {
        // The plane of position and momentum, or of the first body's two positions.
        int length = result.Options.System.Length, second = length == 2 ? 1 : 2;
        return new Figure
        {
            Title = length == 2 ? "The first trajectory" : "The first body of the first trajectory",
            XAxis = new FigureAxis(length == 2 ? "q" : "x"),
            YAxis = new FigureAxis(length == 2 ? "p" : "y"),
            EqualAspect = true,
            Height = 460,
        }
            .Line(Component(result.Exact[0], 0), Component(result.Exact[0], second), "exact", s_exact)
            .Line(Component(result.Hamiltonian.Paths[0], 0), Component(result.Hamiltonian.Paths[0], second), "Hamiltonian network", s_hamiltonian)
            .Line(Component(result.Baseline.Paths[0], 0), Component(result.Baseline.Paths[0], second), "baseline network", s_baseline);

        double[] Component(double[] path, int c) => [.. path.Where((_, i) => i % length == c)];
    }

    private static Figure Loss(HamiltonianResult result)
    {
        (double[] at, double[] hamiltonian) = Median.Running(result.Hamiltonian.Losses);
        (double[] baselineAt, double[] baseline) = Median.Running(result.Baseline.Losses);
        return new Figure
        {
            Title = "Loss (running median)",
            XAxis = new FigureAxis("iteration"),
            YAxis = new FigureAxis("mean squared difference") { Scale = AxisScale.Logarithmic },
            Height = 260,
        }
            .Line(at, hamiltonian, "Hamiltonian network", s_hamiltonian)
            .Line(baselineAt, baseline, "baseline network", s_baseline);
    }

    private static string Capitalized(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
