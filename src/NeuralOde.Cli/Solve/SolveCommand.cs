using NeuralOde.Equations;
using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Simulation;
using NeuralOde.Series.Tables;
using NeuralOde.Settings;
using NeuralOde.Solvers;

namespace NeuralOde.Cli.Solve;

/// <summary><c>neuralode solve</c>: solves equations of one's own.</summary>
internal static class SolveCommand
{
    private const int MostScans = 200;
    private const int MostCurves = 12;

    public static CommandDescription Create() => new()
    {
        Name = "solve",
        Summary = "Solves your own equations: a text file with a model.",
        Examples =
        [
            ("neuralode solve hare-lynx.ode --until 40 --step 0.1 --set b=0.02 --plot path.svg --out path.csv", "A table and a picture, with one parameter changed."),
            ("neuralode solve hare-lynx.ode --until 40 --scan b=0.01:0.05:9 --plot scan.svg", "Nine solves, with b from 0.01 to 0.05."),
            ("neuralode solve warfarin.ode --data warfarin.csv --until 120 --out curves.csv", "The doses and covariates of a table, for each of its subjects."),
            ("neuralode solve fitted.ode --until 40 --draws 500 --estimates fit.json --plot band.svg", "A band from the uncertainty of the estimates of a fit."),
            ("neuralode solve hare-lynx.ode --until 40 --sensitivities a,b", "How the states depend on two parameters, to the standard output."),
        ],
        Notes =
        [
            "The model: one statement per line, such as x' = -k*x, k = 0.5 > 0, x(0) = 2 fixed, dose 100 -> x at 5, when x > 3: x = 0. "
                + "docs/equations.md has the language on one page.",
            "By default an explicit method of order 7 solves, and BDF takes over where the problem proves stiff. The solver steps exactly to the times of doses and jumps.",
            "The exit code is 2 if the command line, the model or the table is wrong, and 1 if the equations cannot be solved; the message names the time and the state.",
        ],
        Body = Body,
    };

    private static CommandBody Body()
    {
        var options = new SolveOptions();
        return new CommandBody
        {
            Arguments = [options.Model],
            Groups =
            [
                ("Solve", [options.Until, options.Step, options.Set, options.Scan, options.Sensitivities, options.Solver, options.Tolerance]),
                ("Ensemble", [options.Draws, options.Estimates, options.Level, options.Seed]),
                ("Data", [options.Data, options.Time, options.Series]),
                ("Output", [options.Out, options.Plot]),
            ],
            Run = (context, parsed) => Start(context, parsed, options),
        };
    }

    private static int Start(CommandContext context, CommandValues parsed, SolveOptions options)
    {
        string path = parsed.GetValue(options.Model)!;
        string? output = parsed.GetValue(options.Out), plot = parsed.GetValue(options.Plot), data = parsed.GetValue(options.Data);
        OutputFiles.Check(path, ("--out", output), ("--plot", plot));
        EquationModel model = ModelFiles.Load(path);
        var solve = new EquationSolveOptions
        {
            Until = parsed.GetValue(options.Until)!.Value,
            Step = parsed.GetValue(options.Step),
            Set = Assignments(parsed.GetValue(options.Set) ?? []),
            SensitivitiesBy = parsed.GetValue(options.Sensitivities)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
            Solver = parsed.GetValue(options.Solver) is { } name && name != "auto" ? OdeSolver.Parse(name) : null,
            RelativeTolerance = parsed.GetValue(options.Tolerance) ?? 1e-8,
        };
        var read = new EquationDataOptions { TimeColumn = parsed.GetValue(options.Time), SeriesColumn = parsed.GetValue(options.Series) };
        if (parsed.GetValue(options.Draws) is { } draws)
        {
            CommandException.ThrowIf(parsed.IsGiven(options.Scan), "--draws and --scan exclude each other: one draws parameters, the other sets them.");
            EnsembleFiles.Write(context, output, plot, Ensembles(parsed, options, model, solve, read, (int)draws));
            return ExitCode.Success;
        }

        CommandException.ThrowIf(parsed.IsGiven(options.Estimates) || parsed.IsGiven(options.Level) || parsed.IsGiven(options.Seed),
            "--estimates, --level and --seed go with --draws.");
        (string? scanned, double[] values) = Scan(parsed.GetValue(options.Scan));
        List<(double Scanned, string Series, EquationSolution Solution)> solutions = [];
        CsvTable? table = data is null ? null : ModelFiles.Table(data, "--data");
        foreach (double value in values)
        {
            EquationSolveOptions one = scanned is null ? solve : solve with { Set = new Dictionary<string, double>(solve.Set) { [scanned] = value } };
            if (table is null)
            {
                solutions.Add((value, "", EquationSolver.Solve(model, one)));
            }
            else
            {
                solutions.AddRange(EquationData.Solve(table, model, one, read).Select(x => (value, x.Series, x.Solution)));
            }
        }

        Write(context, output, plot, scanned, solutions);
        return ExitCode.Success;
    }

