using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Dense output: <c>z(t) = z_n + Σ_(j ≥ 1) z_j (x^j − (−1)^j)</c>, x = (t − t_(n+1)) / h, with the scaled derivatives at the step's end. It passes through the state at the start exactly.</summary>
internal sealed unsafe partial class NordsieckStepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override int RecordedRows => 1 + _maxOrder;

    public override void Interpolate(double theta, double h, Span<T> destination)
    {
        T* end = Row(_end), change = Row(_change);
        State.CopyTo(destination);
        for (int j = 1; j <= _order; j++)
        {
            T weight = T.CreateTruncating(Weight(theta, j));
            T* row = end + (j * _stride);
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] += weight * (row[i] + (_correction[j] * change[i]));
            }
        }
    }

    public override void Record(SolveRecording<T> recording, double t, in StepPlan plan)
    {
        recording.AddStep(t, plan.End, plan.Size, _order, 1 + _order);
        int step = recording.StepCount - 1;
        State[..StateLength].CopyTo(recording.Row(step, 0));
        T* change = Row(_change);
        for (int j = 1; j <= _order; j++)
        {
            T* row = Row(_end) + (j * _stride);
            Span<T> destination = recording.Row(step, j);
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = row[i] + (_correction[j] * change[i]);
            }
        }
    }

    public override void InterpolateRecorded(SolveRecording<T> recording, int step, double theta, bool derivative, Span<T> destination)
    {
        int order = recording.Tag(step);
        double x = theta - 1, power = 1 / recording.StepSize(step);
        if (derivative)
        {
            destination.Clear();
        }
        else
        {
            recording.Row(step, 0).CopyTo(destination);
        }

        for (int j = 1; j <= order; j++)
        {
            T weight = T.CreateTruncating(derivative ? j * power : Weight(theta, j));
            power *= x;
            ReadOnlySpan<T> row = recording.Row(step, j);
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] += weight * row[i];
            }
        }
    }

    private static double Weight(double theta, int j)
    {
        double x = theta - 1, power = 1;
        for (int i = 0; i < j; i++)
        {
            power *= x;
        }

        return (j & 1) == 0 ? power - 1 : power + 1;
    }
}
