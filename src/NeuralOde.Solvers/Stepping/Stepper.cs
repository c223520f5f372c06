using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// One step of a method, apart from the loop that chooses the steps. Owns the workspace; nothing is allocated after the first solve.
/// </summary>
/// <remarks>
/// <see cref="Start"/>; then <see cref="Attempt"/> until a step is to be kept, <see cref="CombineQuadratures"/> where there are any,
/// <see cref="Record"/> where steps are recorded, <see cref="Accept"/>.
/// The derivative of the step, for gradients, is an object of its own: <see cref="CreateTranspose"/>.
/// </remarks>
internal abstract class Stepper<T>(int stateLength, int quadratureLength)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private SolveCounts _counts;

    public int StateLength { get; } = stateLength;

    /// <summary>Length of the state and the quadratures together.</summary>
    public int Length { get; } = checked(stateLength + quadratureLength);

    /// <summary>What the solve has cost so far: the stepper counts, the integrator clears.</summary>
    public ref SolveCounts Counts => ref _counts;

    /// <summary>Where a stepper of several methods changed in this solve.</summary>
    public virtual IReadOnlyList<MethodSwitch> Switches => [];

    protected OdeProblem<T> Problem { get; private set; } = null!;

    /// <summary>What errors are measured by, the iterations' of implicit methods too.</summary>
    protected ErrorMeasure Scale { get; private set; } = null!;

    /// <summary>Whether attempts estimate their error.</summary>
    protected bool NeedsError { get; private set; }

    /// <summary>Whether attempts must be ready for <see cref="Interpolate"/>, though they need no error estimate.</summary>
    protected bool NeedsInterpolation { get; private set; }

    /// <summary>Whether steps are stable however long they are, so that the guard at rest has nothing to bound. It may change from step to step.</summary>
    public bool IsStable { get; protected set; }

    /// <summary>Learns whether the last step, at rest, was as long as the guard allows.</summary>
    public virtual void OnRestLimit(bool isAtLimit)
    {
    }

    /// <summary>State and quadratures at the start of the next step.</summary>
    public abstract ReadOnlySpan<T> State { get; }

    /// <summary>The field's value at the current state: valid after <see cref="EvaluateDerivative"/>.</summary>
    public abstract ReadOnlySpan<T> Derivative { get; }

    /// <summary>Starts a solve, or goes on from another state after a jump.</summary>
    /// <param name="start">Problem, time, state, and what errors are measured by.</param>
    public virtual void Start(in StepperStart<T> start)
    {
        Problem = start.Problem;
        Scale = start.Scale;
        NeedsError = start.NeedsError;
        NeedsInterpolation = start.NeedsInterpolation;
    }

    /// <summary>Evaluates the problem's whole right-hand side somewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public virtual void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz)
    {
        _counts.Evaluations++;
        Problem.Field.Evaluate(t, z, dz);
    }

    /// <summary>Evaluates the field at the current state, unless its value is known.</summary>
    public abstract void EvaluateDerivative(double t);

    /// <summary>
    /// Forms the state at the end of a step, without keeping it; no field is evaluated beyond the end. Estimates the error where that was asked for
    /// at the start.
    /// </summary>
    public abstract StepAttempt Attempt(double t, in StepPlan plan);

    /// <summary>Scaled norm of how far the last attempt moves the state; infinite where the method does not care, because it is stable for any step.</summary>
    public virtual double Movement() => double.PositiveInfinity;

    /// <summary>Whether the last attempt leaves some component of the state where it is, within a hundredth of its tolerance.</summary>
    public virtual bool HasStillComponent() => false;

    /// <summary>
    /// Estimate (of implicit methods, a bound) of the largest magnitude of an eigenvalue of the field's Jacobian, from what the last attempt computed; not a number
    /// where it is not known.
    /// </summary>
    public virtual double SpectralRadius() => double.NaN;

    /// <summary>Forms the quadratures at the end of the last attempt.</summary>
    /// <returns>Whether they are finite.</returns>
    public abstract bool CombineQuadratures(double h);

    /// <summary>Where the last attempt first met a value that is not finite.</summary>
    /// <returns>Component, or −1 where all values are finite.</returns>
    public abstract int FindNotFinite(double t, in StepPlan plan, out double time);

    /// <summary>Tries a step again to learn which component its error comes from; the stepper then needs a new start.</summary>
    /// <param name="t">Start of the step: where the stepper is.</param>
    /// <param name="plan">The step.</param>
    /// <param name="share">The component's share of the sum of the squares of all errors, each in units of its tolerance.</param>
    /// <returns>The component; −1 where it is not known.</returns>
    public virtual int FindWorst(double t, in StepPlan plan, out double share)
    {
        Scale.KeepsErrors = true;
        bool isComplete = Attempt(t, plan).IsComplete;
        int worst = Scale.Worst(out share);
        Scale.KeepsErrors = false;
        share = isComplete ? share : double.NaN;
        return isComplete ? worst : -1;
    }

    /// <summary>Dense output within the last attempt, quadratures included.</summary>
    public abstract void Interpolate(double theta, double h, Span<T> destination);

    /// <summary>Makes the end of the last attempt the start of the next.</summary>
    public abstract void Accept(double t, in StepPlan plan);

    /// <summary>Rows of a usual step's block in a recording; some steps may have other numbers.</summary>
    public abstract int RecordedRows { get; }

    /// <summary>Whether dense output of a recorded step reads the derivative at its end from the block that follows.</summary>
    public virtual bool ReadsNextDerivative => false;

    /// <summary>Writes the last attempt into a recording: one block, whose row 0 is the state at its start. The rest, and the tag, are this stepper's own business.</summary>
    public abstract void Record(SolveRecording<T> recording, double t, in StepPlan plan);

    /// <summary>Dense output of a recorded step, or its derivative. Reads the recording only, so any number of threads may call it.</summary>
    public abstract void InterpolateRecorded(SolveRecording<T> recording, int step, double theta, bool derivative, Span<T> destination);

    /// <summary>
    /// Carries what is remembered between two steps into a snapshot or back, so that the same attempts give the same bits again. Restored after a <see cref="Start"/> with
    /// the same problem; derivatives at the state may be left out where evaluating them again gives the same bits.
    /// </summary>
    /// <returns>Whether the method can do so; otherwise its solves cannot be recorded within a budget.</returns>
    public virtual bool Transfer(ref StepperSnapshot<T> snapshot) => false;

    /// <summary>Which part of a composite method is at work, as a recording keeps it.</summary>
    public virtual int Maker => 0;

    /// <summary>Whether recorded attempts are made again, so that nothing is decided anew.</summary>
    public bool IsReplaying { get; set; }

    /// <summary>Before a recorded step is made again: lets the part of a composite method that made it go on from the present state.</summary>
    public virtual void Follow(double t, int maker)
    {
    }

    /// <summary>Whether an attempt that is rejected changes what later attempts do: by a Jacobian that it leaves, for example.</summary>
    public virtual bool RemembersRejections => true;

    /// <summary>Largest number of rows that a step records.</summary>
    public virtual int MaxRecordedRows => RecordedRows;

    /// <summary>Number of blocks before a step that its transpose reads.</summary>
    public virtual int HistoryBlocks => 0;

    /// <summary>Writes what the transpose of the step about to be recorded reads of the blocks before it (<see cref="SolveRecording{T}.AddHistory"/>).</summary>
    public virtual void RecordHistory(SolveRecording<T> recording, int step)
    {
    }

    /// <summary>Whether a step can be taken back from its end, algebraically.</summary>
    public virtual bool IsReversible => false;

    /// <summary>
    /// Takes a step back: from the state at its end, and what is carried there, to that at its start. Afterward <see cref="Record"/> writes the step, as after an attempt.
    /// </summary>
    /// <param name="t">Start of the step.</param>
    /// <param name="plan">The step.</param>
    /// <param name="previousSize">Length of the step before it; 0 for the first.</param>
    public virtual void Reverse(double t, in StepPlan plan, double previousSize) => throw new NotSupportedException("The method is not reversible.");

    /// <summary>State at the start of the step before the one that was taken back, where the transpose reads it.</summary>
    public virtual ReadOnlySpan<T> StateBefore => State;

    /// <summary>The derivative that belongs to the end of the step that was taken back, where the transpose reads it.</summary>
    public virtual ReadOnlySpan<T> EndDerivative => State;

    /// <summary>Makes what differentiates recorded steps backward; not called where <see cref="OdeSolver.HasTranspose"/> is off.</summary>
    public virtual StepTranspose<T> CreateTranspose() => throw new NotSupportedException("The method has no transpose.");
}
