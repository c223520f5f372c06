namespace NeuralOde.Flows;

/// <summary>What a flow's training minimizes, with its parts.</summary>
/// <param name="Total">The negative log-likelihood plus the weighted regularizers, a scalar: call <see cref="Tensor.Backward"/> on it.</param>
/// <param name="NegativeLogLikelihood">The mean over the batch of <c>−log p(x)</c>, in nats, a scalar.</param>
/// <param name="Solution">The solve from the data to the base distribution, with the regularizers' values and the cost.</param>
public sealed record FlowLoss(Tensor Total, Tensor NegativeLogLikelihood, FlowSolution Solution);
