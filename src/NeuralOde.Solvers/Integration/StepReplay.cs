using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>Takes the steps of a recording with a budget again, to the same bits, from its checkpoints.</summary>
/// <param name="stepper">What took them.</param>
/// <param name="scale">What its errors were measured by.</param>
/// <param name="needsError">Whether it estimated them.</param>
internal sealed class StepReplay<T>(Stepper<T> stepper, ErrorMeasure scale, bool needsError)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _state = new T[stepper.Length];

    /// <summary>Makes a recording hold a step, and as many before it as fit.</summary>
    public void Provide(SolveRecording<T> recording, int last)
    {
        stepper.IsReplaying = true;
        try
        {
            ProvideAlone(recording, last);
        }
        finally
        {
            stepper.IsReplaying = false;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ProvideAlone(SolveRecording<T> recording, int last)
    {
        StepCheckpoints<T> checkpoints = recording.Checkpoints!;
        int end = last + 1, total = recording.StepCount;
        checkpoints.KeepNext(recording, end);
        while (checkpoints.LastSlotStep > last)
        {
            checkpoints.ReleaseLast();
        }

        int at = -1;
        while (true)
        {
            int first = checkpoints.LastSlotStep;
            if (at != first)
            {
                Start(recording, first);
                checkpoints.RestoreLast();
                at = first;
            }

            int steps = end - first;
            int next = steps <= checkpoints.StepsThatFit ? 0 : checkpoints.NextCheckpoint(steps);
            if (next > 0)
            {
                at += next;
                Run(recording, first, at, at);
                checkpoints.Save(at);
                continue;
            }

            // All of them, or as many of the last ones as there is room for.
            Run(recording, first, end, (int)Math.Max(first, end - checkpoints.StepsThatFit));
            break;
        }

        recording.AddNext(end);
        recording.Rewind(total);
        recording.HeldEnd = end;
    }

    private void Start(SolveRecording<T> recording, int step)
        => stepper.Start(new StepperStart<T>(recording.Problem!, scale, needsError, recording.Node(step), _state, recording.Problem!.Events.Count > 0));

    private void Restart(SolveRecording<T> recording, double t, ReadOnlySpan<T> state)
    {
        state.CopyTo(_state);
        stepper.Start(new StepperStart<T>(recording.Problem!, scale, needsError, t, _state, recording.Problem!.Events.Count > 0, isRestart: true));
    }

    /// <summary>Takes steps again, and records those from a certain one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run(SolveRecording<T> recording, int first, int end, int recordFrom)
    {
        StepCheckpoints<T> checkpoints = recording.Checkpoints!;
        StepPlan plan = default;
        for (int step = first; step < end; step++)
        {
            double t = recording.Node(step);
            recording.Rewind(step);
            if (step == recordFrom)
            {
                checkpoints.DropWindow(recording, step);
            }

            ReadOnlySpan<RecordedAttempt> attempts = checkpoints.Attempts(step);
            if (attempts.IsEmpty)
            {
                RecordedJump<T> jump = recording.Jump(step);
                if (step >= recordFrom)
                {
                    stepper.EvaluateDerivative(plan.End);
                    recording.AddEventStep(t, jump.Before, stepper.State, stepper.Derivative);
                }

                Restart(recording, t, jump.After);
                continue;
            }

            stepper.Follow(t, recording.MakerOf(step));
            foreach (ref readonly RecordedAttempt attempt in attempts)
            {
                plan = attempt.Plan;
                stepper.Attempt(t, plan);
            }

            if (step >= recordFrom)
            {
                stepper.Record(recording, t, plan);
            }

            stepper.Accept(t, plan);
            if (attempts[^1].Restarts)
            {
                Restart(recording, plan.End, stepper.State);
            }
        }
    }
}
