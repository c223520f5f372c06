using System.Numerics;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>
/// Carries what a stepper remembers between two steps into memory, or back. One method of a stepper names it all, in one order, for saving, restoring and measuring.
/// </summary>
internal ref struct StepperSnapshot<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Span<T> _memory;
    private readonly bool _measures;

    private StepperSnapshot(Span<T> memory, bool isRestoring, bool measures)
    {
        _memory = memory;
        IsRestoring = isRestoring;
        _measures = measures;
    }

    /// <summary>Whether the stepper takes its state from the memory.</summary>
    public bool IsRestoring { get; }

    /// <summary>Elements so far.</summary>
    public int Length { get; private set; }

    /// <summary>Counts the elements only.</summary>
    public static StepperSnapshot<T> Measure() => new([], isRestoring: false, measures: true);

    public static StepperSnapshot<T> Save(Span<T> memory) => new(memory, isRestoring: false, measures: false);

    public static StepperSnapshot<T> Restore(Span<T> memory) => new(memory, isRestoring: true, measures: false);

    public void Row(scoped Span<T> row)
    {
        Span<T> place = Take(row.Length);
        if (_measures)
        {
            return;
        }

        if (IsRestoring)
        {
            place.CopyTo(row);
        }
        else
        {
            row.CopyTo(place);
        }
    }

    public void Values(scoped Span<double> values) => Row(MemoryMarshal.Cast<double, T>(values));

    public void Value(ref double value) => Values(new Span<double>(ref value));

    public void Value(ref int value)
    {
        double number = value;
        Value(ref number);
        value = (int)number;
    }

    public void Value(ref bool value)
    {
        double number = value ? 1 : 0;
        Value(ref number);
        value = number != 0;
    }

    private Span<T> Take(int length)
    {
        int start = Length;
        Length += length;
        return _measures ? [] : _memory.Slice(start, length);
    }
}
