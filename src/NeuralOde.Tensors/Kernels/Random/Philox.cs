namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// Philox4x32-10, a counter-based random number generator (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011):
/// the n-th number of a stream is a function of the seed, the stream and n, so any part of it can be made anywhere, in any order.
/// </summary>
/// <remarks>
/// The key is the seed; the counter is the block number (low 64 bits) and the stream (high 64 bits). A block is 128 bits: four numbers in
/// single precision, two in double. All arithmetic is on integers, or on correctly rounded operations that every machine has,
/// so the same seed gives the same bits at any vector width, on any machine.
/// </remarks>
public static class Philox
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>The block of random bits of a counter under a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxBlock Block(ulong key, ulong counterHigh, ulong counterLow)
    {
        uint k0 = (uint)key;
        uint k1 = (uint)(key >> 32);
        uint c0 = (uint)counterLow;
        uint c1 = (uint)(counterLow >> 32);
        uint c2 = (uint)counterHigh;
        uint c3 = (uint)(counterHigh >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0;
            ulong product1 = (ulong)Multiplier1 * c2;
            c0 = (uint)(product1 >> 32) ^ c1 ^ k0;
            c1 = (uint)product1;
            c2 = (uint)(product0 >> 32) ^ c3 ^ k1;
            c3 = (uint)product0;
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return new(c0, c1, c2, c3);
    }

    /// <summary>
    /// Uniform numbers in [0, 1): numbers <paramref name="offset"/>, offset + 1, … of the stream. Multiples of 2⁻²⁴ in single precision, of 2⁻⁵³ in double.
    /// </summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">Streams of one seed are independent.</param>
    /// <param name="offset">The position in the stream of the first number.</param>
    /// <param name="destination">Filled whole.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FillUniform<T>(ulong seed, ulong stream, ulong offset, Span<T> destination) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // A single takes one word of a block, a double two.
        int perBlock = typeof(T) == typeof(float) ? 4 : 2;
        ulong number = offset / (uint)perBlock;
        int within = (int)(offset % (uint)perBlock);
        for (int i = 0; i < destination.Length; number++, within = 0)
        {
            PhiloxBlock block = Block(seed, stream, number);
            for (; within < perBlock && i < destination.Length; within++, i++)
            {
                destination[i] = typeof(T) == typeof(float)
                    ? T.CreateTruncating((block[within] >> 8) * (1.0f / (1 << 24)))
                    : T.CreateTruncating((block.Long(within) >> 11) * (1.0 / (1L << 53)));
            }
        }
    }

    /// <summary>Standard normal numbers: numbers <paramref name="offset"/>, offset + 1, … of the stream, by the method of Box and Muller (1958) in double precision.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">Streams of one seed are independent; a stream serves one kind of number.</param>
    /// <param name="offset">The position in the stream of the first number.</param>
    /// <param name="destination">Filled whole.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FillNormal<T>(ulong seed, ulong stream, ulong offset, Span<T> destination) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // A block is a pair of normals, whatever the precision: single precision is double precision rounded.
        const int PairsAtOnce = 64;
        Span<double> radius = stackalloc double[PairsAtOnce];
        Span<double> cosine = stackalloc double[PairsAtOnce];
        Span<double> sine = stackalloc double[PairsAtOnce];
        int done = 0;
        while (done < destination.Length)
        {
            ulong first = (offset + (ulong)done) / 2;
            int skip = (int)((offset + (ulong)done) % 2);
            int take = Math.Min((2 * PairsAtOnce) - skip, destination.Length - done);
            int pairs = (skip + take + 1) / 2;
            Pairs(seed, stream, first, radius[..pairs], cosine[..pairs], sine[..pairs]);
            for (int i = 0; i < take; i++)
            {
                int at = skip + i;
                destination[done + i] = T.CreateTruncating(at % 2 == 0 ? cosine[at / 2] : sine[at / 2]);
            }

            done += take;
        }
    }

    /// <summary>Integers from 0 up to, not including, <paramref name="bound"/>, all equally likely: numbers <paramref name="offset"/>, offset + 1, … of the stream.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">Streams of one seed are independent; a stream serves one kind of number.</param>
    /// <param name="offset">The position in the stream of the first number.</param>
    /// <param name="bound">At least 1.</param>
    /// <param name="destination">Filled whole.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is below 1.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FillBelow(ulong seed, ulong stream, ulong offset, int bound, Span<int> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);

        // Lemire, "Fast random integer generation in an interval" (2019): the high word of word × bound, rejecting the low words
        // below 2³² mod bound that would favor some integers. A number has a block to itself, so a rejection uses its next word;
        // should all four be rejected, the block's own words are the key of another one.
        uint threshold = (uint)((1UL << 32) % (ulong)bound);
        for (int i = 0; i < destination.Length; i++)
        {
            ulong key = seed;
            ulong product = 0UL;
            for (bool accepted = false; !accepted;)
            {
                PhiloxBlock block = Block(key, stream, offset + (ulong)i);
                for (int word = 0; word < 4 && !accepted; word++)
                {
                    product = (ulong)block[word] * (uint)bound;
                    accepted = (uint)product >= threshold;
                }

                key = block.Long(0) ^ block.Long(1);
            }

            destination[i] = (int)(product >> 32);
        }
    }

    /// <summary>A pair of normals from each block: r·cos θ and r·sin θ with r = √(−2 ln u), u in (0, 1], and θ uniform on the circle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pairs(ulong seed, ulong stream, ulong first, Span<double> radius, Span<double> cosine, Span<double> sine)
    {
        Span<double> angle = stackalloc double[radius.Length];
        for (int i = 0; i < radius.Length; i++)
        {
            PhiloxBlock block = Block(seed, stream, first + (ulong)i);
            radius[i] = ((block.Long(0) >> 11) + 1) * (1.0 / (1L << 53));
            angle[i] = (block.Long(1) >> 11) * (2 * Math.PI / (1L << 53));
        }

        // Our own functions, not the C library's, whose last bit differs between platforms.
        Map.Unary<double, LogOperator<double>>(radius, radius);
        Map.BinaryScalarRight<double, MultiplyOperator<double>>(radius, -2, radius);
        Map.Unary<double, SqrtOperator<double>>(radius, radius);
        Map.Unary<double, CosOperator<double>>(angle, cosine);
        Map.Unary<double, SinOperator<double>>(angle, sine);
        Map.Binary<double, MultiplyOperator<double>>(cosine, radius, cosine);
        Map.Binary<double, MultiplyOperator<double>>(sine, radius, sine);
    }
}
