using NeuralOde.Tensors.Kernels;
using NeuralOde.Vectors;

namespace NeuralOde.Sensitivities;

/// <summary>Sums over many runs of a program's results from one on: one pass over memory for all of them.</summary>
internal sealed class OutputSums<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _first;
    private readonly (int From, int To, int Length)[] _parts;
    private readonly Buffer<T> _sums;

    /// <param name="program">A program with these results. Others may be added that have results of the same shapes at these indices.</param>
    /// <param name="first">The first result that is summed.</param>
    /// <param name="starts">Where the sums of the results start in the gradient.</param>
    public OutputSums(Program<T> program, int first, int[] starts)
    {
        _first = first;
        var places = new KeptPlaces([.. program.OutputShapes.Skip(first).Take(starts.Length)], AlignedMemory<T>.PerLine);
        _parts = [.. starts.Select((x, i) => (places[i], x, program.OutputShapes[first + i].ElementCount))];
        _sums = Storage<T>.AllocateAligned(_parts.Length == 0 ? 0 : _parts[^1].From + _parts[^1].Length).Buffer;
    }

    /// <summary>Adds what the last run left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Program<T> program)
    {
        if (_parts.Length > 0)
        {
            AddAll(program);
        }
    }

    // Inlined, the kernel's locals would make its caller slow: it would clear them all at each call.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void AddAll(Program<T> program)
    {
        Span<T> sums = _sums.Span;
        Map.Binary<T, AddOperator<T>>(sums, program.OutputsFrom(_first)[..sums.Length], sums);
    }

    /// <summary>Adds the sums to a gradient, and starts anew.</summary>
    public void MoveTo(Span<T> gradient)
    {
        foreach ((int from, int to, int length) in _parts)
        {
            Span<T> sum = gradient.Slice(to, length);
            Map.Binary<T, AddOperator<T>>(sum, _sums.Span.Slice(from, length), sum);
        }

        _sums.Span.Clear();
    }
}
