namespace NeuralOde.Tensors.Kernels;

/// <summary>Copies between memory layouts.</summary>
[SkipLocalsInit]
internal static unsafe class Layout
{
    // A tile of 16 × 16 doubles is 2 KB on either side: both fit the first-level cache even with unlucky strides.
    private const int Tile = 16;
    private const int MaxRank = 16;

    /// <summary>destination[j, i] = x[i, j] for a dense x of shape [rows, columns]; the destination must not overlap x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose<T>(ReadOnlySpan<T> x, int rows, int columns, Span<T> destination) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        StridedExtent.Require(x.Length, [rows, columns], nameof(x));
        StridedExtent.Require(destination.Length, [rows, columns], nameof(destination));
        fixed (T* px = x)
        fixed (T* pd = destination)
        {
            TransposeTiles(px, columns, pd, rows, rows, columns);
        }
    }

    /// <summary>
    /// A dense row-major copy of an array of shape <paramref name="lengths"/> whose element (i₀, i₁, …) stands at Σ iₖ·stridesₖ of x:
    /// any permutation, slice or broadcast. The destination must not overlap x.
    /// </summary>
    /// <param name="x">The first element that the strides start from.</param>
    /// <param name="strides">In elements, 0 along a broadcast axis; not negative.</param>
    /// <param name="lengths">The shape; rank at most 16.</param>
    /// <param name="destination">As many elements as the shape has.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void StridedCopy<T>(ReadOnlySpan<T> x, ReadOnlySpan<int> strides, ReadOnlySpan<int> lengths, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        StridedExtent.Require(destination.Length, lengths, nameof(destination));
        StridedExtent.Require(x.Length, strides, lengths, nameof(x));
        int* length = stackalloc int[MaxRank];
        int* stride = stackalloc int[MaxRank];
        int rank = Merge(strides, lengths, length, stride);
        if (rank < 0)
        {
            return;
        }

        fixed (T* px = x)
        fixed (T* pd = destination)
        {
            Copy(px, stride, length, rank, pd);
        }
    }

    /// <summary>destination[i·columns + j] = source[i·rowStride + j·columnStride].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Gather<T>(T* source, int rowStride, int columnStride, int rows, int columns, T* destination) where T : unmanaged
    {
        // The narrow shapes that states and biases have, without an inner loop.
        switch (columns)
        {
            case 1:
                for (int i = 0; i < rows; i++)
                {
                    destination[i] = source[(long)i * rowStride];
                }

                return;
            case 2:
                for (int i = 0; i < rows; i++, source += rowStride, destination += 2)
                {
                    destination[0] = source[0];
                    destination[1] = source[columnStride];
                }

                return;
            case 3:
                for (int i = 0; i < rows; i++, source += rowStride, destination += 3)
                {
                    destination[0] = source[0];
                    destination[1] = source[columnStride];
                    destination[2] = source[2 * columnStride];
                }

                return;
            case 4:
                for (int i = 0; i < rows; i++, source += rowStride, destination += 4)
                {
                    destination[0] = source[0];
                    destination[1] = source[columnStride];
                    destination[2] = source[2 * columnStride];
                    destination[3] = source[3 * columnStride];
                }

                return;
        }

        for (int i = 0; i < rows; i++, source += rowStride, destination += columns)
        {
            if (columnStride == 1)
            {
                Unsafe.CopyBlockUnaligned(destination, source, (uint)(columns * sizeof(T)));
                continue;
            }

            for (int j = 0; j < columns; j++)
            {
                destination[j] = source[(long)j * columnStride];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Merge(ReadOnlySpan<int> strides, ReadOnlySpan<int> lengths, int* length, int* stride)
    {
        if (lengths.Length > MaxRank)
        {
            throw new ArgumentException($"A rank of {lengths.Length} is above the {MaxRank} that kernels handle.", nameof(lengths));
        }

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

            if (rank > 0 && stride[rank - 1] == strides[axis] * n)
            {
                length[rank - 1] *= n;
                stride[rank - 1] = strides[axis];
            }
            else
            {
                length[rank] = n;
                stride[rank++] = strides[axis];
            }
        }

        return rank;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy<T>(T* x, int* stride, int* length, int rank, T* destination) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (rank)
        {
            case 0:
                *destination = *x;
                return;
            case 1:
                Gather(x, 0, stride[0], 1, length[0], destination);
                return;
            case 2:
                if (stride[0] == 1 && length[0] >= Tile / 2 && length[1] >= Tile / 2)
                {
                    TransposeTiles(x, stride[1], destination, length[1], length[1], length[0]);
                }
                else
                {
                    Gather(x, stride[0], stride[1], length[0], length[1], destination);
                }

                return;
        }

        long inner = 1L;
        for (int axis = 1; axis < rank; axis++)
        {
            inner *= length[axis];
        }

        for (int i = 0; i < length[0]; i++)
        {
            Copy(x + ((long)i * stride[0]), stride + 1, length + 1, rank - 1, destination + (i * inner));
        }
    }

    /// <summary>destination[j·destinationStride + i] = x[i·xStride + j] for i below rows and j below columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeTiles<T>(T* x, int xStride, T* destination, int destinationStride, int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i0 = 0; i0 < rows; i0 += Tile)
        {
            int iEnd = Math.Min(i0 + Tile, rows);
            for (int j0 = 0; j0 < columns; j0 += Tile)
            {
                int jEnd = Math.Min(j0 + Tile, columns);
                for (int j = j0; j < jEnd; j++)
                {
                    T* from = x + ((long)i0 * xStride) + j;
                    T* to = destination + ((long)j * destinationStride);
                    for (int i = i0; i < iEnd; i++, from += xStride)
                    {
                        to[i] = *from;
                    }
                }
            }
        }
    }
}
