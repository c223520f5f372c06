using NeuralOde.Cli.Fit;
using NeuralOde.Cli.Solve;
using NeuralOde.Equations;
using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Formulas;
using NeuralOde.Series.Models;
using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.Explain;

/// <summary>What <c>neuralode explain</c> does.</summary>
internal static class ExplainRun
{
    public static int Start(CommandContext context, CommandValues parsed, ExplainCommand.ExplainOptions options)
    {
        string path = parsed.GetValue(options.Model)!;
        string? data = parsed.GetValue(options.Data), report = parsed.GetValue(options.Report), save = parsed.GetValue(options.Save), output = parsed.GetValue(options.Out);
        OutputFiles.Check(path, ("--report", report), ("--save", save), ("--out", output));
        OutputFiles.Check(data ?? path, ("--report", report), ("--save", save), ("--out", output));
        OutputFiles.CheckEndings(("--report", report, [".html", ".htm"]), ("--save", save, [".ode"]), ("--out", output, [".csv"]));
        var search = new FormulaSearchOptions
        {
            Degree = (int)(parsed.GetValue(options.Degree) ?? 3),
            MostTerms = (int)(parsed.GetValue(options.Most) ?? 3),
            Ratios = parsed.GetValue(options.Ratios),
            Exponentials = parsed.GetValue(options.Exponentials),
            Terms = parsed.GetValue(options.Terms) is { } terms ? ExplainCommand.Split(terms) : [],
            Fit = new EquationFitOptions { Starts = (int?)parsed.GetValue(options.Starts), Seed = (int)(parsed.GetValue(options.Seed) ?? 0) },
        };
        FormulaSearchResult found;
        if (string.Equals(Path.GetExtension(path), ".ode", StringComparison.OrdinalIgnoreCase))
        {
            EquationModel model = ModelFiles.Load(path);
            CommandException.ThrowIf(!model.HasUnknownTerms, $"{path} has no unknown terms to explain, such as x' = -k*x + unknown(x).");
            CommandException.ThrowIf(data is null, "Equations need --data: their unknown terms are learned from it first.");
            var read = EquationData.FromTable(ModelFiles.Table(data!, "--data"), model, Columns(parsed, options, null));
            found = FormulaSearch.Find(model, read, search, context.CancellationToken);
        }
        else
        {
            SeriesModel field = UserFault.Checked(() =>
            {
                InputFiles.Check(path, "a model in it", advice: $"'neuralode fit DATA.csv --quick --save {Path.GetFileName(path)}' makes one.");
                return SeriesModel.Load(path);
            });
            CommandException.ThrowIf(
                parsed.IsGiven(options.Starts) || parsed.IsGiven(options.Seed),
                "--starts and --seed are for equations, whose network is learned here; this one is learned already.");
            if (data is null)
            {
                CommandException.ThrowIf(
                    save is not null || output is not null || report is not null,
                    "--report, --save and --out need --data: formulas are chosen by their fit to it.");
                Print(context.Out, FieldFormulas.Regress(field, search));
                return ExitCode.Success;
            }

            found = FieldFormulas.Find(field, ModelFiles.Table(data, "--data"), Columns(parsed, options, field), search, context.CancellationToken);
        }

        FormulaText.Print(context.Out, found);
        OutputFiles.Write(context, "formulas as a model", save, x => AtomicFile.WriteText(x, found.Chosen.Fit.FittedModel.ToString()));
        OutputFiles.Write(context, "values of network and formula", output, x => AtomicFile.WriteText(x, text => WriteValues(text, found)));
        OutputFiles.Write(context, "report", report, x => AtomicFile.WriteText(x, Report(found, path, context.CommandLine).ToHtml()));
        return ExitCode.Success;
    }

    private static EquationDataOptions Columns(CommandValues parsed, ExplainCommand.ExplainOptions options, SeriesModel? field) => new()
    {
        TimeColumn = parsed.GetValue(options.Time) ?? field?.Scaling.Time.Name,
        SeriesColumn = parsed.GetValue(options.Series) ?? field?.SeriesName,
        Where = EquationFitRun.Where(parsed.GetValue(options.Where)),
    };

    private static void Print(TextWriter text, IReadOnlyList<RegressedFormula> found)
    {
        text.WriteLine("Formulas by number of terms, each the best of its size, with the error relative to the network along its trajectories:");
        foreach (RegressedFormula x in found)
        {
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {x.Component}' {x.Count,2}  {100 * x.Error,6:0.0} %  {x.Formula}"));
        }

        text.WriteLine("Regression on a network lets wrong terms in where its error is near that of the right ones; --data chooses by the fit to the data.");
    }

    private static void WriteValues(TextWriter text, FormulaSearchResult found)
    {
        var csv = new CsvWriter(text, ["term", "time", "network", "formula"]);
        foreach (LearnedTerm x in found.Learned)
        {
            for (int i = 0; i < x.Times.Count; i++)
            {
                csv.Add(x.Name).Add(x.Times[i]).Add(x.Network[i]).Add(x.Formula[i]).EndRow();
            }
        }
    }

    private static Report Report(FormulaSearchResult found, string path, string commandLine)
    {
        var report = new Report($"Formulas for {Path.GetFileName(path)}") { Footer = ToolVersion.Text };
        foreach (ReportSection section in FormulaText.Sections(found))
        {
            report = report.Add(section);
        }

        return report.Add(new ReportSection("Command", new CodeBlock(commandLine, "The command that made this page.")));
    }
}
