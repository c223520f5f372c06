using System.Runtime.InteropServices;

namespace NeuralOde.Sensitivities;

/// <summary>
/// What evaluations of a field left for its vector-Jacobian products, the latest on top: a transpose asks for them in the opposite order. Where there are more than may be kept,
/// the earliest are dropped, and their products compute again what they need.
/// </summary>
/// <remarks>
/// An evaluation is known by its time and its state, to the bit, so what is found is right however the solver came by it. Memory grows to what the longest solve needs and
/// is reused.
/// </remarks>
/// <param name="length">Elements that an evaluation leaves, first of all the state.</param>
/// <param name="most">The largest number of evaluations.</param>
internal sealed class KeptEvaluations<T>(int length, int most)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Memory of small evaluations is taken for many at once.
    private const int BlockElements = 1 << 14;

    // A transpose does not look farther than this for an evaluation: a step of any method has fewer.
    private const int Reach = 64;

    private double[] _times = [];
    private Buffer<T>[] _places = [];
    private long _first;
    private long _end;
    private long _committed;
    private long _solved;

    // The first of the evaluations that were made again on the way back: what lies below may be asked for before them.
    private long _again;
    private bool _hasLooked;

    /// <summary>Elements that an evaluation leaves.</summary>
    public int Length => length;

    /// <summary>The largest number of evaluations.</summary>
    public int Most => most;

    /// <summary>The number of bytes held.</summary>
    public long Bytes => _times.Length * BytesOf(length);

    /// <summary>How many products found what they need, and how many did not, since the last <see cref="Begin"/>.</summary>
    public (long Found, long Missed) Counts { get; private set; }

    /// <summary>The number of bytes that an evaluation takes.</summary>
    public static long BytesOf(int length) => ((long)length * Unsafe.SizeOf<T>()) + sizeof(double) + Unsafe.SizeOf<Buffer<T>>();

    /// <summary>Starts with nothing, for a solve.</summary>
    public void Begin() => (_first, _end, _committed, _solved, _again, _hasLooked, Counts) = (0, 0, 0, 0, 0, false, default);

    /// <summary>Starts from the end of the solve, for a transpose.</summary>
    public void BeginTranspose() => (_end, _again, _hasLooked) = (Math.Max(_end, _solved), 0, false);

    /// <summary>A place for the next evaluation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Buffer<T> Add(double t)
    {
        if (_hasLooked)
        {
            (_again, _hasLooked) = (_end, false);
        }

        int index = (int)(_end % most);
        if (index >= _places.Length)
        {
            Grow();
        }

        _end++;
        _solved = Math.Max(_solved, _end);
        _first = Math.Max(_first, _solved - most);
        _times[index] = t;
        return _places[index];
    }

    /// <summary>The evaluations so far belong to the solution.</summary>
    public void Commit() => _committed = _end;

    /// <summary>Those since the last <see cref="Commit"/> do not; but the first of them may be that at the start of the step, which is not made again.</summary>
    public void Revert()
    {
        _end = Math.Min(_end, _committed + 1);
        _solved = _end;
    }

    /// <summary>Finds the last evaluation at a point among those not passed by yet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryFind(double t, ReadOnlySpan<T> z, out Buffer<T> place)
    {
        _hasLooked = true;
        long last = Math.Max(_first, _end - Reach);
        for (long i = _end - 1; i >= last; i--)
        {
            int index = (int)(i % most);
            if (_times[index] == t && IsAt(_places[index], z))
            {
                if (i >= _again || _end <= _again + 1)
                {
                    _end = i + 1;
                }

                place = _places[index];
                Counts = (Counts.Found + 1, Counts.Missed);
                return true;
            }
        }

        place = default;
        Counts = (Counts.Found, Counts.Missed + 1);
        return false;
    }

    private static bool IsAt(Buffer<T> place, ReadOnlySpan<T> z) => MemoryMarshal.AsBytes(place.Span[..z.Length]).SequenceEqual(MemoryMarshal.AsBytes(z));

    private void Grow()
    {
        int count = Math.Max(1, BlockElements / length), start = _places.Length;
        count = (int)Math.Min(Math.Max(count, length > BlockElements ? 1 : start), most - start);
        Array.Resize(ref _places, start + count);
        Array.Resize(ref _times, start + count);
        int perBlock = Math.Max(1, BlockElements / length);
        for (int i = 0; i < count; i += perBlock)
        {
            int places = Math.Min(perBlock, count - i);
            Buffer<T> block = Storage<T>.AllocateAligned(places * length).Buffer;
            for (int k = 0; k < places; k++)
            {
                _places[start + i + k] = block.Slice(k * length, length);
            }
        }
    }
}
