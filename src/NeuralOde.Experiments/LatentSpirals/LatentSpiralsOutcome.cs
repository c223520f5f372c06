namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>All that is known about one model of spirals when its run has ended.</summary>
/// <param name="Options">The settings.</param>
/// <param name="Model">The model, with the best parameters found.</param>
/// <param name="Training">What training recorded; null for a model that was loaded.</param>
/// <param name="Errors">How it does on the test spirals, by numbers of observations.</param>
/// <param name="Source">Where it was loaded from, and the command that made it where that is known; null for one that was trained.</param>
internal sealed record SpiralModelOutcome(
    LatentSpiralsOptions Options, LatentSeriesModel Model, TrainingResult? Training, IReadOnlyList<SpiralErrors> Errors, string? Source = null)
{
    /// <summary>The model's name as the articles write it.</summary>
    public string Title => Options.Decoder == SpiralDecoder.Ode ? "latent ODE" : "recurrent network";
}

/// <summary>A run of <c>experiment latent-spirals</c>: one model, or two to compare.</summary>
/// <param name="Models">The models.</param>
/// <param name="Test">The spirals that pictures are drawn of: the first model's.</param>
internal sealed record LatentSpiralsOutcome(IReadOnlyList<SpiralModelOutcome> Models, SpiralSet Test);
