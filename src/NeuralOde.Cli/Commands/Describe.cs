using NeuralOde.Cli.CommandLine;
using NeuralOde.Experiments;

namespace NeuralOde.Cli.Commands;

/// <summary>An experiment's settings in words.</summary>
internal static class Describe
{
    public static string Field(DynamicsExperimentOptions settings)
    {
        string of = settings.CubesState ? " of z³" : "";
        return settings.Field == LearnedField.Linear
            ? $"a 2x2 matrix{of}"
            : $"network 2-{string.Join('-', settings.Hidden)}-2, {settings.Activation.ToString().ToLowerInvariant()}{of}";
    }

    public static string Solver(DynamicsExperimentOptions settings) => new SolverChoice(settings.Solver, settings.Steps, settings.Gradient).ToString();
}
