using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>Dense output of a step, and of a recorded one.</summary>
internal sealed partial class RosenbrockStepper<T>
{
    public override void Interpolate(double theta, double h, Span<T> destination)
    {
        InterpolateState(theta, destination[..StateLength]);
        if (Length > StateLength)
        {
            InterpolateQuadratures(theta, h, destination[StateLength..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Record(SolveRecording<T> recording, double t, in StepPlan plan)
    {
        CombineDense();
        recording.AddStep(t, plan.End, plan.Size, 0, RecordedRows);
        int step = recording.StepCount - 1;
        ReadOnlySpan<T> before = _rows.Row(Old, StateLength), after = _rows.Row(New, StateLength);
        before.CopyTo(recording.Row(step, 0));
        _rows.Row(First, StateLength).CopyTo(recording.Row(step, 1));
        Span<T> increment = recording.Row(step, Increment);
        for (int i = 0; i < increment.Length; i++)
        {
            increment[i] = after[i] - before[i];
        }

        for (int i = 0; i < DenseRows; i++)
        {
            _rows.Row(Dense + i, StateLength).CopyTo(recording.Row(step, Increment + 1 + i));
        }
    }

    public override void InterpolateRecorded(SolveRecording<T> recording, int step, double theta, bool derivative, Span<T> destination)
    {
        ReadOnlySpan<T> before = recording.Row(step, 0), increment = recording.Row(step, Increment);
        ReadOnlySpan<T> d1 = recording.Row(step, Increment + 1), d2 = recording.Row(step, Increment + 2), d3 = recording.Row(step, Increment + 3);
        if (!derivative)
        {
            T s = T.CreateTruncating(theta), rest = T.CreateTruncating(1 - theta);
            for (int i = 0; i < StateLength; i++)
            {
                destination[i] = before[i] + (s * (increment[i] + (rest * (d1[i] + (s * (d2[i] + (s * d3[i])))))));
            }

            return;
        }

        // (θ − θ²)′, (θ² − θ³)′ and (θ³ − θ⁴)′, over h.
        double h = recording.StepSize(step);
        T scale = T.CreateTruncating(1 / h), w1 = T.CreateTruncating((1 - (2 * theta)) / h);
        T w2 = T.CreateTruncating(theta * (2 - (3 * theta)) / h), w3 = T.CreateTruncating(theta * theta * (3 - (4 * theta)) / h);
        for (int i = 0; i < StateLength; i++)
        {
            destination[i] = (scale * increment[i]) + (w1 * d1[i]) + (w2 * d2[i]) + (w3 * d3[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void CombineDense()
    {
        for (int i = 0; i < DenseRows && !_denseIsKnown; i++)
        {
            CombineKernel.Run(_states[_stages + 2 + i], _rows.AddressOf(Zeros), _rows.AddressOf(Dense + i), _combinedLength);
        }

        _denseIsKnown = true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void InterpolateState(double theta, Span<T> destination)
    {
        CombineDense();
        ReadOnlySpan<T> before = _rows.Row(Old, StateLength), after = _rows.Row(New, StateLength);
        ReadOnlySpan<T> d1 = _rows.Row(Dense, StateLength), d2 = _rows.Row(Dense + 1, StateLength), d3 = _rows.Row(Dense + 2, StateLength);
        T s = T.CreateTruncating(theta), rest = T.CreateTruncating(1 - theta);
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = before[i] + (s * (after[i] - before[i] + (rest * (d1[i] + (s * (d2[i] + (s * d3[i])))))));
        }
    }
}
