namespace NeuralOde.Tensors.Tests;

/// <content>Normalizations, and the loss of classifiers.</content>
internal static partial class OperationCases
{
    private static IEnumerable<OperationCase> Normalizations()
    {
        const double Epsilon = 0.01;
        foreach (int[] shape in new[] { new[] { 6, 3 }, [2, 2, 3, 5], [4, 1], [7] })
        {
            int[] axes = [.. Enumerable.Range(0, shape.Length - 1)];
            if (axes.Length > 0)
            {
                yield return Normalization($"batch normalize [{string.Join(",", shape)}]", shape, x => x[0].BatchNormalize(x[1], x[2], Epsilon), x => Normalized(x, axes, Epsilon));
            }

            yield return Normalization(
                $"layer normalize [{string.Join(",", shape)}]", shape, x => x[0].LayerNormalize(x[1], x[2], Epsilon), x => Normalized(x, [shape.Length - 1], Epsilon));
        }

        foreach ((int[] shape, int groups) in new[] { (new[] { 2, 3, 2, 6 }, 2), ([3, 4, 4], 4), ([2, 5, 6], 1), ([3, 8], 2), ([2, 2, 1, 4], 1) })
        {
            int[] wide = [.. shape[..^1], groups, shape[^1] / groups];
            int[] axes = [.. Enumerable.Range(1, shape.Length - 2), shape.Length];
            Dense Reference(Dense[] x)
            {
                Dense plain = Normalized([x[0].To(wide), Dense.Scalar(1), Dense.Scalar(0)], axes, Epsilon).To(shape);
                return Dense.Zip(Dense.Zip(plain, x[1], (p, q) => p * q), x[2], (p, q) => p + q);
            }

            yield return Normalization($"group normalize [{string.Join(",", shape)}] by {groups}", shape, x => x[0].GroupNormalize(groups, x[1], x[2], Epsilon), Reference);
        }

        // The labels come from the sample by a comparison, so that they have no gradient.
        yield return new(
            "cross entropy", [[4, 3], [4]], x => x[0].CrossEntropy(x[1].Step() + 1.0),
            x => Dense.Make([4], i => CrossEntropy(x[0].Values[(3 * i[0])..((3 * i[0]) + 3)], x[1].Values[i[0]] > 0 ? 2 : 1)))
        {
            Ulps = 16,
            Scale = x => x[1].Map(_ => 4),
        };
        yield return new("scale and shift", [[3, 2, 5], [5], [5]], x => x[0].ScaleShift(x[1], x[2]), x => Dense.Zip(Dense.Zip(x[0], x[1], (p, q) => p * q), x[2], (p, q) => p + q))
        {
            Scale = x => Dense.Zip(Dense.Zip(x[0], x[1], (p, q) => Math.Abs(p * q)), x[2], (p, q) => p + Math.Abs(q)),
        };
    }

    private static double CrossEntropy(double[] logits, int label) => Math.Log(logits.Sum(Math.Exp)) - logits[label];

    /// <summary>A mean, a variance and a division: some roundings of the normalized values, which are at most √n, times the scale, and of the shift.</summary>
    private static OperationCase Normalization(string name, int[] shape, Func<Tensor[], Tensor> apply, Func<Dense[], Dense> reference) =>
        new(name, [shape, [shape[^1]], [shape[^1]]], apply, reference) { Ulps = 32, Scale = x => x[0].Map(_ => 4) };

    private static Dense Normalized(Dense[] x, int[] axes, double epsilon)
    {
        var deviation = Dense.Zip(x[0], x[0].Fold(axes, v => v.Average()), (p, q) => p - q);
        Dense variance = deviation.Map(v => v * v).Fold(axes, v => v.Average());
        return Dense.Zip(Dense.Zip(Dense.Zip(deviation, variance, (p, q) => p / Math.Sqrt(q + epsilon)), x[1], (p, q) => p * q), x[2], (p, q) => p + q);
    }
}
