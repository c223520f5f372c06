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
    public long VectorJacobianProducts { get; protected set; }

    /// <summary>Cotangent of the state at the start of the step transposed last.</summary>
    public abstract ReadOnlySpan<T> StateCotangent { get; }

    /// <summary>Cotangents of the times of the steps' starts and of the last end, where asked for.</summary>
    public abstract ReadOnlySpan<double> TimeCotangents { get; }

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
}
