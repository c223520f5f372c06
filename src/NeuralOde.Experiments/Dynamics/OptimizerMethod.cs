namespace NeuralOde.Experiments.Dynamics;

/// <summary>What moves the parameters.</summary>
public enum OptimizerMethod
{
    /// <summary>Adam (Kingma, Ba 2015).</summary>
    Adam,

    /// <summary>RMSprop (Hinton 2012), with PyTorch's constants.</summary>
    RmsProp,

    /// <summary>Plain gradient steps.</summary>
    Sgd,
}
