using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>
/// Dense output: <c>z(t) = z_n + Σ_(j ≥ 1) z_j (x^j − (−1)^j)</c>, x = (t − t_(n+1)) / h, with the scaled derivatives at the step's end, those of a method with local
/// extrapolation one degree higher than the polynomial that is kept. It passes through the state at the start exactly.
/// </summary>
internal sealed unsafe partial class NordsieckStepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override int RecordedRows => 1 + _maxOrder + _formula.DenseDegrees;

    internal ErrorMeasure ErrorMeasure => Scale;

    internal int DenseDegrees => _formula.DenseDegrees;

    private int DenseDegree => _order + _formula.DenseDegrees;

    public override void Interpolate(double theta, double h, Span<T> destination)
    {
        T* end = Row(_end), change = Row(_change);
        State.CopyTo(destination);
        for (int j = 1; j <= DenseDegree; j++)
        {
            T weight = T.CreateTruncating(Weight(theta, j)), correction = T.CreateTruncating(_formula.DenseCorrection[j]);
            T* row = j <= _order ? end + (j * _stride) : Row(_zero);
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] += weight * (row[i] + (correction * change[i]));
            }
        }
    }

    public override void Record(SolveRecording<T> recording, double t, in StepPlan plan)
    {
        recording.AddStep(t, plan.End, plan.Size, _changes.ToTag(DenseDegree), 1 + DenseDegree);
        int step = recording.StepCount - 1;
        State[..StateLength].CopyTo(recording.Row(step, 0));
        T* change = Row(_change);
        for (int j = 1; j <= DenseDegree; j++)
        {
            T correction = T.CreateTruncating(_formula.DenseCorrection[j]);
            T* row = j <= _order ? Row(_end) + (j * _stride) : Row(_zero);
            Span<T> destination = recording.Row(step, j);
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = row[i] + (correction * change[i]);
            }
        }
    }

    public override void InterpolateRecorded(SolveRecording<T> recording, int step, double theta, bool derivative, Span<T> destination)
    {
        int degree = HistoryChanges.Degree(recording.Tag(step));
        double x = theta - 1, power = 1 / recording.StepSize(step);
        if (derivative)
        {
            destination.Clear();
        }
        else
        {
            recording.Row(step, 0).CopyTo(destination);
        }

        for (int j = 1; j <= degree; j++)
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

    internal static double Weight(double theta, int j)
    {
        double x = theta - 1, power = 1;
        for (int i = 0; i < j; i++)
        {
            power *= x;
        }

        return (j & 1) == 0 ? power - 1 : power + 1;
    }
}
