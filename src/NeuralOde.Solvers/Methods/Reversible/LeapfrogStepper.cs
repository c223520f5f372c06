using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>The step of the leapfrog method. Carries the state before.</summary>
internal sealed class LeapfrogStepper<T>(int stateLength, int quadratureLength) : ReversibleStepper<T>(stateLength, quadratureLength)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Tag of a recorded first step, by the midpoint method: its middle's derivative is row 2.</summary>
    internal const int FirstTag = 1;

    private double _previousSize;

    public override ReadOnlySpan<T> Derivative => Rows.Row(SlopeRow, Length);

    public override int RecordedRows => 2;

    public override void Start(in StepperStart<T> start)
    {
        base.Start(start);
        _previousSize = 0;
    }

    public override void EvaluateDerivative(double t)
    {
        if (!SlopeIsKnown)
        {
            EvaluateAt(t, StateRow, SlopeRow);
            SlopeIsKnown = true;
        }
    }

    public override StepAttempt Attempt(double t, in StepPlan plan)
    {
        EvaluateDerivative(t);
        double h = plan.Size;
        if (_previousSize == 0)
        {
            Combine(StateRow, [SlopeRow], [h / 2], InputRow);
            EvaluateAt(t + (h / 2), InputRow, NewSlopeRow);
            return Outcome(Combine(StateRow, [NewSlopeRow], [h], NewStateRow));
        }

        double r = h / _previousSize;
        return Outcome(Combine(StateRow, [CarriedRow, StateRow, SlopeRow], [r * r, -r * r, h * (1 + r)], NewStateRow));
    }

    public override void Record(SolveRecording<T> recording, double t, in StepPlan plan)
        => Record(recording, t, plan, _previousSize == 0 ? FirstTag : 0, _previousSize == 0 ? [StateRow, SlopeRow, NewSlopeRow] : [StateRow, SlopeRow]);

    public override void Accept(double t, in StepPlan plan)
    {
        // The state becomes the one before, and the new one the state.
        Rows.Swap(CarriedRow, StateRow);
        Rows.Swap(StateRow, NewStateRow);
        _previousSize = plan.Size;
        SlopeIsKnown = false;
    }

    public override int MaxRecordedRows => 3;

    public override ReadOnlySpan<T> StateBefore => Rows.Row(CarriedRow, StateLength);

    public override int HistoryBlocks => 1;

    public override bool Transfer(ref StepperSnapshot<T> snapshot)
    {
        snapshot.Value(ref _previousSize);
        return base.Transfer(ref snapshot);
    }

    public override void RecordHistory(SolveRecording<T> recording, int step)
    {
        if (_previousSize != 0)
        {
            Rows.Row(CarriedRow, StateLength).CopyTo(recording.AddHistory(step - 1, 0));
        }
    }

    /// <summary>The state before is carried; the one before that is <c>(z_(n+1) − (1 − r²) z_n − h (1 + r) f(t_n, z_n)) / r²</c>.</summary>
    public override void Reverse(double t, in StepPlan plan, double previousSize)
    {
        double h = plan.Size;
        Rows.Swap(NewStateRow, StateRow);
        Rows.Swap(StateRow, CarriedRow);
        EvaluateAt(t, StateRow, SlopeRow);
        SlopeIsKnown = true;
        _previousSize = previousSize;
        if (previousSize == 0)
        {
            Combine(StateRow, [SlopeRow], [h / 2], InputRow);
            EvaluateAt(t + (h / 2), InputRow, NewSlopeRow);
            return;
        }

        double r = h / previousSize, inverse = 1 / (r * r);
        Combine(StateRow, [NewStateRow, StateRow, SlopeRow], [inverse, -inverse, -h * (1 + r) * inverse], CarriedRow);
    }

    public override StepTranspose<T> CreateTranspose() => new LeapfrogTranspose<T>(this);

    internal override void DenseTerms(double theta, double h, bool derivative, Span<(int Node, int Row, double Weight)> terms)
    {
        terms[0] = (0, 0, derivative ? -2 * theta / h : -theta * theta);
        terms[1] = (1, 0, derivative ? 2 * theta / h : theta * theta);
        terms[2] = (0, 1, derivative ? 1 - (2 * theta) : h * theta * (1 - theta));
    }

    protected override int WorkspaceRow(int node, int row) => (node, row) switch { (0, 0) => StateRow, (1, 0) => NewStateRow, _ => SlopeRow };
}
