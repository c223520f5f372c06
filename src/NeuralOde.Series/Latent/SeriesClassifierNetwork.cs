namespace NeuralOde.Series.Latent;

/// <summary>A latent model of series, and an affine layer from its latent state to logits of classes.</summary>
internal sealed class SeriesClassifierNetwork : Module
{
    public SeriesClassifierNetwork(LatentModelShape shape, int classes, RandomSource random) : this(shape.Create(random), classes, random)
    {
    }

    private SeriesClassifierNetwork(LatentOde latent, int classes, RandomSource random)
    {
        Latent = AddModule("latent", latent);
        Head = AddModule("head", new Linear(latent.Encoder.LatentCount, classes, random: random));
    }

    public LatentOde Latent { get; }

    public Linear Head { get; }

    protected override Module CreateCopy(ModuleCloner cloner) => new SeriesClassifierNetwork(cloner.Clone(Latent), Head.Weight.Shape[0], new RandomSource(0));
}
