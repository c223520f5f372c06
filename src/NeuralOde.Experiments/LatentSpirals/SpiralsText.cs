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
        List<(string, string)> settings =
        [
            ("decoder", options.Decoder == SpiralDecoder.Ode
                ? $"field {options.Latent}-{options.FieldHidden}-{options.FieldHidden}-{options.Latent}, ELU; linear view {options.Latent}-{options.FieldHidden}-2"
                : $"GRU of {InWords.Whole(options.Hidden)} units that reads its own output and the time since"),
            ("encoder", $"GRU of {InWords.Whole(options.Hidden)} units, backward in time, to a latent state of {InWords.Whole(options.Latent)} components"),
            ("parameters", InWords.Whole(model.Model.Parameters.ValueCount)),
            ("noise", InWords.Number(SpiralSet.NoiseDeviation)),
            .. LatentSpiralsOptions.Settings.Describe(options),
        ];
        if (model.Training is { } training)
        {
            settings.Add(("skipped iterations", InWords.Whole(training.FailedSteps)));
        }

        settings.Add(("threads", InWords.Whole(ComputeSettings.Current.MaxThreads)));
        return settings;
    }
}
