namespace NeuralOde.Tensors.Kernels;

/// <summary>What a broadcast does with one run of elements: up to three operands, each dense (stride 1) or one repeated element (stride 0).</summary>
internal unsafe interface IBroadcastRun<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many of the three operands there are; the rest are null.</summary>
    static abstract int Operands { get; }

    static abstract void Invoke(T* x, int xStride, T* y, int yStride, T* z, int zStride, T* destination, int count);
}

/// <summary>
/// Walks operands of any strides in the order of a dense row-major destination, handing long runs to a vector kernel.
/// </summary>
/// <remarks>
/// Axes that are one axis for every operand are merged first. A short last axis, as in [512, 2] + [2], would make for short runs:
/// then the last two axes are one block, and operands that are not dense over it are first written out in a small buffer.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class BroadcastLoop
{
    private const int BufferLength = 512;
    private const int ShortAxis = 16;
    private const int MaxRank = 16;

    /// <summary>Runs <typeparamref name="TRun"/> over every element; strides in elements, 0 along a broadcast axis.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Invoke<T, TRun>(
        T* x,
        ReadOnlySpan<int> xStrides,
        T* y,
        ReadOnlySpan<int> yStrides,
        T* z,
        ReadOnlySpan<int> zStrides,
        ReadOnlySpan<int> lengths,
        T* destination) where T : unmanaged, IBinaryFloatingPointIeee754<T> where TRun : struct, IBroadcastRun<T>
    {
        if (lengths.Length > MaxRank)
        {
            throw new ArgumentException($"A rank of {lengths.Length} is above the {MaxRank} that kernels handle.", nameof(lengths));
        }

        int* length = stackalloc int[MaxRank];
        int* strides = stackalloc int[3 * MaxRank];
        int rank = Merge(xStrides, yStrides, zStrides, lengths, length, strides);
        if (rank < 0)
        {
            return;
        }

        int* sx = strides;
        int* sy = strides + MaxRank;
        int* sz = strides + (2 * MaxRank);

        // The innermost block has rows × columns elements; a single row unless the last axis is short.
        int columns = length[rank - 1];
        int blockRank = columns < ShortAxis && rank > 1 ? 2 : 1;
        int rows = blockRank == 2 ? length[rank - 2] : 1;
        int outerRank = rank - blockRank;
        T* buffers = stackalloc T[3 * BufferLength];
        int* index = stackalloc int[MaxRank];
        new Span<int>(index, MaxRank).Clear();
        int last = rank - 1;
        int rowAxis = blockRank == 2 ? rank - 2 : last;
        while (true)
        {
            if (blockRank == 1)
            {
                RunRow<T, TRun>(new(x, 0, sx[last]), new(y, 0, sy[last]), new(z, 0, sz[last]), destination, columns, buffers);
            }
            else
            {
                RunRows<T, TRun>(new(x, sx[rowAxis], sx[last]), new(y, sy[rowAxis], sy[last]), new(z, sz[rowAxis], sz[last]), destination, rows, columns, buffers);
            }

            destination += rows * columns;
            int axis = outerRank - 1;
            for (; axis >= 0; axis--)
            {
                x += sx[axis];
                y += sy[axis];
                z += sz[axis];
                if (++index[axis] < length[axis])
                {
                    break;
                }

                index[axis] = 0;
                x -= (long)sx[axis] * length[axis];
                y -= (long)sy[axis] * length[axis];
                z -= (long)sz[axis] * length[axis];
            }

            if (axis < 0)
            {
                return;
            }
        }
    }

    /// <summary>Drops axes of length 1 and joins neighbors that every operand steps through evenly. The rank left, at least 1; −1 if there is nothing to do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Merge(
        ReadOnlySpan<int> xStrides, ReadOnlySpan<int> yStrides, ReadOnlySpan<int> zStrides, ReadOnlySpan<int> lengths, int* length, int* strides)
    {
        int rank = 0;
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            int n = lengths[axis];
            if (n <= 0)
            {
                return -1;
            }

            if (n == 1)
            {
                continue;
            }

            int sx = xStrides[axis], sy = yStrides[axis], sz = zStrides.IsEmpty ? 0 : zStrides[axis];
            int previous = rank - 1;
            if (rank > 0 && strides[previous] == sx * n && strides[MaxRank + previous] == sy * n && strides[(2 * MaxRank) + previous] == sz * n)
            {
                length[previous] *= n;
            }
            else
            {
                length[rank] = n;
                previous = rank++;
            }

            strides[previous] = sx;
            strides[MaxRank + previous] = sy;
            strides[(2 * MaxRank) + previous] = sz;
        }

        if (rank == 0)
        {
            length[0] = 1;
            strides[0] = strides[MaxRank] = strides[2 * MaxRank] = 0;
            return 1;
        }

        return rank;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunRow<T, TRun>(in Operand<T> x, in Operand<T> y, in Operand<T> z, T* destination, int count, T* buffers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TRun : struct, IBroadcastRun<T>
    {
        if (x.IsDirect && y.IsDirect && z.IsDirect)
        {
            TRun.Invoke(x.Start, x.Column, y.Start, y.Column, z.Start, z.Column, destination, count);
            return;
        }

        for (int start = 0; start < count; start += BufferLength)
        {
            int part = Math.Min(BufferLength, count - start);
            TRun.Invoke(
                x.Row(start, part, buffers), x.IsDirect ? x.Column : 1,
                y.Row(start, part, buffers + BufferLength), y.IsDirect ? y.Column : 1,
                z.Row(start, part, buffers + (2 * BufferLength)), z.IsDirect ? z.Column : 1,
                destination + start,
                part);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunRows<T, TRun>(in Operand<T> x, in Operand<T> y, in Operand<T> z, T* destination, int rows, int columns, T* buffers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TRun : struct, IBroadcastRun<T>
    {
        int rowsAtOnce = BufferLength / columns;
        for (int row = 0; row < rows; row += rowsAtOnce)
        {
            int part = Math.Min(rowsAtOnce, rows - row);
            TRun.Invoke(
                x.Block(row, part, columns, buffers), 1,
                y.Block(row, part, columns, buffers + BufferLength), 1,
                TRun.Operands < 3 ? null : z.Block(row, part, columns, buffers + (2 * BufferLength)), 1,
                destination + (row * columns),
                part * columns);
        }
    }

    /// <summary>An operand over the innermost block: elements from row to row, and from column to column.</summary>
    private readonly struct Operand<T>(T* start, int rowStep, int column) where T : unmanaged
    {
        public readonly T* Start = start;
        public readonly int Column = column;

        /// <summary>Whether a run can read it as it lies: dense, or one repeated element.</summary>
        public bool IsDirect => Column is 0 or 1;

        /// <summary>Elements of a single row from <paramref name="first"/> on, written out in the buffer where they are not dense.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public T* Row(int first, int count, T* buffer)
        {
            T* source = Start + ((long)first * Column);
            if (IsDirect)
            {
                return source;
            }

            for (int i = 0; i < count; i++)
            {
                buffer[i] = source[(long)i * Column];
            }

            return buffer;
        }

        /// <summary>Rows from <paramref name="first"/> on, written out in the buffer where they are not dense.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public T* Block(int first, int rows, int columns, T* buffer)
        {
            T* source = Start + ((long)first * rowStep);
            if (Column == 1 && rowStep == columns)
            {
                return source;
            }

            // Nothing changes from block to block for an operand that does not depend on the row.
            if (first == 0 || rowStep != 0)
            {
                Layout.Gather(source, rowStep, Column, rows, columns, buffer);
            }

            return buffer;
        }
    }
}
