using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The loop over steps, whoever chooses them.</summary>
public sealed partial class Integrator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SolveResult Run(
        double start, ref OutputPlan<T> outputs, SolveRecording<T>? recording, EventMonitor<T>? events, ProgressGauge progress, CancellationToken cancellationToken)
    {
        double t = start, end = outputs.End;
        long maxAttempts = _controller.MaxAttempts;
        bool landsOnOutputs = _controller.LandsOnOutputs, needsError = _controller.NeedsError;
        StepPlan plan = new(t, 0, false);
        StepCheckpoints<T>? checkpoints = recording?.Checkpoints;
        if (!StartController(t, end, cancellationToken, out SolveStatus status))
        {
            return Result(status, t, plan);
        }

        if (_inlinedTableau is not null && _problem.Field is IInlinedField<T> inlined && inlined.Length == StateLength && outputs.IsPlain && events is null && progress.IsSilent)
        {
            RunInlined(inlined, ref t, ref plan, ref outputs, cancellationToken);
            if (t == end)
            {
                return Result(SolveStatus.Success, t, plan);
            }
        }

        while (true)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return Result(SolveStatus.Canceled, t, plan);
            }

            if (_accepted + _rejected >= maxAttempts)
            {
                return Result(SolveStatus.StepLimit, t, plan);
            }

            double stop = landsOnOutputs ? outputs.Next : end;
            if (events is not null)
            {
                stop = events.Next(stop);
            }

            bool isCrossing = false;
            StepPlan next = _stops is null ? _controller.Plan(t, stop) : PlanBefore(t, stop, out isCrossing);
            if (next.IsTooSmall)
            {
                return Result(SolveStatus.StepTooSmall, t, plan);
            }

            plan = next;
            checkpoints?.BeforeAttempt(recording!, plan);
            StepAttempt attempt = _stepper.Attempt(t, plan);
            bool isAccepted = needsError ? _controller.Accepts(attempt) : attempt.IsComplete;
            if (!isAccepted || (QuadratureLength != 0 && !_stepper.CombineQuadratures(plan.Size)))
            {
                if (Reject(plan, isAccepted ? attempt with { Outcome = StepOutcome.NotFinite, Error = double.NaN } : attempt, isCrossing))
                {
                    continue;
                }

                return Result(_lastOutcome == StepOutcome.NewtonFailed ? SolveStatus.NewtonFailed : SolveStatus.NotFinite, t, plan);
            }

            _accepted++;
            _lastOutcome = StepOutcome.Complete;
            _stateful?.Commit();
            double reached = plan.End;
            bool endsAtEvent = events is not null && events.Examine(_stepper, t, plan, out reached);
            while (!landsOnOutputs && outputs.LiesBefore(reached))
            {
                outputs.WriteWithin(_stepper, t, plan.Size);
            }

            Rest rest = _restGuard is null || _stepper.IsStable ? Rest.None : _restGuard.Look(_stepper, attempt.Error, plan.Size);
            if (checkpoints is not null)
            {
                RecordWithin(checkpoints, recording!, t, plan);
            }
            else if (recording is not null)
            {
                _stepper.Record(recording, t, plan);
            }

            if (endsAtEvent)
            {
                status = PassEvent(events!, t, plan, reached, recording);
            }
            else
            {
                _stepper.Accept(t, plan);
            }

            t = reached;
            if (outputs.IsAt(t))
            {
                outputs.WriteEnd(_stepper.State);
            }

            outputs.OnStep(_stepper, t);
            progress.Report(t);
            if (status != SolveStatus.Success || t == end)
            {
                return Result(status, t, plan);
            }

            if (isCrossing || endsAtEvent)
            {
                if (!endsAtEvent)
                {
                    checkpoints?.MarkRestart();
                    RestartStepper(t);
                }

                if (!StartController(t, end, cancellationToken, out status))
                {
                    return Result(status, t, plan);
                }

                continue;
            }

            if (rest != Rest.None)
            {
                double longest = _restGuard!.Longest(rest, _stepper, t, plan.Size, Math.Abs(end - start));
                _stepper.OnRestLimit(Math.Abs(plan.Size) >= 0.9 * longest);
                _controller.OnAccepted(plan, attempt with { LongestNext = Math.Min(longest, attempt.LongestNext) });
                _stateful?.Revert();
            }
            else
            {
                _controller.OnAccepted(plan, attempt);
            }
        }
    }

    /// <summary>Records a step within a budget. Rows that will be dropped are not copied.</summary>
    private void RecordWithin(StepCheckpoints<T> checkpoints, SolveRecording<T> recording, double t, in StepPlan plan)
    {
        int step = recording.StepCount;
        if (checkpoints.WillDrop(step))
        {
            recording.Maker = _stepper.Maker;
            recording.AddBareStep(t, plan.End, plan.Size);
            return;
        }

        if (checkpoints.Used == 0 && step > 0)
        {
            checkpoints.DropWindow(recording, step);
        }

        _stepper.Record(recording, t, plan);
    }

    /// <summary>Discards an attempt.</summary>
    /// <returns>Whether there is another.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Reject(in StepPlan plan, in StepAttempt attempt, bool isCrossing)
    {
        _lastOutcome = attempt.Outcome;
        _stateful?.Revert();
        if (isCrossing || !_controller.OnRejected(plan, attempt))
        {
            return false;
        }

        _rejected++;
        return true;
    }

    /// <summary>Starts the method afresh behind a jump of the field: what it remembers is of the time before.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RestartStepper(double t)
    {
        _stepper.State.CopyTo(_restart);
        _stepper.Start(new StepperStart<T>(_problem, _scale, _controller.NeedsError, t, _restart, _events is not null, isRestart: true));
    }

    /// <summary>Ends a step at events within it, and goes on from the state that they leave.</summary>
    private SolveStatus PassEvent(EventMonitor<T> events, double t, in StepPlan plan, double reached, SolveRecording<T>? recording)
    {
        if (events.Status != SolveStatus.Success)
        {
            _stepper.Accept(t, plan);
            return events.Status;
        }

        if (reached != plan.End)
        {
            _stepper.Interpolate((reached - t) / plan.Size, plan.Size, events.State);
        }

        _stepper.Accept(t, plan);
        ReadOnlySpan<T> before = reached == plan.End ? _stepper.State : events.State;
        if (recording is not null)
        {
            _stepper.EvaluateDerivative(plan.End);
            recording.EndAtEvent(reached, before, _stepper.State, _stepper.Derivative);
        }

        int known = events.Occurrences.Count;
        events.Happen(reached, before);
        recording?.AddJump(new RecordedJump<T>(recording.StepCount - 1, [.. events.Occurrences[known..]], known)
        {
            StepEnd = plan.End,
            Theta = reached == plan.End ? 1 : (reached - t) / plan.Size,
        });
        if (events.Status == SolveStatus.Success)
        {
            events.Restart(reached);
        }

        _stepper.Start(new StepperStart<T>(_problem, _scale, _controller.NeedsError, reached, events.State, needsInterpolation: true, isRestart: true));
        return events.Status;
    }

    /// <summary>A step to the next stop at most. From just before a jump one leads onto it, so short that the state stays as it is.</summary>
    private StepPlan PlanBefore(double t, double stop, out bool isCrossing)
    {
        _stops!.OnReached(t);
        double limit = _stops.Limit(t, stop, out isCrossing);
        return isCrossing ? new StepPlan(limit, limit - t, true) : _controller.Plan(t, limit);
    }

    /// <summary>Starts the controller with what it wants to know of the problem.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool StartController(double t, double end, CancellationToken cancellationToken, out SolveStatus status)
    {
        double initial = double.NaN;
        status = SolveStatus.Success;
        if (_controller.NeedsError)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                status = SolveStatus.Canceled;
                return false;
            }

            _stepper.EvaluateDerivative(t);
            if (Reductions.FirstNotFinite(_stepper.Derivative) >= 0)
            {
                status = SolveStatus.NotFinite;
                return false;
            }

            if (_controller.NeedsInitialStep && FirstStep is { } known && Solver.StartOrder == Solver.Order)
            {
                initial = Math.Min(known, Math.Abs(end - t));
            }
            else if (_controller.NeedsInitialStep)
            {
                _stateful?.Commit();
                _initialStep ??= new InitialStep<T>(_stepper.Length);
                initial = _initialStep.Estimate(_stepper, t, end, _controller.MaxStep, _scale, Solver.StartOrder);
                _stateful?.Revert();
            }
        }

        _inlinedController?.Serve(_problem.Field is IInlinedField<T>);
        _controller.Start(t, end, initial);
        return true;
    }

    /// <summary>How the solve ended; a failure is named by what its last attempt met.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SolveResult Result(SolveStatus status, double t, in StepPlan plan)
    {
        int component = -1;
        double share = double.NaN;
        ReachedTime = t;
        if (_events is { Culprit: >= 0 })
        {
            component = status == SolveStatus.NotFinite ? Reductions.FirstNotFinite(_events.State) : -1;
            return Result(status, t, plan.Size, component) with { Event = _events.Culprit };
        }

        if (status == SolveStatus.StepTooSmall && _lastOutcome == StepOutcome.NewtonFailed)
        {
            status = SolveStatus.NewtonFailed;
        }
        else if (status is SolveStatus.NotFinite or SolveStatus.StepTooSmall)
        {
            // A failed attempt that met a value which is not finite is the reason, not the size that the retries ended with.
            component = _stepper.FindNotFinite(t, plan, out double time);
            if (component >= 0)
            {
                status = SolveStatus.NotFinite;
                t = time;
            }
            else if (status == SolveStatus.StepTooSmall && plan.Size != 0)
            {
                // After a step that was kept the stepper is at its end.
                component = _stepper.FindWorst(t, new StepPlan(t + plan.Size, plan.Size, false, plan.Order), out share);
            }
        }

        return Result(status, t, plan.Size, component) with { ErrorShare = share };
    }
}
