using NeuralOde.Layers;
using NeuralOde.Modules;
using NeuralOde.Tensors;

namespace NeuralOde.Series.Latent;

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
