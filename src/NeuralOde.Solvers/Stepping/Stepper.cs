using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>
/// One step of a method and its transpose, apart from the loop that chooses the steps. Owns the workspace; nothing is allocated after construction and the first transpose.
/// </summary>
/// <remarks>
/// Forward: <see cref="Start"/>, then <see cref="Attempt"/> until a step is to be kept, <see cref="CombineQuadrature"/>, <see cref="Record"/>, <see cref="Accept"/>.
/// Backward over a recording: <see cref="BeginTranspose"/>; for each step from the last, add what outputs at its end and within it contribute, then <see cref="TransposeStep"/>; <see cref="EndTranspose"/>.
/// </remarks>
internal abstract class Stepper<T>(int stateLength, int quadratureLength)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public int StateLength { get; } = stateLength;

    /// <summary>Length of the state and the quadratures together.</summary>
    public int Length { get; } = checked(stateLength + quadratureLength);

    public long Evaluations { get; protected set; }

    public long VectorJacobianProducts { get; protected set; }

    /// <summary>State and quadratures at the start of the next step.</summary>
    public abstract ReadOnlySpan<T> State { get; }

    /// <summary>Whether dense output within a step, or its derivative at the end, needs the field's value at the end state, which the next step shares.</summary>
    public abstract bool SharesLastStage { get; }

    public abstract void Start(ReadOnlySpan<T> z0);

    /// <summary>Evaluates the field at the current state, unless its value is known.</summary>
    public abstract void EvaluateFirst(IVectorField<T> field, double t);

    /// <summary>The field's value at the current state: valid after <see cref="EvaluateFirst"/>.</summary>
    public abstract ReadOnlySpan<T> First { get; }

    /// <summary>A first step by Hairer, Nørsett, Wanner I, II.4; positive.</summary>
    public abstract double InitialStep(IVectorField<T> field, double t, double end, AdaptiveSteps control, ErrorNorm norm, int order);

    /// <summary>Forms the state at the end of a step, without keeping it.</summary>
    /// <param name="field">Vector field.</param>
    /// <param name="t">Start of the step.</param>
    /// <param name="next">End of the step; no stage is evaluated beyond it.</param>
    /// <param name="h">Length of the step, signed.</param>
    /// <param name="evaluateLast">Whether a last stage that is shared with the next step is evaluated now (for the error estimate and dense output) or left to the next step.</param>
    /// <returns>Whether the state at the end is finite.</returns>
    public abstract bool Attempt(IVectorField<T> field, double t, double next, double h, bool evaluateLast);

    /// <summary>Scaled norm of the error estimate of the last attempt.</summary>
    public abstract double ErrorNorm(double h, AdaptiveSteps control, ErrorNorm norm);

    /// <summary>Where the last attempt first met a value that is not finite.</summary>
    /// <returns>Component, or −1 where all values are finite.</returns>
    public abstract int FindNotFinite(double t, double next, double h, out double time);

    /// <summary>Forms the quadratures at the end of the last attempt.</summary>
    /// <returns>Whether they are finite.</returns>
    public abstract bool CombineQuadrature(double h);

    /// <summary>Dense output within the last attempt, quadratures included.</summary>
    public abstract void Interpolate(double theta, double h, Span<T> destination);

    /// <summary>Copies the last attempt into a recording.</summary>
    public abstract void Record(SolveRecording<T> recording, double t, double h);

    /// <summary>Makes the end of the last attempt the start of the next.</summary>
    public abstract void Accept(double t, double next);

    /// <summary>The recorded rows and weights of dense output: <c>z_n + h Σ weights_i row_i</c>, or of its derivative <c>Σ weights_i row_i</c>. Reads the recording only, so any number of threads may call it.</summary>
    /// <returns>Number of terms.</returns>
    public abstract int DenseTerms(SolveRecording<T> recording, int step, double theta, bool derivative, Span<nint> rows, Span<double> weights);

    /// <summary>Largest number of terms of <see cref="DenseTerms"/>.</summary>
    public abstract int DenseTermCount { get; }

    public abstract void BeginTranspose(SolveRecording<T> recording, bool differentiateTimes);

    /// <summary>Adds the cotangent of the state at the end of the step to be transposed next.</summary>
    public abstract void AddEndCotangent(ReadOnlySpan<T> cotangent);

    /// <summary>Adds the cotangent of a dense output within the step to be transposed next.</summary>
    public abstract void AddDenseCotangent(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent);

    public abstract void TransposeStep(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field);

    /// <summary>Finishes after the first step: the cotangent of the initial state is then complete.</summary>
    public abstract void EndTranspose(SolveRecording<T> recording, IVectorJacobianProduct<T> field);

    /// <summary>Cotangent of the state at the start of the step transposed last.</summary>
    public abstract ReadOnlySpan<T> StateCotangent { get; }

    /// <summary>Cotangents of the times of the steps' starts and of the last end, where asked for.</summary>
    public abstract ReadOnlySpan<double> TimeCotangents { get; }
}
