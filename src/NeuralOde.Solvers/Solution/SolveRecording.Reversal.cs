using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>What a recording does where the steps can be taken back.</summary>
public sealed partial class SolveRecording<T>
{
    private T[] _end = [];
    private T[] _initial = [];
    private double[] _reversalTimes = [];

    /// <summary>
    /// After <see cref="Integrator{T}.Transpose"/> of a solve that was taken back: largest difference between the initial state and the one that was come back to, relative to
    /// the largest component of the initial state. The error of the gradient is of its size; not a number before.
    /// </summary>
    public double ReversalDrift { get; private set; } = double.NaN;

    internal ReadOnlySpan<double> ReversalTimes => _reversalTimes.AsSpan(0, OutputCount);

    /// <summary>
    /// Whether the recording keeps the end of a solve only, for reversible methods (<see cref="ReversibleMethod"/>, <see cref="SymplecticMethod"/>) with <see cref="FixedSteps"/>.
    /// <see cref="Integrator{T}.Transpose"/> then takes the steps back algebraically, which costs the evaluations of the solve again.
    /// </summary>
    /// <remarks>
    /// Memory does not depend on the number of steps. The gradient is that of the whole recording but for round-off, which a reverse pass of a damped or chaotic solution
    /// magnifies:
    /// <see cref="ReversalDrift"/> tells. Events are not supported.
    /// </remarks>
    /// <value><see langword="false"/> by default.</value>
    public bool KeepsEndOnly { get; init; }

    internal void BeginReversal(OdeProblem<T> problem, Stepper<T> stepper, ReadOnlySpan<double> times, ReadOnlySpan<T> initial)
    {
        Problem = problem;
        Stepper = stepper;
        StateLength = stepper.StateLength;
        OutputCount = times.Length;
        IsComplete = false;
        ReversalDrift = double.NaN;
        Reserve(ref _reversalTimes, times.Length);
        times.CopyTo(_reversalTimes);
        var measure = StepperSnapshot<T>.Measure();
        stepper.Transfer(ref measure);
        if (_end.Length != measure.Length)
        {
            _end = new T[measure.Length];
        }

        if (_initial.Length != StateLength)
        {
            _initial = new T[StateLength];
        }

        initial[..StateLength].CopyTo(_initial);
    }

    /// <summary>Keeps the end of the solve.</summary>
    internal void EndReversal(Stepper<T> stepper, int steps)
    {
        var snapshot = StepperSnapshot<T>.Save(_end);
        stepper.Transfer(ref snapshot);
        StepCount = steps;
        IsComplete = true;
    }

    internal void RestoreEnd(Stepper<T> stepper)
    {
        var snapshot = StepperSnapshot<T>.Restore(_end);
        stepper.Transfer(ref snapshot);
    }

    internal void MeasureDrift(ReadOnlySpan<T> state)
    {
        double largest = double.Epsilon, difference = 0;
        for (int i = 0; i < StateLength; i++)
        {
            largest = Math.Max(largest, Math.Abs(double.CreateTruncating(_initial[i])));
            difference = Math.Max(difference, Math.Abs(double.CreateTruncating(state[i]) - double.CreateTruncating(_initial[i])));
        }

        ReversalDrift = difference / largest;
    }
}
