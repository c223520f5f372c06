using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>The transpose of a method's step: reverse mode over a recording, from its last step to its first.</summary>
/// <remarks>
/// <see cref="Begin"/>; for each step from the last, <see cref="AddEndCotangent"/> and <see cref="AddDenseCotangent"/> what outputs at its end and
/// within it contribute, then <see cref="TransposeStep"/>; at last <see cref="End"/>.
/// Nothing is allocated after the first transpose of the longest recording.
/// </remarks>
internal abstract class StepTranspose<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private double[] _timeCotangents = [];
    private int _timeCount;

    public long VectorJacobianProducts { get; protected set; }

    /// <summary>Cotangent of the state at the start of the step transposed last.</summary>
    public abstract ReadOnlySpan<T> StateCotangent { get; }

    /// <summary>Cotangents of the times of the steps' starts and of the last end, where asked for.</summary>
    public ReadOnlySpan<double> TimeCotangents => _timeCotangents.AsSpan(0, _timeCount);

    protected bool DifferentiatesTimes => _timeCount > 0;

    /// <summary>Moves the cotangents of times on by one step, where a recording of three nodes moves along the solve: the first becomes the second, the last is dropped.</summary>
    public virtual void ShiftTimeCotangents() => throw new NotSupportedException("The method is not reversible.");

    public abstract void Begin(SolveRecording<T> recording, bool differentiateTimes);

    /// <summary>Adds the cotangent of the state at the end of the step to be transposed next.</summary>
    public abstract void AddEndCotangent(ReadOnlySpan<T> cotangent);

    /// <summary>Adds the cotangent of a dense output within the step to be transposed next.</summary>
    public abstract void AddDenseCotangent(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent);

    public abstract void TransposeStep(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field);

    /// <summary>Finishes after the first step, of the solve or behind a jump: the cotangent of the state at its start is then complete.</summary>
    public abstract void End(SolveRecording<T> recording, int first, IVectorJacobianProduct<T> field);

    /// <summary><c>cotangent · dz/dt</c> at the start of a step, or at the end of the last one.</summary>
    public abstract double NodeSlope(SolveRecording<T> recording, int node, ReadOnlySpan<T> cotangent);

    /// <summary><c>cotangent · dz/dt</c> of the dense output within a step.</summary>
    public abstract double DenseSlope(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent);

    protected static void RefuseMassMatrix(SolveRecording<T> recording)
    {
        if (recording.Problem is { MassMatrix: not null })
        {
            throw new NotSupportedException(
                "The gradient of a problem with a mass matrix is not supported: solve for the derivatives, or take a gradient that integrates backward.");
        }
    }

    /// <summary>Starts the cotangents of times at 0, where they are asked for.</summary>
    protected void BeginTimes(SolveRecording<T> recording, bool differentiateTimes)
    {
        _timeCount = differentiateTimes ? recording.StepCount + 1 : 0;
        if (_timeCotangents.Length < _timeCount)
        {
            _timeCotangents = new double[Math.Max(_timeCount, 2 * _timeCotangents.Length)];
        }

        Array.Clear(_timeCotangents, 0, _timeCount);
    }

    /// <summary>Adds to the cotangent of the time at the start of a step, or at the end of the last one.</summary>
    protected void AddTimeCotangent(int node, double value) => _timeCotangents[node] += value;

    /// <summary>What <see cref="ShiftTimeCotangents"/> does for a method that is reversible.</summary>
    protected void ShiftTimes()
    {
        if (DifferentiatesTimes)
        {
            Array.Copy(_timeCotangents, 0, _timeCotangents, 1, _timeCount - 1);
            _timeCotangents[0] = 0;
        }
    }
}
