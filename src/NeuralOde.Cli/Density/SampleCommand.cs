using NeuralOde.Persistence;
using NeuralOde.Series.Densities;
using NeuralOde.Series.Tables;
using NeuralOde.Tensors;

namespace NeuralOde.Cli.Density;

/// <summary><c>neuralode sample</c>: draws rows from a density that was learned.</summary>
internal static class SampleCommand
{
    public static CommandDescription Create() => new()
    {
        Name = "sample",
        Summary = "Draws new rows from a density that 'density' or 'experiment flow' saved.",
        Examples =
        [
            ("neuralode sample readings.safetensors --count 1000 --out more.csv", "A thousand rows like those of the table."),
            ("neuralode sample moons.safetensors --count 5", "Five rows, to the standard output."),
        ],
        Notes = ["Rows are independent draws from the model, in the table's units. The same seed gives the same rows."],
        Body = Body,
    };

    private static CommandBody Body()
    {
        var model = new CommandOption<string>("MODEL", "A density that 'neuralode density --save' wrote.") { ValueName = "MODEL.safetensors", IsRequired = true };
        CommandOption<long?> count = Options.Whole("--count", 1, 10_000_000, "How many rows. Default 100.");
        CommandOption<long?> seed = Options.Whole("--seed", 0, long.MaxValue, "Where the random numbers come from. Default 0.");
        CommandOption<string?> output = Options.Text("--out", "The file for the rows. Default: the standard output.", "FILE.csv");
        return new CommandBody
        {
            Arguments = [model],
            Groups = [("Sample", [count, seed, output])],
            Run = (context, parsed) => Start(
                context, parsed.GetValue(model)!, (int)(parsed.GetValue(count) ?? 100), parsed.GetValue(seed) ?? 0, parsed.GetValue(output)),
        };
    }

    private static int Start(CommandContext context, string path, int count, long seed, string? output)
    {
        OutputFiles.Check(path, ("--out", output));
        DensityModel model = UserFault.Checked(() =>
        {
            InputFiles.Check(path, "a model in it", advice: $"'neuralode density TABLE.csv --save {Path.GetFileName(path)}' makes a model.");
            return DensityModel.Load(path);
        });
        if (output is null)
        {
            Write(context.Out, model, count, seed);
        }
        else
        {
            AtomicFile.WriteText(output, writer => Write(writer, model, count, seed));
            context.Out.WriteLine($"Wrote {InWords.Counted(count, "row", "rows")} to {output}");
        }

        return ExitCode.Success;
    }

    private static void Write(TextWriter output, DensityModel model, int count, long seed)
    {
        const int AtOnce = 10_000;
        var writer = new CsvWriter(output, model.Columns);
        var random = new RandomSource(seed);
        for (int done = 0; done < count; done += AtOnce)
        {
            double[] rows = model.Sample(Math.Min(AtOnce, count - done), random);
            for (int i = 0; i < rows.Length; i++)
            {
                writer.Add(rows[i]);
                if ((i + 1) % model.Dimension == 0)
                {
                    writer.EndRow();
                }
            }
        }
    }
}
