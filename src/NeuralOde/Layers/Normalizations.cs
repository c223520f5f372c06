namespace NeuralOde.Layers;

/// <summary>Checks the arguments of the normalization layers.</summary>
internal static class Normalizations
{
    public static double RequireEpsilon(double epsilon) => epsilon > 0 && double.IsFinite(epsilon)
        ? epsilon
        : throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "What is added to the variance is a finite number above 0.");

    public static void RequireChannels(Tensor x, Parameter weight, string layer)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentException.ThrowIf(
            x.Rank == 0 || x.Shape[-1] != weight.ElementCount, $"This {layer} takes {weight.ElementCount} channels in the last axis; got shape {x.Shape}.", nameof(x));
    }
}
