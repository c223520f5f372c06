using NeuralOde.Nn;
using NeuralOde.Tensors;

namespace NeuralOde.Models;

/// <summary>A latent model of series, and an affine layer from its latent state to logits of classes.</summary>
internal sealed class SeriesClassifierNetwork : Module
{
    public SeriesClassifierNetwork(LatentModelShape shape, int classes, RandomSource random)
    {
        Latent = AddModule("latent", shape.Create(random));
        Head = AddModule("head", new Linear(shape.Latent, classes, random: random));
    }

    public LatentOde Latent { get; }

    public Linear Head { get; }
}
