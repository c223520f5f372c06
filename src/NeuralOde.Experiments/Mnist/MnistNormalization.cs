namespace NeuralOde.Experiments.Mnist;

/// <summary>How a classifier of images normalizes between its convolutions.</summary>
public enum MnistNormalization
{
    /// <summary>Over the batch, with running statistics for evaluation (Ioffe, Szegedy 2015): as published. In a vector field it couples the images of a batch.</summary>
    Batch,

    /// <summary>Over groups of channels within each image (Wu, He 2018): the field then depends on its own image alone.</summary>
    Group,

    /// <summary>Over the batch outside of the vector field and over groups inside of it.</summary>
    Mixed,
}
