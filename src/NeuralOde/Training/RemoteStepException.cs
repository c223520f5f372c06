namespace NeuralOde.Training;

/// <summary>The solve of a micro-batch, or the gradient through it, failed in another process: a failed step, as it is there.</summary>
/// <param name="problem">What that process said.</param>
internal sealed class RemoteStepException(string problem) : NeuralOdeException(problem);
