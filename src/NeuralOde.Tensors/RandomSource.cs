namespace NeuralOde.Tensors;

/// <summary>
/// Random numbers from a counter-based generator (Philox4x32-10; Salmon et al. 2011): the same seed gives the same numbers
/// on any machine and any number of threads.
/// </summary>
/// <remarks>Each draw takes the next stretch of the stream. Not thread-safe: give each thread its own <see cref="Split"/>.</remarks>
public sealed class RandomSource
{
    private ulong _stream;
    private ulong _offset;
    private ulong _children;

    /// <summary>Starts a stream.</summary>
    /// <param name="seed">Any number; the same seed gives the same numbers.</param>
    public RandomSource(long seed) : this(seed, 0)
    {
    }

    private RandomSource(long seed, ulong stream)
    {
        Seed = seed;
        _stream = stream;
    }

    /// <summary>What initializers use where they are given no other source: <see cref="ComputeSettings.Random"/> of the settings that hold here.</summary>
    public static RandomSource Default => ComputeSettings.Current.Random;

    /// <summary>The seed.</summary>
    public long Seed { get; private set; }

    /// <summary>Where the source stands. Set to what was got before, it draws the same numbers again, and splits into the same sources.</summary>
    public RandomState State
    {
        get => new(Seed, _stream, _offset, _children);
        set => (Seed, _stream, _offset, _children) = (value.Seed, value.Stream, value.Offset, value.Children);
    }

    /// <summary>A source with a stream of its own, independent of this one's draws.</summary>
    /// <returns>The new source; the n-th split of a source is always the same.</returns>
    public RandomSource Split() => new(Seed, Mix(_stream + (++_children * 0x9E3779B97F4A7C15UL)));

    /// <summary>Independent draws from the uniform distribution on <c>[low, high)</c>.</summary>
    /// <param name="shape">The shape of the result.</param>
    /// <param name="low">The smallest value.</param>
    /// <param name="high">The bound above.</param>
    /// <param name="dtype">The element type.</param>
    /// <returns>A tensor of draws.</returns>
    /// <exception cref="ArgumentException">A bound is not finite, or <paramref name="high"/> is below <paramref name="low"/>.</exception>
    public Tensor Uniform(Shape shape, double low = 0, double high = 1, DType dtype = DType.Float32)
    {
        ArgumentException.ThrowIf(
            !double.IsFinite(low) || !double.IsFinite(high) || high < low, $"A uniform distribution needs finite bounds with low ≤ high; got {low} and {high}.", nameof(high));
        return dtype == DType.Float32 ? Draw<float>() : Draw<double>();

        Tensor Draw<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var storage = Storage<T>.Allocate(shape.ElementCount);
            FillUniform(storage.Span);
            T scale = T.CreateTruncating(high - low);
            T shift = T.CreateTruncating(low);
            foreach (ref T value in storage.Span)
            {
                value = shift + (scale * value);
            }

            return new Tensor(shape, storage);
        }
    }

    /// <summary>Independent draws from the normal distribution.</summary>
    /// <param name="shape">The shape of the result.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="deviation">The standard deviation, at least 0.</param>
    /// <param name="dtype">The element type.</param>
    /// <returns>A tensor of draws.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="deviation"/> is negative or NaN.</exception>
    public Tensor Normal(Shape shape, double mean = 0, double deviation = 1, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIf(!(deviation >= 0), nameof(deviation), deviation, "A standard deviation is at least 0.");
        return dtype == DType.Float32 ? Draw<float>() : Draw<double>();

        Tensor Draw<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var storage = Storage<T>.Allocate(shape.ElementCount);
            FillNormal(storage.Span);
            T scale = T.CreateTruncating(deviation);
            T shift = T.CreateTruncating(mean);
            foreach (ref T value in storage.Span)
            {
                value = shift + (scale * value);
            }

            return new Tensor(shape, storage);
        }
    }

    /// <summary>Fills a span with draws from the uniform distribution on [0, 1).</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="destination">What to fill.</param>
    public void FillUniform<T>(Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Philox.FillUniform((ulong)Seed, _stream, Advance(destination.Length), destination);

    /// <summary>Fills a span with draws from the standard normal distribution.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="destination">What to fill.</param>
    public void FillNormal<T>(Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Philox.FillNormal((ulong)Seed, _stream, Advance(destination.Length), destination);

    /// <summary>One draw from the uniform distribution on [0, 1).</summary>
    /// <returns>The number.</returns>
    public double NextUniform()
    {
        Span<double> one = [0];
        FillUniform(one);
        return one[0];
    }

    /// <summary>One whole number below a bound, each as likely as any other.</summary>
    /// <param name="bound">At least 1.</param>
    /// <returns>A number from 0 to <paramref name="bound"/> − 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is below 1.</exception>
    public int NextInteger(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);

        // 53 random bits over at most 2³¹ values: the unevenness is below 2⁻²².
        return (int)(NextUniform() * bound);
    }

    /// <summary>Draws start at multiples of 64, so that no two share a block of the generator whatever its width.</summary>
    private ulong Advance(int count)
    {
        InvalidOperationException.ThrowIf(
            Trace.Current is not null,
            "Random numbers cannot be drawn while a function is being compiled: the draws of this moment would be kept for good, and a solver needs a function, not noise. "
                + "Draw them outside, and give them to the function as an input (of a vector field: FieldInputs), or capture the tensor of draws if a constant is meant.");
        ulong offset = _offset;
        _offset += ((ulong)count + 63) / 64 * 64;
        return offset;
    }

    private static ulong Mix(ulong x)
    {
        // The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }
}
