using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>What a stepper starts from.</summary>
/// <param name="problem">What is solved.</param>
/// <param name="scale">What errors are measured by.</param>
/// <param name="needsError">Whether attempts estimate their error.</param>
/// <param name="t">Initial time.</param>
/// <param name="z">Initial state and quadratures.</param>
/// <param name="needsInterpolation">Whether <see cref="Stepper{T}.Interpolate"/> is called within accepted attempts though no error estimates are wanted.</param>
/// <param name="isRestart">Whether the solve goes on after a jump.</param>
internal readonly ref struct StepperStart<T>(
    OdeProblem<T> problem, ErrorMeasure scale, bool needsError, double t, ReadOnlySpan<T> z, bool needsInterpolation = false, bool isRestart = false)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public readonly OdeProblem<T> Problem = problem;
    public readonly ErrorMeasure Scale = scale;
    public readonly bool NeedsError = needsError;
    public readonly bool NeedsInterpolation = needsInterpolation;
    public readonly bool IsRestart = isRestart;
    public readonly double Time = t;
    public readonly ReadOnlySpan<T> State = z;
}
