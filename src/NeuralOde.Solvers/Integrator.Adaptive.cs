using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The loop over steps that a tolerance chooses.</summary>
public sealed partial class Integrator<T>
{
    // A step of a few units in the last place of time makes no progress that double precision can tell from round-off.
    private const double SmallestStep = 10 * 2.220446049250313e-16;

    // A remainder of up to 1 % of a step is not worth a step of its own (Hairer's DOPRI5).
    private const double Stretch = 1.01;

    // Bounds how much an unusually small error lets the next step grow (Hairer's DOPRI5).
    private const double SmallestRememberedError = 1e-4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SolveResult SolveAdaptive(
        AdaptiveSteps control, IVectorField<T> field, ReadOnlySpan<double> times, Span<T> states, SolveRecording<T>? recording, ref int reached, CancellationToken cancellationToken)
    {
        double t = times[0], end = times[^1];
        double direction = end > t ? 1 : -1;
        double largest = control.MaxStep ?? double.PositiveInfinity;
        double smallest = SmallestStep * Math.Max(Math.Abs(t), Math.Abs(end));
        double exponent = (control.IntegralCoefficient + control.ProportionalCoefficient) / (Solver.EmbeddedOrder!.Value + 1);
        double memoryExponent = control.ProportionalCoefficient / (Solver.EmbeddedOrder.Value + 1);
        double logSmallest = Math.Log(SmallestRememberedError);
        double logPrevious = logSmallest;
        double logSafety = Math.Log(control.SafetyFactor);
        int length = _stepper.Length;
        int output = 1;
        if (cancellationToken.IsCancellationRequested)
        {
            return Result(SolveStatus.Cancelled, t, 0);
        }

        _stepper.EvaluateFirst(field, t);
        if (Reductions.FirstNotFinite(_stepper.First) >= 0)
        {
            return NotFinite(t, t, 0);
        }

        // Always positive; the direction is applied where a step is taken.
        double size = control.InitialStep ?? _stepper.InitialStep(field, t, end, control, _norm, Solver.Order);
        size = Math.Max(size, 2 * smallest);
        bool rejected = false;
        double h = 0, next = t;
        while (true)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return Result(SolveStatus.Cancelled, t, h);
            }

            if (_accepted + _rejected >= control.MaxSteps)
            {
                return Result(SolveStatus.StepLimit, t, h);
            }

            size = Math.Min(size, largest);
            double remaining = Math.Abs(end - t);
            bool isLast = remaining <= size || (remaining <= Stretch * size && remaining <= largest);
            if (!isLast && !(size > smallest))
            {
                // A failed attempt that met a value which is not finite is the reason, not the size that the retries ended with.
                int component = _stepper.FindNotFinite(t, next, h, out double time);
                return component >= 0 ? Result(SolveStatus.NotFinite, time, h, component) : Result(SolveStatus.StepTooSmall, t, h);
            }

            h = isLast ? end - t : direction * size;
            next = isLast ? end : t + h;
            double error = _stepper.Attempt(field, t, next, h, evaluateLast: true) ? _stepper.ErrorNorm(h, control, _norm) : double.NaN;
            if (error <= 1 && !_stepper.CombineQuadrature(h))
            {
                error = double.NaN;
            }

            if (!(error <= 1))
            {
                _rejected++;
                rejected = true;
                double shrink = double.IsFinite(error) ? Math.Exp(logSafety - (exponent * Math.Log(error))) : control.MinFactor;
                size = Math.Abs(h) * Math.Max(control.MinFactor, shrink);
                continue;
            }

            _accepted++;
            while (output < times.Length - 1 && (times[output] - next) * direction < 0)
            {
                double theta = (times[output] - t) / h;
                _stepper.Interpolate(theta, h, states.Slice(output * length, length));
                recording?.SetOutput(output, recording.StepCount, theta);
                reached = output++;
            }

            if (recording is not null)
            {
                _stepper.Record(recording, t, h);
            }

            _stepper.Accept(t, next);
            t = next;
            if (output < times.Length && times[output] == t)
            {
                _stepper.State.CopyTo(states[(output * length)..]);
                recording?.SetOutput(output, recording.StepCount - 1, 1);
                reached = output++;
            }

            if (isLast)
            {
                break;
            }

            double logError = Math.Log(Math.Max(error, 1e-30));
            double factor = Math.Clamp(Math.Exp(logSafety - (exponent * logError) + (memoryExponent * logPrevious)), control.MinFactor, control.MaxFactor);
            size = Math.Abs(h) * (rejected ? Math.Min(1, factor) : factor);
            logPrevious = Math.Max(logError, logSmallest);
            rejected = false;
        }

        if (recording is not null)
        {
            // The gradient of the last time is g·f there; a method that shares its last stage has it already.
            _stepper.EvaluateFirst(field, t);
            if (Reductions.FirstNotFinite(_stepper.First) >= 0)
            {
                return NotFinite(t, t, h);
            }

            recording.Complete(t, _stepper.State, _stepper.First);
        }

        return Result(SolveStatus.Success, t, h);
    }
}
