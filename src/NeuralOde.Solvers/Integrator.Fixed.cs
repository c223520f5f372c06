using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The loop over steps of given length.</summary>
public sealed partial class Integrator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SolveResult SolveFixed(
        FixedSteps control, IVectorField<T> field, ReadOnlySpan<double> times, Span<T> states, SolveRecording<T>? recording, ref int reached, CancellationToken cancellationToken)
    {
        int length = _stepper.Length;
        double h = 0;
        for (int i = 1; i < times.Length; i++)
        {
            double from = times[i - 1], to = times[i];
            int count = control.StepsOn(from, to);
            double t = from;
            h = (to - from) / count;
            for (int j = 1; j <= count; j++)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    return Result(SolveStatus.Cancelled, t, h);
                }

                // From the interval's ends, not by adding up steps: no error builds up, and the last step lands on the output time.
                double next = j == count ? to : from + ((to - from) * ((double)j / count));
                if (!_stepper.Attempt(field, t, next, h, evaluateLast: false) || !_stepper.CombineQuadrature(h))
                {
                    return NotFinite(t, next, h);
                }

                if (recording is not null)
                {
                    _stepper.Record(recording, t, h);
                }

                _stepper.Accept(t, next);
                _accepted++;
                t = next;
            }

            recording?.SetOutput(i, recording.StepCount - 1, 1);
            _stepper.State.CopyTo(states[(i * length)..]);
            reached = i;
        }

        if (recording is not null)
        {
            // Dense output of a method that shares its last stage reads the derivative at the end.
            double end = times[^1];
            if (_stepper.SharesLastStage)
            {
                _stepper.EvaluateFirst(field, end);
                if (Reductions.FirstNotFinite(_stepper.First) >= 0)
                {
                    return NotFinite(end, end, h);
                }
            }

            recording.Complete(end, _stepper.State, _stepper.SharesLastStage ? _stepper.First : []);
        }

        return Result(SolveStatus.Success, times[^1], h);
    }
}
