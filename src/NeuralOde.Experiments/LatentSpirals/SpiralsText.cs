using System.Globalization;
using NeuralOde.Experiments.Commands;
using NeuralOde.Series.Latent.Fitting;
using NeuralOde.Tensors;

namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>A model of spirals and its settings in words.</summary>
internal static class SpiralsText
{
    /// <summary>A model of spirals in a few words.</summary>
    public static string Model(LatentSpiralsOptions options) => options.Decoder == SpiralDecoder.Ode
        ? $"latent ODE, {new SolverChoice(options.Solver, options.Steps, options.Gradient)}, {options.Gradient.Name} gradient"
        : "recurrent network";

    /// <summary>The settings of a model of spirals; how it was trained only where that is known.</summary>
    public static IReadOnlyList<(string Name, string Value)> Settings(SpiralModelOutcome model)
    {
        LatentSpiralsOptions options = model.Options;
        LatentTrainingOptions training = options.Training;
        List<(string, string)> settings =
        [
            ("model", Model(options)),
            ("parameters", InWords.Whole(model.Model.Parameters.ValueCount)),
            ("encoder", $"GRU of {InWords.Whole(options.Hidden)} units, backward in time, to a latent state of {InWords.Whole(options.Latent)} components"),
            ("decoder", options.Decoder == SpiralDecoder.Ode
                ? $"field {options.Latent}-{options.FieldHidden}-{options.FieldHidden}-{options.Latent}, ELU; linear view {options.Latent}-{options.FieldHidden}-2"
                : $"GRU of {InWords.Whole(options.Hidden)} units that reads its own output and the time since"),
            ("likelihood deviation", InWords.Number(options.LikelihoodDeviation)),
            ("spirals", $"{InWords.Whole(options.TrainingCount)} to learn from, {InWords.Whole(options.ValidationCount)} to keep the best model by, {InWords.Whole(options.TestCount)} to measure on; noise {InWords.Number(SpiralSet.NoiseDeviation)}"),
            ("seed", training.Seed.ToString(CultureInfo.InvariantCulture)),
        ];
        if (model.Training is not null)
        {
            settings.AddRange(
            [
                ("optimizer", $"adam, learning rate {InWords.Number(training.LearningRate)}{InWords.ScheduleAndBound(training.Schedule, training.GradientNormBound)}"),
                ("iterations", $"{InWords.Whole(training.Iterations)}, batches of {InWords.Whole(options.BatchSize)}; observations out of {(options.ShortestSpan < 100 ? $"{InWords.Whole(options.ShortestSpan)} to " : "")}100 consecutive points"),
                ("validation", $"every {InWords.Whole(training.ValidationInterval)} iterations{(training.Patience is int patience ? $", stopped after {InWords.Whole(patience)} without a better model" : "")}"),
                ("skipped iterations", InWords.Whole(model.Training.FailedSteps)),
            ]);
        }

        settings.Add(("threads", InWords.Whole(ComputeSettings.Current.MaxThreads)));
        return settings;
    }
}