    private static IReadOnlyList<(string Series, SolutionEnsemble Ensemble)> Ensembles(
        CommandValues parsed, SolveOptions options, EquationModel model, EquationSolveOptions solve, EquationDataOptions read, int count)
    {
        double level = parsed.GetValue(options.Level) ?? 0.9;
        CommandException.ThrowIf(level >= 1, $"--level takes a share below 1, such as 0.9; got {level.ToString(CultureInfo.InvariantCulture)}.");
        long seed = parsed.GetValue(options.Seed) ?? 0;
        IReadOnlyList<IReadOnlyDictionary<string, double>> draws;
        if (parsed.GetValue(options.Estimates) is { } path)
        {
            // The center is the model at the estimates, whatever its own start values are.
            ParameterCovariance estimates = EstimatesFile.Read(path);
            draws = ParameterDraws.FromEstimates(model, estimates, count, seed);
            model = model.WithStarts(estimates.Names.Zip(estimates.Values).ToDictionary());
        }
        else
        {
            draws = ParameterDraws.FromPriors(model, count, seed);
        }

        return parsed.GetValue(options.Data) is { } data
            ? SolutionEnsemble.Solve(ModelFiles.Table(data, "--data"), model, solve, draws, level, read)
            : [("", SolutionEnsemble.Solve(model, solve, draws, level))];
    }

