namespace NeuralOde.Experiments.Mnist;

/// <summary>The classifiers of images that the articles compare (Chen et al. 2018, section 3 and table 1).</summary>
public enum MnistModel
{
    /// <summary>Downsampling, then an ordinary differential equation on [0, 1] whose gradient is taken as the options say.</summary>
    OdeNet,

    /// <summary>The same network with the gradient taken directly through Runge-Kutta steps.</summary>
    RkNet,

    /// <summary>Downsampling, then residual blocks, each with its own parameters.</summary>
    ResNet,

    /// <summary>One hidden layer on the raw pixels (LeCun et al. 1998).</summary>
    Mlp,
}
