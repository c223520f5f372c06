using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>The step of reversible Heun. Carries ŷ, at which the field is evaluated.</summary>
internal sealed class ReversibleHeunStepper<T>(int stateLength, int quadratureLength) : ReversibleStepper<T>(stateLength, quadratureLength)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The field at ŷ, which the method takes for the state's derivative.</summary>
    public override ReadOnlySpan<T> Derivative => Rows.Row(SlopeRow, Length);

    public override int RecordedRows => 3;

    public override ReadOnlySpan<T> EndDerivative => Rows.Row(NewSlopeRow, StateLength);

    public override void Start(in StepperStart<T> start)
    {
        base.Start(start);
        start.State.CopyTo(Rows.Row(CarriedRow, Length));
    }

    public override void EvaluateDerivative(double t)
    {
        if (!SlopeIsKnown)
        {
            EvaluateAt(t, CarriedRow, SlopeRow);
            SlopeIsKnown = true;
        }
    }

    public override StepAttempt Attempt(double t, in StepPlan plan)
    {
        EvaluateDerivative(t);
        double h = plan.Size;
        Combine(CarriedRow, [StateRow, CarriedRow, SlopeRow], [2, -2, h], NewCarriedRow);
        EvaluateAt(plan.End, NewCarriedRow, NewSlopeRow);
        return Outcome(Combine(StateRow, [SlopeRow, NewSlopeRow], [h / 2, h / 2], NewStateRow));
    }

    public override void Record(SolveRecording<T> recording, double t, in StepPlan plan) => Record(recording, t, plan, 0, [StateRow, SlopeRow, CarriedRow]);

    public override void Accept(double t, in StepPlan plan)
    {
        Rows.Swap(StateRow, NewStateRow);
        Rows.Swap(CarriedRow, NewCarriedRow);
        Rows.Swap(SlopeRow, NewSlopeRow);
        SlopeIsKnown = true;
    }

    /// <summary><c>ŷ = 2 z⁺ − ŷ⁺ − h f̂⁺</c>, <c>z = z⁺ − h/2 (f̂ + f̂⁺)</c>.</summary>
    public override void Reverse(double t, in StepPlan plan, double previousSize)
    {
        double h = plan.Size;
        EvaluateDerivative(plan.End);
        Rows.Swap(StateRow, NewStateRow);
        Rows.Swap(CarriedRow, NewCarriedRow);
        Rows.Swap(SlopeRow, NewSlopeRow);
        Combine(NewCarriedRow, [NewStateRow, NewCarriedRow, NewSlopeRow], [2, -2, -h], CarriedRow);
        EvaluateAt(t, CarriedRow, SlopeRow);
        Combine(NewStateRow, [SlopeRow, NewSlopeRow], [-h / 2, -h / 2], StateRow);
        SlopeIsKnown = true;
    }

    public override StepTranspose<T> CreateTranspose() => new ReversibleHeunTranspose<T>(this);

    internal override void DenseTerms(double theta, double h, bool derivative, Span<(int Node, int Row, double Weight)> terms)
    {
        terms[0] = (0, 1, derivative ? 1 - theta : h * theta * (1 - (theta / 2)));
        terms[1] = (1, 1, derivative ? theta : h * theta * theta / 2);
        terms[2] = (0, 0, 0);
    }

    protected override int WorkspaceRow(int node, int row) => row == 0 ? StateRow : node == 0 ? SlopeRow : NewSlopeRow;
}