    private static void Write(CommandContext context, string? output, string? plot, string? scanned, List<(double Scanned, string Series, EquationSolution Solution)> solutions)
    {
        bool hasSeries = solutions.Exists(static x => x.Series.Length > 0);
        TextWriter remarks = output is null ? context.Error : context.Out;
        foreach ((double value, string series, EquationSolution solution) in solutions)
        {
            foreach (SolvedEvent x in solution.Events.Take(1000))
            {
                string place = (scanned is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{scanned} = {value:G6}, ")) + (hasSeries ? $"{series}, " : "");
                remarks.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Event: {place}{x.Condition} at {x.Time:G10}"));
            }
        }

        void Table(TextWriter text)
        {
            var csv = new CsvWriter(text, [.. scanned is null ? (string[])[] : [scanned], .. hasSeries ? (string[])["series"] : [], "t", .. solutions[0].Solution.Columns]);
            foreach ((double value, string series, EquationSolution solution) in solutions)
            {
                for (int i = 0; i < solution.Times.Count; i++)
                {
                    _ = scanned is null ? csv : csv.Add(value);
                    _ = hasSeries ? csv.Add(series) : csv;
                    csv.Add(solution.Times[i]);
                    foreach (IReadOnlyList<double> column in solution.Values)
                    {
                        csv.Add(column[i]);
                    }

                    csv.EndRow();
                }
            }
        }

        if (output is not null)
        {
            OutputFiles.Write(context, "table", output, path => AtomicFile.WriteText(path, Table));
        }
        else if (plot is null)
        {
            Table(context.Out);
        }

        OutputFiles.Write(context, "picture", plot, path => Picture(scanned, solutions).Save(path));
    }

    private static PanelGrid Picture(string? scanned, List<(double Scanned, string Series, EquationSolution Solution)> solutions)
    {
        PaletteColor[] colors =
        [
            PaletteColor.Blue, PaletteColor.Vermillion, PaletteColor.Green, PaletteColor.Purple, PaletteColor.Orange, PaletteColor.SkyBlue, PaletteColor.Gray, PaletteColor.Ink,
        ];
        List<Figure> panels = [];
        IReadOnlyList<string> columns = solutions[0].Solution.Columns;
        for (int k = 0; k < columns.Count; k++)
        {
            var figure = new Figure { XAxis = new FigureAxis("t"), YAxis = new FigureAxis(columns[k]) };
            for (int i = 0; i < Math.Min(solutions.Count, MostCurves); i++)
            {
                (double value, string series, EquationSolution solution) = solutions[i];
                string? name = scanned is not null ? string.Create(CultureInfo.InvariantCulture, $"{scanned} = {value:G4}") : series.Length > 0 ? series : null;
                figure = figure.Line(solution.Times, solution.Values[k], name, new LineStyle { Color = colors[i % colors.Length] });
            }

            panels.Add(figure);
        }

        return new PanelGrid { Panels = panels, Columns = Math.Min(2, panels.Count), SharedX = true };
    }

    private static Dictionary<string, double> Assignments(string[] texts)
    {
        Dictionary<string, double> set = [];
        foreach (string part in texts.SelectMany(static x => x.Split(',', StringSplitOptions.RemoveEmptyEntries)))
        {
            int at = part.LastIndexOf('=');
            if (at <= 0 || !double.TryParse(part[(at + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            {
                throw new CommandException($"--set takes a parameter and its value, such as b=0.02; got '{part}'.");
            }

            set[part[..at].Trim()] = value;
        }

        return set;
    }

    private static (string? Name, double[] Values) Scan(string? text)
    {
        if (text is null)
        {
            return (null, [0]);
        }

        string[] sides = text.Split('=');
        string[] numbers = sides[^1].Split(':');
        bool isRight = sides.Length == 2 && numbers.Length == 3;
        double[] values = [.. numbers.Select(static x => double.TryParse(x, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
        isRight = isRight && Array.TrueForAll(values, double.IsFinite) && values[2] is >= 2 and <= MostScans && values[2] == Math.Floor(values[2]);
        return isRight
            ? (sides[0].Trim(), [.. Enumerable.Range(0, (int)values[2]).Select(i => values[0] + ((values[1] - values[0]) * i / (values[2] - 1)))])
            : throw new CommandException($"--scan takes a parameter, its first and last value and how many, such as b=0.01:0.05:9 (2 to {MostScans}); got '{text}'.");
    }

    private sealed class SolveOptions
    {
        public CommandOption<string?> Model { get; } = new("MODEL.ode", "The model: a text file of equations.") { ValueName = "MODEL.ode", IsRequired = true };

        public CommandOption<double?> Until { get; } = new("--until", "The last time.", Number) { ValueName = "T", IsRequired = true };

        public CommandOption<double?> Step { get; } = Options.Positive("--step", "The time between two rows. Default: a two-hundredth of the interval.", "D");

        public CommandOption<string[]?> Set { get; } = new("--set", "Sets a parameter, an initial value (x(0)=3) or a covariate; may be given several times.")
        {
            ValueName = "NAME=VALUE",
            MostTimes = 1000,
        };

        public CommandOption<string?> Scan { get; } = Options.Text("--scan", "Solves for several values of a parameter: from A to B, N of them.", "NAME=A:B:N");

        public CommandOption<string?> Sensitivities { get; } = Options.Text("--sensitivities", "Adds the derivatives of states and quantities with respect to these "
            + "parameters, joined by commas.", "NAMES");

        public CommandOption<long?> Draws { get; } = Options.Whole(
            "--draws", 20, 100_000, "Solves for so many draws of the parameters as well, and gives the band that holds most of them. "
                + "They come from the model's priors, or from --estimates.");

        public CommandOption<string?> Estimates { get; } = Options.Text(
            "--estimates", "With --draws: draws from the estimates of a fit and their covariance, the file that 'neuralode fit --equations --metrics' wrote.", "FIT.json");

        public CommandOption<double?> Level { get; } = Options.Positive("--level", "With --draws: the share of them within the band. Default 0.9.");

        public CommandOption<long?> Seed { get; } = Options.Whole("--seed", 0, int.MaxValue, "With --draws: their seed. Default 0.");

        public CommandOption<string?> Solver { get; } = Options.Choice(
            "--solver", "solver", OdeSolver.Names, "auto (the default: order 7, and BDF where that proves stiff), or a method by name, such as tsit5, vern9, bdf, radau5.", "NAME");

        public CommandOption<double?> Tolerance { get; } = Options.Positive("--tolerance", "Relative tolerance. Default 1e-8.");

        public CommandOption<string?> Data { get; } = Options.Text("--data", "A table with doses, inputs and covariates; each of its series is solved.", "FILE.csv");

        public CommandOption<string?> Time { get; } = Options.Text("--time", $"The table's column of times. Default: the one named {TimeColumns.NamesInWords}.", "COLUMN");

        public CommandOption<string?> Series { get; } = Options.Text("--series", "The table's column that tells series apart. Default: the one named ID.", "COLUMN");

        public CommandOption<string?> Out { get; } = Options.Text("--out", "The file for the table. Default: the standard output.", "FILE.csv");

        public CommandOption<string?> Plot { get; } = Options.Text("--plot", "The file for a picture.", "FILE.svg");

        private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw new CommandException($"--until takes a number; got '{text}'.");
    }
}
