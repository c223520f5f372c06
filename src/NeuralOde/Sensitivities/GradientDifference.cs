namespace NeuralOde.Sensitivities;

/// <summary>How far two gradients are apart.</summary>
internal static class GradientDifference
{
    /// <summary>The largest difference, relative to the largest component of the second or, where that is more, to a size that is given.</summary>
    public static double Relative<T>(ReadOnlySpan<T> gradient, ReadOnlySpan<T> reference, double size)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double difference = 0;
        for (int i = 0; i < gradient.Length; i++)
        {
            double x = Math.Abs(double.CreateTruncating(gradient[i]) - double.CreateTruncating(reference[i]));
            difference = x > difference || double.IsNaN(x) ? x : difference;
            size = Math.Max(size, Math.Abs(double.CreateTruncating(reference[i])));
        }

        return difference == 0 ? 0 : difference / size;
    }
}
