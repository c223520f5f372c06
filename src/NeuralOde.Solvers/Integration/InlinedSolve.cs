using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>What the loop of an <see cref="IInlinedField{T}"/> works with, and where it got to.</summary>
internal ref struct InlinedSolve<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public required InlinedTableau Tableau;
    public required RungeKuttaStepper<T> Stepper;
    public required PidController Controller;
    public required RestGuard<T>? Guard;
    public required ErrorMeasure Scale;
    public required CancellationToken CancellationToken;

    /// <summary>Initial time of the solve, for the guard.</summary>
    public required double Start;

    /// <summary>Time that was reached.</summary>
    public double Time;

    /// <summary>The last attempt.</summary>
    public StepPlan Plan;

    public long Accepted;
    public long Rejected;
}
