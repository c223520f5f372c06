using System.Globalization;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>How a solve ended, where, and what it cost.</summary>
public readonly struct SolveResult
{
    internal SolveResult(SolveStatus status, double time, double step, int component, SolveStatistics statistics)
    {
        Status = status;
        Time = time;
        Step = step;
        Component = component;
        Statistics = statistics;
    }

    /// <summary>How the solve ended.</summary>
    public SolveStatus Status { get; }

    /// <summary>Whether the solve ended as asked: at the last output time, or by a terminal event.</summary>
    public bool IsSuccess => Status is SolveStatus.Success or SolveStatus.Terminated;

    /// <summary>Time that the solve reached; for <see cref="SolveStatus.NotFinite"/> the time of the value that is not finite.</summary>
    public double Time { get; }

    /// <summary>Last step that was tried, signed; 0 before the first.</summary>
    public double Step { get; }

    /// <summary>
    /// Index of the component that the failure is about, or −1: the first that is not finite (quadratures follow the state); for <see cref="SolveStatus.StepTooSmall"/> the one
    /// whose error is the largest in units of its tolerance; for <see cref="SolveStatus.ParameterNaN"/> the parameter.
    /// </summary>
    public int Component { get; }

    /// <summary>
    /// For <see cref="SolveStatus.StepTooSmall"/> the share that <see cref="Component"/> has of the error of the last step: of the sum of the squares of all components'
    /// errors, each in units of its tolerance. Otherwise, or where it is not known, not a number.
    /// </summary>
    public double ErrorShare { get; internal init; } = double.NaN;

    /// <summary>Index of the event that ended the solve, because it is terminal or gave something that is not a number, or −1.</summary>
    public int Event { get; internal init; } = -1;

    /// <summary>What the solve cost.</summary>
    public SolveStatistics Statistics { get; }

    /// <summary>Throws unless the solve succeeded.</summary>
    /// <exception cref="OdeSolveException">The solve failed; the message says where, why and what to try.</exception>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ThrowIfFailed()
    {
        switch (Status)
        {
            case SolveStatus.Success or SolveStatus.Terminated:
                return;
            case SolveStatus.Canceled:
                throw new OperationCanceledException(ToString());
            default:
                throw new OdeSolveException(this);
        }
    }

    /// <summary>What went wrong, or how the solve ended.</summary>
    internal string Problem => Status switch
    {
        SolveStatus.Success => Invariant(
            $"The solve reached t = {Time:R} in {Statistics.AcceptedSteps} steps ({Statistics.RejectedSteps} rejected, {Statistics.Evaluations} evaluations)."),
        SolveStatus.StepTooSmall => Invariant($"The step became too small at t = {Time:R} (h = {Step:R}): the tolerance cannot be met there.")
            + (double.IsNaN(ErrorShare) ? "" : Invariant($" Component {Component} makes {ErrorShare:0%} of the error."))
            + " The problem may be stiff, discontinuous or singular near that time.",
        SolveStatus.Terminated => Invariant($"Event {Event} ended the solve at t = {Time:R}."),
        SolveStatus.EventsAccumulate => Invariant($"Event {Event} happens again and again at t = {Time:R}: double precision does not tell the times apart."),
        SolveStatus.NotFinite when Event >= 0 && Component >= 0 => Invariant($"Event {Event} made component {Component} not finite at t = {Time:R}."),
        SolveStatus.NotFinite when Event >= 0 => Invariant($"The function of event {Event} is not a number at t = {Time:R}."),
        SolveStatus.NotFinite => Invariant(
            $"Component {Component} is not finite at t = {Time:R} (h = {Step:R}).")
            + " The solution may grow without bound, or the vector field may be undefined there (a logarithm or a root of a negative number, a division by zero).",
        SolveStatus.InitialStateNotFinite => Invariant($"Component {Component} of the initial state is not finite, so the solve did not start."),
        SolveStatus.ParameterNaN => Invariant($"Parameter {Component} is NaN, so the solve did not start."),
        SolveStatus.NewtonFailed => Invariant(
            $"The nonlinear equations of a step could not be solved at t = {Time:R} (h = {Step:R})."),
        SolveStatus.StepLimit => Invariant(
            $"The limit of {Statistics.AcceptedSteps + Statistics.RejectedSteps} steps was used up at t = {Time:R} (h = {Step:R});")
            + " a stiff problem needs many steps of an explicit method.",
        _ => Invariant($"The solve was canceled at t = {Time:R}."),
    };

    /// <summary>What to try; null where the solve did not fail.</summary>
    internal string? Advice => Status switch
    {
        SolveStatus.StepTooSmall when Component >= 0 => Invariant(
            $"Look at the derivative of component {Component} there. If it jumps, give the time to AdaptiveSteps.Discontinuities; if the component is near 0, raise its tolerance")
            + " (AdaptiveSteps.AbsoluteTolerances); if it is stiff, take new Auto(); otherwise try a looser tolerance, or double instead of float.",
        SolveStatus.StepTooSmall => "Try a looser tolerance, double instead of float, new Auto() if the problem may be stiff, or a smoother vector field.",
        SolveStatus.EventsAccumulate => "Add a terminal event that ends the solve before, as for a ball that comes to rest, or check that the jump leads away from the event.",
        SolveStatus.NotFinite when Event >= 0 && Component >= 0 => "Check the event's jump.",
        SolveStatus.NotFinite when Event >= 0 => "Check where it is defined.",
        SolveStatus.NotFinite => "Check the vector field at that time, or try smaller steps or a tighter tolerance.",
        SolveStatus.InitialStateNotFinite or SolveStatus.ParameterNaN => "Check what it was computed from.",
        SolveStatus.NewtonFailed => "Check the Jacobian if you gave one, try smaller steps, a tighter tolerance, or double instead of float.",
        SolveStatus.StepLimit => "If the problem may be stiff, take new Auto(); otherwise raise AdaptiveSteps.MaxSteps, loosen the tolerance, or shorten the interval.",
        _ => null,
    };

    /// <summary>How the solve ended and, where it failed, what to try.</summary>
    /// <returns>One to three sentences.</returns>
    public override string ToString() => Advice is { } advice ? $"{Problem} {advice}" : Problem;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
