namespace NeuralOde.Solvers;

/// <summary>
/// Chooses the steps of a solve: the first one, whether an attempt is kept, the length and the order of the next. A <see cref="StepSizeControl"/> makes one for each integrator.
/// </summary>
/// <remarks>
/// For every solve: <see cref="Start"/>; then <see cref="Plan"/> before each attempt, <see cref="Accepts"/> after it, and one of
/// <see cref="OnAccepted"/> and <see cref="OnRejected"/>.
/// It holds the state of a solve, so it is not thread-safe.
/// </remarks>
public abstract class StepController
{
    /// <summary>Whether the methods' error estimates are wanted. Without them attempts are cheaper, and every method can be used.</summary>
    /// <value><see langword="true"/> by default.</value>
    public virtual bool NeedsError => true;

    /// <summary>Whether steps end on every output time. Otherwise they end on the last one, and dense output gives the states at the others.</summary>
    /// <value><see langword="false"/> by default.</value>
    public virtual bool LandsOnOutputs => false;

    /// <summary>Largest number of attempts in one solve.</summary>
    /// <value>No limit by default.</value>
    public virtual long MaxAttempts => long.MaxValue;

    /// <summary>Whether <see cref="Start"/> wants a first length that is chosen by the scale of the problem, which costs an evaluation of the field.</summary>
    /// <value><see langword="false"/> by default.</value>
    public virtual bool NeedsInitialStep => false;

    /// <summary>Largest length of a step, in units of time.</summary>
    /// <value>Infinite by default.</value>
    public virtual double MaxStep => double.PositiveInfinity;

    /// <summary>Starts a solve.</summary>
    /// <param name="t">Initial time.</param>
    /// <param name="end">Final time.</param>
    /// <param name="initialStep">A length chosen by the scale of the problem, positive, where <see cref="NeedsInitialStep"/>; otherwise not a number.</param>
    public abstract void Start(double t, double end, double initialStep);

    /// <summary>Plans the next attempt.</summary>
    /// <param name="t">Start of the step.</param>
    /// <param name="stop">Time that must be landed on; the step does not go beyond it.</param>
    /// <returns>The plan.</returns>
    public abstract StepPlan Plan(double t, double stop);

    /// <summary>Whether an attempt is good enough to be kept. Changes nothing. Not called without <see cref="NeedsError"/>: then every complete attempt is kept.</summary>
    /// <param name="attempt">What came of it.</param>
    /// <returns>Whether it is; by default, whether the attempt is complete.</returns>
    public virtual bool Accepts(in StepAttempt attempt) => attempt.IsComplete;

    /// <summary>Learns from an attempt that was kept.</summary>
    /// <param name="plan">What was planned.</param>
    /// <param name="attempt">What came of it.</param>
    public abstract void OnAccepted(in StepPlan plan, in StepAttempt attempt);

    /// <summary>Learns from an attempt that was discarded.</summary>
    /// <param name="plan">What was planned.</param>
    /// <param name="attempt">What came of it.</param>
    /// <returns>Whether to try again; otherwise the solve ends.</returns>
    public abstract bool OnRejected(in StepPlan plan, in StepAttempt attempt);
}
