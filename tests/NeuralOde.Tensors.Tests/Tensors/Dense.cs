namespace NeuralOde.Tensors.Tests;

/// <summary>Plain loops over index vectors, in double: what the tensor operations are compared with. Slow, and obvious.</summary>
internal sealed class Dense
{
    public Dense(double[] values, params int[] lengths)
    {
        Assert.Equal(lengths.Aggregate(1, (x, y) => x * y), values.Length);
        (Values, Lengths) = (values, lengths);
    }

    public double[] Values { get; }

    public int[] Lengths { get; }

    private double this[int[] index] => Values[Flat(index, Lengths)];

    public static Dense Make(int[] lengths, Func<int[], double> element) => new([.. Indices(lengths).Select(element)], lengths);

    public static Dense Scalar(double value) => new([value]);

    public static Dense Zip(Dense x, Dense y, Func<double, double, double> f)
    {
        return Make(Common(x.Lengths, y.Lengths), i => f(x.Repeated(i), y.Repeated(i)));
    }

    public static Dense Choose(Dense condition, Dense x, Dense y)
    {
        return Make(Common(condition.Lengths, Common(x.Lengths, y.Lengths)), i => condition.Repeated(i) != 0 ? x.Repeated(i) : y.Repeated(i));
    }

    public static Dense Join(int axis, params Dense[] parts)
    {
        int[] lengths = [.. parts[0].Lengths];
        lengths[axis] = parts.Sum(x => x.Lengths[axis]);
        return Make(lengths, i =>
        {
            int[] at = [.. i];
            foreach (Dense part in parts)
            {
                if (at[axis] < part.Lengths[axis])
                {
                    return part[at];
                }

                at[axis] -= part.Lengths[axis];
            }

            throw new InvalidOperationException("An index is outside all parts.");
        });
    }

    public static int[] Common(int[] x, int[] y)
    {
        int rank = Math.Max(x.Length, y.Length);
        int At(int[] lengths, int axis) => axis < rank - lengths.Length ? 1 : lengths[axis - rank + lengths.Length];
        return [.. Enumerable.Range(0, rank).Select(a => At(x, a) == 1 ? At(y, a) : At(x, a))];
    }

    public Dense Map(Func<double, double> f) => new([.. Values.Select(f)], Lengths);

    public Dense To(params int[] lengths) => new(Values, lengths);

    public Dense Repeat(params int[] lengths) => Make(lengths, Repeated);

    public Dense Permute(params int[] order)
    {
        return Make([.. order.Select(a => Lengths[a])], i =>
        {
            int[] at = new int[order.Length];
            for (int k = 0; k < order.Length; k++)
            {
                at[order[k]] = i[k];
            }

            return this[at];
        });
    }

    public Dense Cut(int axis, int start, int length)
    {
        int[] lengths = [.. Lengths];
        lengths[axis] = length;
        return Make(lengths, i => this[[.. i.Select((x, a) => a == axis ? x + start : x)]]);
    }

    /// <summary>Combines all values whose other indices agree; the axes stay, with length 1.</summary>
    public Dense Fold(int[] axes, Func<IEnumerable<double>, double> f)
    {
        return Make([.. Lengths.Select((n, a) => axes.Contains(a) ? 1 : n)], i => f(
            Indices([.. Lengths.Select((n, a) => axes.Contains(a) ? n : 1)]).Select(j => this[[.. i.Zip(j, (p, q) => p + q)]])));
    }

    public Dense Drop(params int[] axes) => To([.. Lengths.Where((_, a) => !axes.Contains(a))]);

    /// <summary>The product of stacks of matrices whose leading axes broadcast.</summary>
    public Dense Times(Dense other)
    {
        int inner = Lengths[^1];
        int[] lead = Common(Lengths[..^2], other.Lengths[..^2]);
        Dense left = Repeat([.. lead, .. Lengths[^2..]]);
        Dense right = other.Repeat([.. lead, .. other.Lengths[^2..]]);
        return Make([.. lead, Lengths[^2], other.Lengths[^1]], i => Enumerable.Range(0, inner).Sum(k => left[[.. i[..^1], k]] * right[[.. i[..^2], k, i[^1]]]));
    }

    /// <summary>The convolution of images [n, h, w, c] with a weight [kh, kw, c, o].</summary>
    public Dense Convolve(Dense weight, int stride, int padding)
    {
        (int[] x, int[] w) = (Lengths, weight.Lengths);
        return Make([x[0], ((x[1] + (2 * padding) - w[0]) / stride) + 1, ((x[2] + (2 * padding) - w[1]) / stride) + 1, w[3]], i =>
        {
            double sum = 0;
            foreach (int[] tap in Indices([w[0], w[1], w[2]]))
            {
                (int row, int column) = ((i[1] * stride) + tap[0] - padding, (i[2] * stride) + tap[1] - padding);
                if (row >= 0 && row < x[1] && column >= 0 && column < x[2])
                {
                    sum += this[[i[0], row, column, tap[2]]] * weight[[.. tap, i[3]]];
                }
            }

            return sum;
        });
    }

    /// <summary>A function of each square window of images [n, h, w, c], given the pixels within the image.</summary>
    public Dense PoolWindows(int size, int stride, int padding, Func<IEnumerable<double>, double> f) =>
        Make([Lengths[0], ((Lengths[1] + (2 * padding) - size) / stride) + 1, ((Lengths[2] + (2 * padding) - size) / stride) + 1, Lengths[3]], i =>
            f(Window(i[0], i[3], (i[1] * stride) - padding, size, (i[2] * stride) - padding, size)));

    /// <summary>One channel of the pixels of a window that are within the image.</summary>
    public IEnumerable<double> Window(int image, int channel, int top, int height, int left, int width) =>
        from row in Enumerable.Range(top, height)
        from column in Enumerable.Range(left, width)
        where row >= 0 && row < Lengths[1] && column >= 0 && column < Lengths[2]
        select this[[image, row, column, channel]];

    private static IEnumerable<int[]> Indices(int[] lengths)
    {
        int count = lengths.Aggregate(1, (x, y) => x * y);
        for (int flat = 0; flat < count; flat++)
        {
            int[] index = new int[lengths.Length];
            int rest = flat;
            for (int a = lengths.Length - 1; a >= 0; a--)
            {
                (rest, index[a]) = Math.DivRem(rest, lengths[a]);
            }

            yield return index;
        }
    }

    private static int Flat(int[] index, int[] lengths)
    {
        int flat = 0;
        for (int a = 0; a < lengths.Length; a++)
        {
            flat = (flat * lengths[a]) + index[a];
        }

        return flat;
    }

    private double Repeated(int[] index) => this[[.. Lengths.Select((n, a) => n == 1 ? 0 : index[index.Length - Lengths.Length + a])]];
}
