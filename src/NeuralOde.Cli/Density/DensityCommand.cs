using NeuralOde.Series.Densities;
using NeuralOde.Settings;

namespace NeuralOde.Cli.Density;

/// <summary><c>neuralode density</c>: how unusual each row of a table is. What it does is in <see cref="DensityRun"/>.</summary>
internal static class DensityCommand
{
    public static CommandDescription Create() => new()
    {
        Name = "density",
        Summary = "Scores the rows of a table: how likely each is among the others, by a density that is learned from them or was learned before.",
        Examples =
        [
            ("neuralode density readings.csv --columns temperature,pressure --out scored.csv --save readings.safetensors", "Learns from a table, and scores its rows."),
            ("neuralode density today.csv --model readings.safetensors --out scored.csv", "Scores new rows by a density that was learned before."),
            ("neuralode density readings.csv --method coupling --iterations 2000", "Another model; the least likely rows are listed."),
        ],
        Notes =
        [
            "The output has the table's columns that were learned from, and two more: log_density, in nats per unit of each column, and quantile, the share of rows drawn from the "
                + "model that are less likely. A row with quantile 0.001 is less likely than 99.9 % of what the model draws. Rows stay in their order.",
            "A fifth of the rows is held out (--hold-out): half of them choose the best model, half measure it. It is compared with one normal distribution and a kernel density, "
                + "and where one of these is better, that is said.",
            "'neuralode sample' draws rows from a saved model; 'neuralode experiment flow --data TABLE' makes a report with pictures. Dates and text are not rows of numbers: "
                + "such columns are left out, unless they are named.",
        ],
        Body = Body,
    };

    private static CommandBody Body()
    {
        var options = new DensityCommandOptions();
        return new CommandBody
        {
            Arguments = [options.Table],
            Groups = options.Settings.Groups(
                ("Data", [options.Columns, options.Model]), ("Model", [options.Method]), ("Training", [options.Threads.Option]), ("Output", [options.Out, options.Save])),
            Run = (context, parsed) => DensityRun.Start(context, parsed, options),
        };
    }

    /// <summary>The options of <c>density</c>.</summary>
    internal sealed class DensityCommandOptions
    {
        public SettingOptions Settings { get; } = new SettingOptions().Add(
            new SettingList<DensityOptions>(DensityOptions.Settings.Where(static x => !x.Inputs.Any(static y => y.Name == "checkpoint-every"))),
            [.. DensityWords.Methods.Select(static x => (x.Value == default ? "" : $"with --method {x.Name}", DensityOptions.For(x.Value)))]);

        public CommandOption<string> Table { get; } = new("TABLE", "A table whose rows are scored; - for the standard input.") { ValueName = "TABLE.csv", IsRequired = true };

        public CommandOption<string?> Columns { get; } = Options.Text("--columns", "The columns that make a row. Default: all columns of numbers.", "A,B");

        public CommandOption<string?> Model { get; } = Options.Text(
            "--model", "A density that was learned before, by this command or 'neuralode experiment flow --save': nothing is learned.", "MODEL.safetensors");

        public CommandOption<string?> Method { get; } = Options.Choice(
            "--method", "method", [.. DensityWords.Methods.Select(static x => x.Name)],
            $"{string.Join(", ", DensityWords.Methods.Select(static x => x.Name))}; 'neuralode experiment flow --help' says what each is. Default matching.", "NAME");

        public ThreadsOption Threads { get; } = new();

        public CommandOption<string?> Out { get; } = Options.Text("--out", "Writes the scored rows. Default: the least likely ones are listed.", "FILE.csv");

        public CommandOption<string?> Save { get; } = Options.Text("--save", "Saves the learned density as a safetensors file.", "FILE.safetensors");
    }
}
