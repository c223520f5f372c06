namespace NeuralOde.Fields;

/// <summary>How time enters a layer that serves as a vector field.</summary>
public enum TimeInput
{
    /// <summary>Not at all: the dynamics are autonomous, <c>dz/dt = f(z)</c>. The default.</summary>
    Ignored,

    /// <summary>As one more element at the end of the last axis, after those of the state: the layer has one input (of images: one channel) more than it has outputs.</summary>
    Concatenated,
}
