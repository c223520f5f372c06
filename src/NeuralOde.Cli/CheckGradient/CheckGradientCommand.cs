using NeuralOde.Blocks;
using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Models;
using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.CheckGradient;

/// <summary><c>neuralode check-gradient</c>: compares the gradient methods on a learned series.</summary>
internal static class CheckGradientCommand
{
    public static CommandDescription Create() => new()
    {
        Name = "check-gradient",
        Summary = "Compares the gradient methods with central differences on a fitted model, and says which to trust.",
        Examples =
        [
            ("neuralode check-gradient model.safetensors hare-lynx.csv", "Error, time and memory of each method, along the first series."),
            ("neuralode check-gradient model.safetensors data.csv --solver rk4 --step 0.1", "The same for fixed steps."),
            ("neuralode check-gradient model.safetensors patients.csv --id 17 --rtol 1e-3", "Another series, at a loose tolerance."),
        ],
        Notes =
        [
            "The loss is the mean square misfit to the data from the model's initial state on, and its gradient that by the initial state and by the weights. It is compared "
                + "with central differences along random directions, of solves at far tighter tolerances.",
            "The exit code is 1 if no method is right.",
        ],
        Body = Body,
    };

    private static CommandBody Body()
    {
        var model = new CommandOption<string?>("MODEL", "A model that 'neuralode fit --quick --save' wrote.") { ValueName = "MODEL.safetensors", IsRequired = true };
        var data = new CommandOption<string?>("DATA", "A table with the columns of the training data.") { ValueName = "DATA.csv", IsRequired = true };
        CommandOption<string?> id = Options.Text("--id", "The series. Default: the first one.", "ID");
        SettingOptions settings = new SettingOptions().Add(CheckGradientOptions.Settings, ("", new()));
        return new CommandBody
        {
            Arguments = [model, data],
            Groups = settings.Groups(("Check", [id])),
            Run = (context, parsed) => Start(
                context,
                parsed.GetValue(model)!,
                parsed.GetValue(data)!,
                parsed.GetValue(id),
                settings.Apply(CheckGradientOptions.Settings, new CheckGradientOptions(), parsed)),
        };
    }

    private static int Start(CommandContext context, string path, string data, string? id, CheckGradientOptions options) => UserFault.Checked(() =>
    {
        InputFiles.Check(path, "a model in it");
        InputFiles.Check(data, "a CSV file in it");
        CheckGradientOptions.Settings.Check(options);
        var model = SeriesModel.From(ModelFile.Load(path, SeriesModel.FileKind));
        string[] logs = [.. model.Scaling.Components.Where(static x => x.IsLog).Select(static x => x.Name)];
        TimeSeriesSet set = ModelTable.Read(data, model.Scaling.Time, model.Components, logs, [], model.SeriesName);
        TimeSeries[] known = [.. set.Series.Where(x => model.Paths.Any(y => y.Id == x.Id))];
        CommandException.ThrowIf(known.Length == 0, $"{data}: none of its series is one of the model's.");
        TimeSeries series = id is null ? known[0]
            : Array.Find(known, x => x.Id == id) ?? throw new CommandException($"--id: the model and {data} have no series '{id}' in common.");
        GradientCheckResult check;
        try
        {
            check = SeriesGradientCheck.Run(model, series, options.Solver, options.Steps, options.Check);
        }
        catch (ArgumentException e)
        {
            throw new CommandException($"{data}: {e.Message}", inner: e);
        }

        context.Out.WriteLine(check);
        return check.Trusted is null ? ExitCode.Failure : ExitCode.Success;
    });
}
