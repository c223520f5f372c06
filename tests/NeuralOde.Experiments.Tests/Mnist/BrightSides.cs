using NeuralOde.Experiments.Images;
using NeuralOde.Layers;
using NeuralOde.Tensors;

namespace NeuralOde.Experiments.Tests.Mnist;

/// <summary>An easy problem: which third of a noisy 6x6 image is bright.</summary>
internal static class BrightSides
{
    public static ImageDataset Images(int count, long seed = 1)
    {
        var random = new RandomSource(seed);
        byte[] pixels = new byte[count * 36];
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = (byte)random.NextInteger(3);
            for (int p = 0; p < 36; p++)
            {
                pixels[(i * 36) + p] = (byte)(random.NextInteger(120) + (p % 6 / 2 == labels[i] ? 100 : 0));
            }
        }

        return new ImageDataset(pixels, labels, 6, 6, ["left", "middle", "right"]);
    }

    public static Layer Mlp(long seed = 3, int hidden = 8)
    {
        var random = new RandomSource(seed);
        return new Sequential(new Flatten(), new Linear(36, hidden, random: random), new ActivationLayer(Activation.Relu), new Linear(hidden, 3, random: random));
    }
}
