using System.Numerics;

namespace NeuralOde.Tensors.Tests.Kernels;

/// <summary>What vectors of every width must agree on, and the memory that they are read from.</summary>
public unsafe class VectorTests
{
    private static readonly SimdWidth[] s_widths = Enum.GetValues<SimdWidth>();

    [Fact]
    public void Every_width_has_the_lanes_of_its_type()
    {
        foreach (SimdWidth width in s_widths)
        {
            Assert.Equal(width.Lanes(sizeof(float)), VectorDispatch.Run<float, LaneCount<float>, int>(default, width));
            Assert.Equal(width.Lanes(sizeof(double)), VectorDispatch.Run<double, LaneCount<double>, int>(default, width));
            Assert.Equal(64, VectorDispatch.RunInBlocks<float, LaneCount<float>, int>(default, width));
            Assert.Equal(32, VectorDispatch.RunInBlocks<double, LaneCount<double>, int>(default, width));
        }
    }

    [Fact]
    public void A_vector_is_zero_only_where_all_lanes_are()
    {
        foreach (SimdWidth width in s_widths)
        {
            Assert.True(VectorDispatch.Run<float, ZeroUpToALane<float>, bool>(default, width));
            Assert.True(VectorDispatch.Run<double, ZeroUpToALane<double>, bool>(default, width));
        }
    }

    [Fact]
    public void Sums_of_neighbors_are_those_of_halves_summed_on_their_own()
    {
        var random = new Random(3);
        float[] singles = [.. Enumerable.Range(0, 16).Select(_ => (float)random.NextDouble() / 3)];
        double[] doubles = [.. Enumerable.Range(0, 8).Select(_ => random.NextDouble() / 3)];
        fixed (float* x = singles)
        fixed (double* y = doubles)
        {
            foreach (SimdWidth width in s_widths)
            {
                Assert.Equal(Halves(singles.AsSpan(0, width.Lanes(sizeof(float)))), VectorDispatch.Run<float, SumOfNeighbors<float>, float>(new(x), width));
                Assert.Equal(Halves(doubles.AsSpan(0, width.Lanes(sizeof(double)))), VectorDispatch.Run<double, SumOfNeighbors<double>, double>(new(y), width));
            }
        }
    }

    [Fact]
    public void Aligned_memory_starts_on_a_cache_line_and_has_its_length()
    {
        for (int length = 0; length < 40; length++)
        {
            var memory = AlignedMemory<double>.Allocate(length);
            Assert.Equal(0, (nint)memory.Address % 64);
            Assert.InRange(memory.Offset + memory.Length, 0, memory.Array.Length);
            Assert.Equal(length, memory.Length);
            Assert.All(memory.Array, x => Assert.Equal(0, x));
            Assert.Equal(0, (nint)AlignedMemory<float>.AllocateUninitialized(length).Address % 64);
        }
    }

    private static T Halves<T>(ReadOnlySpan<T> x)
        where T : INumber<T> => x.Length == 1 ? x[0] : Halves(x[..(x.Length / 2)]) + Halves(x[(x.Length / 2)..]);

    private readonly struct LaneCount<T> : IVectorFunction<T, int>, IBlockFunction<T, int>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public int Run<TVector>()
            where TVector : struct, ISimdVector<TVector, T> => TVector.Count;

        public int Run<TVector, TBlock>()
            where TVector : struct, ISimdVector<TVector, T>
            where TBlock : struct, ISimdVector<TBlock, T> => TBlock.Count;
    }

    private readonly struct ZeroUpToALane<T> : IVectorFunction<T, bool>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public bool Run<TVector>()
            where TVector : struct, ISimdVector<TVector, T>
        {
            bool right = true;
            T* x = stackalloc T[2 * TVector.Count];
            foreach (T other in new[] { T.One, T.NaN, T.Epsilon, T.NegativeZero })
            {
                for (int place = 0; place < 2 * TVector.Count; place++)
                {
                    new Span<T>(x, 2 * TVector.Count).Clear();
                    x[place] = other;
                    right &= TVector.IsZero(TVector.Load(x)) == (other == T.Zero || place >= TVector.Count);
                    right &= Lockstep2<TVector, T>.IsZero(Lockstep2<TVector, T>.Load(x)) == (other == T.Zero);
                }
            }

            return right;
        }
    }

    private readonly struct SumOfNeighbors<T>(T* x) : IVectorFunction<T, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Run<TVector>()
            where TVector : struct, ISimdVector<TVector, T> => TVector.SumNeighbors(TVector.Load(x));
    }
}
