using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Is told of a state during a solve.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="t">Time.</param>
/// <param name="z">State (then quadratures, where there are any); valid during the call only.</param>
public delegate void OutputCallback<T>(double t, ReadOnlySpan<T> z);

/// <summary>Computes what is kept instead of a state.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="t">Time.</param>
/// <param name="z">State.</param>
/// <param name="value">Destination, as long as was said.</param>
public delegate void OutputFunction<T>(double t, ReadOnlySpan<T> z, Span<T> value);

/// <summary>
/// What a solve gives out as it goes: the states after every n-th step, or at the output times, to a callback; or a function of them to be kept. Nothing else is kept.
/// </summary>
/// <remarks>The initial state and the last one are always among them. Reuse it: every solve starts it anew. Not thread-safe.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class OdeOutput<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly OutputCallback<T>? _callback;
    private readonly OutputFunction<T>? _function;
    private readonly List<double> _times = [];
    private T[] _values = [];
    private long _steps;
    private double _last;

    /// <summary>Calls a function.</summary>
    /// <param name="callback">The function. An exception from it ends the solve and passes through.</param>
    public OdeOutput(OutputCallback<T> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _callback = callback;
    }

    /// <summary>Keeps the values of a function of the state.</summary>
    /// <param name="function">The function.</param>
    /// <param name="valueLength">Number of its values, at least 1.</param>
    public OdeOutput(OutputFunction<T> function, int valueLength)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentOutOfRangeException.ThrowIfLessThan(valueLength, 1);
        _function = function;
        ValueLength = valueLength;
    }

    /// <summary>Gives out the state after every so many steps, or 0 (the default) for the states at the output times instead.</summary>
    public int EverySteps
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>Number of values of the function; 0 for a callback.</summary>
    public int ValueLength { get; }

    /// <summary>Times at which values were kept.</summary>
    public ReadOnlySpan<double> Times => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_times);

    /// <summary>Values of the function at <see cref="Times"/>, row-major <c>[Times.Length, ValueLength]</c>.</summary>
    public ReadOnlySpan<T> Values => _values.AsSpan(0, _times.Count * ValueLength);

    internal void Begin(double t, ReadOnlySpan<T> z)
    {
        _times.Clear();
        _steps = 0;
        _last = double.NaN;
        Write(t, z);
    }

    /// <summary>A step was kept.</summary>
    internal void OnStep(double t, ReadOnlySpan<T> z)
    {
        if (EverySteps > 0 && ++_steps % EverySteps == 0)
        {
            Write(t, z);
        }
    }

    /// <summary>An output time was reached.</summary>
    internal void OnTime(double t, ReadOnlySpan<T> z)
    {
        if (EverySteps == 0)
        {
            Write(t, z);
        }
    }

    /// <summary>The solve ended.</summary>
    internal void End(double t, ReadOnlySpan<T> z)
    {
        if (t != _last)
        {
            Write(t, z);
        }
    }

    private void Write(double t, ReadOnlySpan<T> z)
    {
        _last = t;
        _callback?.Invoke(t, z);
        if (_function is null)
        {
            return;
        }

        int start = _times.Count * ValueLength;
        if (_values.Length < start + ValueLength)
        {
            Array.Resize(ref _values, Math.Max(checked(start + ValueLength), 2 * _values.Length));
        }

        _function(t, z, _values.AsSpan(start, ValueLength));
        _times.Add(t);
    }
}
