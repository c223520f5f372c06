namespace NeuralOde.Experiments.Images;

/// <summary>A part of a published data set of images.</summary>
public enum ImageSplit
{
    /// <summary>The images to learn from: 60,000 in MNIST and Fashion-MNIST.</summary>
    Training,

    /// <summary>The images to measure by: 10,000 in MNIST and Fashion-MNIST.</summary>
    Test,
}
