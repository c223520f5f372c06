using System.CommandLine;
using System.Runtime.CompilerServices;
using NeuralOde.Cli.CommandLine;

namespace NeuralOde.Cli.Commands;

/// <summary><c>neuralode predict</c>: classifies pictures. What it does is in <see cref="PredictRun"/>.</summary>
internal static class PredictCommand
{
    public static Command Create(ToolContext context)
    {
        var options = new PredictOptions();
        var command = new ToolCommand("predict", "Classifies pictures with a trained model.")
        {
            Examples =
            [
                ("neuralode predict digits.safetensors seven.png --report seven.html", "One digit; the report shows how its features move through the equation."),
                ("neuralode predict digits.safetensors t10k-images-idx3-ubyte.gz --labels t10k-labels-idx1-ubyte.gz", "Many images, with the share classified right."),
                ("neuralode predict digits.safetensors seven.png --solver euler --step 0.5", "Two Euler steps in place of the solver that the model was trained with."),
            ],
            Notes =
            [
                "A PNG picture may have any size, dark on light or light on dark: a model of MNIST's digits gets it in MNIST's form (the digit scaled into 20x20 pixels, its centre of mass in the middle of 28x28). Other models take pictures of their images' own size, light on dark.",
                "An idx file, plain or .gz, holds many images of the model's size. Without --out the first of them are listed.",
                "The solver and its steps are those of training, where no others are named. The exit code is 2 where a file or an option is wrong, and 1 where a solve fails.",
            ],
        };
        command.Add(options.Model);
        command.Add(options.Images);
        command.AddGroup("Images", options.Labels);
        command.AddGroup("Solver", options.Shared.Solver, options.Shared.Step, options.Shared.RelativeTolerance, options.Shared.AbsoluteTolerance);
        command.AddGroup("Output", options.Shared.Report, options.Out);
        command.SetAction(parsed => Start(context, parsed, options));
        return command;
    }

    // Not inlined, so that help does not load the library.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Start(ToolContext context, ParseResult parsed, PredictOptions options) => PredictRun.Start(context, parsed, options);

    /// <summary>The options of <c>predict</c>.</summary>
    internal sealed class PredictOptions
    {
        public SharedOptions Shared { get; } = new("that of training", "", "", "none");

        public Argument<string> Model { get; } = new("MODEL") { HelpName = "MODEL.safetensors", Description = "A model that 'neuralode experiment mnist --save' wrote." };

        public Argument<string> Images { get; } = new("IMAGES") { HelpName = "IMAGE.png|IMAGES.idx", Description = "A picture, or an idx file of images." };

        public Option<string?> Labels { get; } = Options.File("--labels", "The images' classes, to count what is right: an idx file with as many labels.", "LABELS.idx");

        public Option<string?> Out { get; } = Options.File("--out", "Writes a row an image: the class, its name, and all probabilities.", "FILE.csv");
    }
}
