using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>Solves whose field brings a loop of its own.</summary>
public sealed partial class Integrator<T>
{
    private InlinedTableau? _inlinedTableau;
    private PidController? _inlinedController;

    /// <summary>Finds out whether method and controller are such that an <see cref="IInlinedField{T}"/> takes the steps.</summary>
    private void PrepareInlined()
    {
        if (_controller is PidController controller
            && _stepper.GetType() == typeof(RungeKuttaStepper<T>)
            && Solver is ExplicitRungeKutta method
            && InlinedTableau.Of(method.Tableau) is { } tableau)
        {
            bool isPlain = StateLength <= FewComponents.Most && QuadratureLength == 0 && _stops is null && !_scale.KeepsErrors && _scale.CountsFirst<T>(StateLength);
            _inlinedController = controller;
            _inlinedTableau = isPlain ? tableau : null;
        }
    }

    /// <summary>Takes the steps of a field with a loop of its own, as far as that goes; the loop for all goes on from there.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RunInlined(IInlinedField<T> field, ref double t, ref StepPlan plan, ref OutputPlan<T> outputs, CancellationToken cancellationToken)
    {
        var solve = new InlinedSolve<T>
        {
            Tableau = _inlinedTableau!,
            Stepper = (RungeKuttaStepper<T>)_stepper,
            Controller = _inlinedController!,
            Guard = _restGuard,
            Scale = _scale,
            CancellationToken = cancellationToken,
            Start = t,
            Time = t,
            Plan = plan,
        };
        field.Advance(ref solve, ref outputs);
        t = solve.Time;
        plan = solve.Plan;
        _accepted = solve.Accepted;
        _rejected = solve.Rejected;
    }
}
