using NeuralOde.Equations;

namespace NeuralOde.Cli.Explain;

/// <summary><c>neuralode explain</c>: formulas for what was learned. What it does is in <see cref="ExplainRun"/>.</summary>
internal static class ExplainCommand
{
    public static CommandDescription Create() => new()
    {
        Name = "explain",
        Summary = "Finds formulas for learned dynamics: a saved network, or the unknown terms of your own equations.",
        Examples =
        [
            ("neuralode explain model.safetensors --degree 2", "Regression alone: how well few terms follow the network, for each component."),
            ("neuralode explain model.safetensors --data hare-lynx.csv --degree 2 --report formula.html --save formula.ode",
            "Formulas, fitted to the data in the network's place."),
            ("neuralode explain ude.ode --data lotka_volterra_ude.csv --report formula.html", "The unknown terms of a model: network first, then formulas."),
            ("neuralode explain ude.ode --data table.csv --ratios --terms \"sin(x),x*y/(1+y)\"", "More terms to choose from, two of them your own."),
        ],
        Notes =
        [
            "The model: what 'neuralode fit --quick --save' or '--model field --save' wrote, or a text of equations with unknown terms, such as x' = -k*x + unknown(x, y).",
            "The terms: products of the components up to --degree, on request ratios, exponentials and your own. Subsets of them are ranked by how well they follow the network "
                + "over the states that its trajectories pass. With data the best of each size are then fitted to these, and the smallest formula is taken whose BIC is "
                + "within 10 of the best: a network's derivative alone would let wrong terms in.",
            "Hidden states are called hidden1, hidden2, in the network's own units. --save writes a model that 'neuralode solve' and 'neuralode fit --equations' take.",
            "The exit code is 2 if the command line, the model or the table is wrong, and 1 if no formula can be fitted.",
        ],
        Body = Body,
    };

    private static CommandBody Body()
    {
        var options = new ExplainOptions();
        return new CommandBody
        {
            Arguments = [options.Model],
            Groups =
            [
                ("Terms", [options.Degree, options.Most, options.Ratios, options.Exponentials, options.Terms]),
                ("Data", [options.Data, options.Time, options.Series, options.Where, options.Starts, options.Seed]),
                ("Output", [options.Report, options.Save, options.Out]),
            ],
            Run = (context, parsed) => ExplainRun.Start(context, parsed, options),
        };
    }

    /// <summary>The options of <c>explain</c>.</summary>
    internal sealed class ExplainOptions
    {
        public CommandOption<string?> Model { get; } = new("MODEL", "A model that 'neuralode fit --quick --save' wrote, or equations with unknown terms.")
        {
            ValueName = "MODEL.safetensors|MODEL.ode",
            IsRequired = true,
        };

        public CommandOption<long?> Degree { get; } = Options.Whole("--degree", 1, 6, "The highest degree of the products. Default 3.");

        public CommandOption<long?> Most { get; } = Options.Whole("--most", 1, 4, "Most terms in one formula. Default 3.");

        public CommandOption<bool> Ratios { get; } = Options.Flag("--ratios", "Adds ratios x/y, reciprocals 1/x and saturations x/(1 + x/s), where s is the largest value of x.");

        public CommandOption<bool> Exponentials { get; } = Options.Flag("--exponentials", "Adds exp(x/s) and exp(-x/s), where s is the largest value of x.");

        public CommandOption<string?> Terms { get; } = Options.Text("--terms", "Adds your own terms, joined by commas, such as \"sin(x), x/(1 + y)\".", "TERMS");

        public CommandOption<string?> Data { get; } = Options.Text("--data", "The table to which formulas are fitted; equations need it.", "FILE.csv");

        public CommandOption<string?> Time { get; } = Options.Text("--time", "The table's column of times. Default: the model's, or the one named as a time.", "COLUMN");

        public CommandOption<string?> Series { get; } = Options.Text("--series", "The table's column that tells series apart. Default: the model's, or the one named ID.",
            "COLUMN");

        public CommandOption<string?> Where { get; } = Options.Text("--where", "Uses the rows whose column has this text, such as set=estimation.", "COLUMN=TEXT");

        public CommandOption<long?> Starts { get; } = Options.Whole("--starts", 1, 100_000, "With equations: from how many starts the network is learned. Default 12.");

        public CommandOption<long?> Seed { get; } = Options.Whole("--seed", 0, int.MaxValue, "With equations: the seed of the starts. Default 0.");

        public CommandOption<string?> Report { get; } = new OutputOptions("none").Report;

        public CommandOption<string?> Save { get; } = Options.Text("--save", "Writes the chosen formulas as a model.", "FILE.ode");

        public CommandOption<string?> Out { get; } = Options.Text("--out", "Writes what network and formula give along the trajectories.", "FILE.csv");
    }

    /// <summary>Terms joined by commas that are not within parentheses.</summary>
    internal static IReadOnlyList<string> Split(string? text)
    {
        List<string> terms = [];
        int depth = 0, begin = 0;
        for (int i = 0; i <= (text?.Length ?? -1); i++)
        {
            char c = i == text!.Length ? ',' : text[i];
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && (depth == 0 || i == text.Length))
            {
                terms.Add(text[begin..i].Trim());
                begin = i + 1;
            }
        }

        CommandException.ThrowIf(terms.Contains(""), $"--terms takes expressions joined by commas, such as \"sin(x), x/(1 + y)\"; got '{text}'.");
        return terms;
    }
}
