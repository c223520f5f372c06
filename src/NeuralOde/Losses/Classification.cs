namespace NeuralOde.Losses;

/// <summary>What a classifier's logits say, and how often it is true.</summary>
public static class Classification
{
    /// <summary>The most likely class of each row; the first of equal ones.</summary>
    /// <param name="logits"><c>[batch, classes]</c>.</param>
    /// <returns>One class per row, from 0.</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public static int[] Predict(Tensor logits)
    {
        RequireLogits(logits);
        return logits.DType == DType.Float32 ? Rows<float>() : Rows<double>();

        int[] Rows<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int classes = logits.Shape[1];
            int[] result = new int[logits.Shape[0]];
            for (int row = 0; row < result.Length; row++)
            {
                ReadOnlySpan<T> values = logits.AsSpan<T>().Slice(row * classes, classes);
                for (int i = 1; i < classes; i++)
                {
                    result[row] = values[i] > values[result[row]] ? i : result[row];
                }
            }

            return result;
        }
    }

    /// <summary>The share of rows whose most likely class is the true one.</summary>
    /// <param name="logits"><c>[batch, classes]</c>, at least one row.</param>
    /// <param name="labels">The number of each row's class, from 0.</param>
    /// <returns>From 0 to 1.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static double Accuracy(Tensor logits, ReadOnlySpan<int> labels)
    {
        RequireLogits(logits);
        RequireCount(logits, labels.Length);
        int[] predicted = Predict(logits);
        int right = 0;
        for (int i = 0; i < predicted.Length; i++)
        {
            right += predicted[i] == labels[i] ? 1 : 0;
        }

        return predicted.Length > 0 ? (double)right / predicted.Length : throw new ArgumentException($"There is no accuracy of no rows: shape {logits.Shape}.", nameof(logits));
    }

    /// <summary>Labels as a tensor of the logits' type, checked.</summary>
    internal static Tensor Labels(Tensor logits, ReadOnlySpan<int> labels)
    {
        RequireLogits(logits);
        RequireCount(logits, labels.Length);
        foreach (int label in labels)
        {
            ArgumentOutOfRangeException.ThrowIf(
                (uint)label >= (uint)logits.Shape[1], nameof(labels), label, $"Labels of {logits.Shape[1]} classes are from 0 to {logits.Shape[1] - 1}.");
        }

        return logits.DType == DType.Float32
            ? Tensor.From(Array.ConvertAll(labels.ToArray(), static x => (float)x), [labels.Length])
            : Tensor.From(Array.ConvertAll(labels.ToArray(), static x => (double)x), [labels.Length]);
    }

    private static void RequireLogits(Tensor logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentException.ThrowIf(logits.Rank != 2 || logits.Shape[1] < 1, $"Logits have the shape [batch, classes]; got {logits.Shape}.", nameof(logits));
    }

    private static void RequireCount(Tensor logits, int count) =>
        ArgumentException.ThrowIf(count != logits.Shape[0], $"Logits of shape {logits.Shape} take {logits.Shape[0]} labels, not {count}.", nameof(count));
}
