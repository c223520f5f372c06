namespace NeuralOde.Experiments.Mnist;

/// <summary>All that is known about a run when it has ended.</summary>
/// <param name="Collection">The data set.</param>
/// <param name="Model">What was trained.</param>
/// <param name="Training">How.</param>
/// <param name="Network">The network as it is now.</param>
/// <param name="Data">The images.</param>
/// <param name="Result">What training recorded.</param>
/// <param name="Test">How the network does on the test images; null where training did not come to its end.</param>
internal sealed record MnistOutcome(
    ImageCollection Collection, MnistModelOptions Model, ImageTrainingOptions Training, Layer Network, MnistData Data, ImageTrainingResult Result, ClassifierEvaluation? Test);
