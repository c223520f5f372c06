using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>The step of the asynchronous leapfrog method. Carries the velocity.</summary>
internal sealed class AsynchronousLeapfrogStepper<T>(int stateLength, int quadratureLength) : ReversibleStepper<T>(stateLength, quadratureLength)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The velocity, which is the field's value at the start, and later follows it.</summary>
    public override ReadOnlySpan<T> Derivative => Rows.Row(CarriedRow, Length);

    public override int RecordedRows => 3;

    public override bool ReadsNextDerivative => false;

    public override void EvaluateDerivative(double t)
    {
        if (!SlopeIsKnown)
        {
            EvaluateAt(t, StateRow, CarriedRow);
            SlopeIsKnown = true;
        }
    }

    public override StepAttempt Attempt(double t, in StepPlan plan)
    {
        EvaluateDerivative(t);
        double h = plan.Size;
        Combine(StateRow, [CarriedRow], [h / 2], InputRow);
        EvaluateAt(t + (h / 2), InputRow, NewSlopeRow);
        Combine(NewSlopeRow, [NewSlopeRow, CarriedRow], [1, -1], NewCarriedRow);
        return Outcome(Combine(StateRow, [NewSlopeRow], [h], NewStateRow));
    }

    public override void Record(SolveRecording<T> recording, double t, in StepPlan plan) => Record(recording, t, plan, 0, [StateRow, CarriedRow, NewSlopeRow]);

    public override void Accept(double t, in StepPlan plan)
    {
        Rows.Swap(StateRow, NewStateRow);
        Rows.Swap(CarriedRow, NewCarriedRow);
    }

    public override bool Transfer(ref StepperSnapshot<T> snapshot)
    {
        // The velocity is carried, but for the first one, which is the field's value.
        bool isKnown = SlopeIsKnown;
        snapshot.Value(ref isKnown);
        SlopeIsKnown = isKnown;
        return base.Transfer(ref snapshot);
    }

    /// <summary><c>u = f(t + h/2, z⁺ − h/2 v⁺)</c>, <c>v = 2u − v⁺</c>, <c>z = z⁺ − h u</c>.</summary>
    public override void Reverse(double t, in StepPlan plan, double previousSize)
    {
        double h = plan.Size;
        Rows.Swap(StateRow, NewStateRow);
        Rows.Swap(CarriedRow, NewCarriedRow);
        Combine(NewStateRow, [NewCarriedRow], [-h / 2], InputRow);
        EvaluateAt(t + (h / 2), InputRow, NewSlopeRow);
        Combine(NewSlopeRow, [NewSlopeRow, NewCarriedRow], [1, -1], CarriedRow);
        Combine(NewStateRow, [NewSlopeRow], [-h], StateRow);
    }

    public override StepTranspose<T> CreateTranspose() => new AsynchronousLeapfrogTranspose<T>(this);

    internal override void DenseTerms(double theta, double h, bool derivative, Span<(int Node, int Row, double Weight)> terms)
    {
        terms[0] = (0, 1, derivative ? 1 - (2 * theta) : h * theta * (1 - theta));
        terms[1] = (0, 2, derivative ? 2 * theta : h * theta * theta);
        terms[2] = (0, 0, 0);
    }

    protected override int WorkspaceRow(int node, int row) => row switch { 0 => StateRow, 1 => CarriedRow, _ => NewSlopeRow };
}
