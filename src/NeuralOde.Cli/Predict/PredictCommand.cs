using NeuralOde.Experiments.Mnist;

namespace NeuralOde.Cli.Predict;

/// <summary><c>neuralode predict</c>: classifies pictures. What it does is in <see cref="PredictRun"/>.</summary>
internal static class PredictCommand
{
    public static CommandDescription Create() => new()
    {
        Name = "predict",
        Summary = "Classifies pictures with a trained model.",
        Examples =
        [
            ("neuralode predict digits.safetensors seven.png --report seven.html", "One digit; the report shows how its features move through the equation."),
            ("neuralode predict digits.safetensors t10k-images-idx3-ubyte.gz --labels t10k-labels-idx1-ubyte.gz", "Many images, with the share classified correctly."),
            ("neuralode predict digits.safetensors seven.png --solver euler --step 0.5", "Two Euler steps instead of the solver that the model was trained with."),
        ],
        Notes =
        [
            "A PNG picture may have any size, dark on light or light on dark: for a model of MNIST's digits it is brought into MNIST's form (the digit scaled into 20x20 "
                + "pixels, its center of mass in the middle of 28x28). Other models take pictures of their images' own size, light on dark.",
            "An idx file, plain or .gz, holds many images of the model's size. Without --out the first of them are listed.",
            "The solver and its steps are those of training unless others are given. The exit code is 2 if a file or an option is wrong, and 1 if a solve fails.",
        ],
        Body = Body,
    };

    private static CommandBody Body()
    {
        var options = new PredictOptions();
        return new CommandBody
        {
            Arguments = [options.Model, options.Images],
            Groups = options.Settings.Groups(("Images", [options.Labels]), ("Output", [options.Report, options.Out])),
            Run = (context, parsed) => PredictRun.Start(context, parsed, options),
        };
    }

    /// <summary>The options of <c>predict</c>.</summary>
    internal sealed class PredictOptions
    {
        public SettingOptions Settings { get; } = new SettingOptions().Add(MnistModelOptions.Inference);

        public CommandOption<string?> Report { get; } = new OutputOptions("none").Report;

        public CommandOption<string> Model { get; } = new("MODEL", "A model that 'neuralode experiment mnist --save' wrote.")
        {
            ValueName = "MODEL.safetensors",
            IsRequired = true,
        };

        public CommandOption<string> Images { get; } = new("IMAGES", "A picture, or an idx file of images.") { ValueName = "IMAGE.png|IMAGES.idx", IsRequired = true };

        public CommandOption<string?> Labels { get; } = Options.Text(
            "--labels", "The classes of the images, to measure the accuracy: an idx file with as many labels.", "LABELS.idx");

        public CommandOption<string?> Out { get; } = Options.Text("--out", "Writes one row per image: the class, its name, and all probabilities.", "FILE.csv");
    }
}
