namespace NeuralOde.Sensitivities;

/// <summary>
/// The number of the gradient that is about to be taken, where several processes share a run: which gradients are checked, and so perhaps replaced, may then not depend on
/// how many this process took before.
/// </summary>
internal static class GradientOrdinal
{
    /// <summary>The number, from 0; null where gradients are counted as they come.</summary>
    [field: ThreadStatic]
    public static long? Current { get; set; }
}
