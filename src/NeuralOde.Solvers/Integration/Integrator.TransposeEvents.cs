namespace NeuralOde.Solvers;

/// <summary>The reverse-mode derivative at events.</summary>
public sealed partial class Integrator<T>
{
    /// <summary>Ends the transpose of the steps behind an event, goes through the event, and begins that of the steps before it.</summary>
    /// <returns>The vector-Jacobian products of the steps behind it.</returns>
    private long TransposeJump(
        StepTranspose<T> transpose,
        SolveRecording<T> recording,
        int step,
        IVectorJacobianProduct<T> field,
        ReadOnlySpan<T> stateGradients,
        Span<double> timeGradients,
        ref int output,
        EventGradients<T>? events)
    {
        _jumpTranspose ??= new JumpTranspose<T>(StateLength);
        OdeProblem<T> problem = recording.Problem!;
        RecordedJump<T> jump = recording.Jump(step);
        Span<T> bar = _jumpTranspose.StateBar;
        bar.Clear();
        if (step < recording.StepCount - 1)
        {
            transpose.End(recording, step + 1, field);
            transpose.StateCotangent.CopyTo(bar);
        }

        long products = transpose.VectorJacobianProducts;
        for (; output > 0 && recording.OutputStep(output) == step; output--)
        {
            // An output at the time of a jump is the state after it.
            ReadOnlySpan<T> gradient = stateGradients.Slice(output * StateLength, StateLength);
            if (!timeGradients.IsEmpty)
            {
                _outputSlope ??= new T[StateLength];
                problem.Field.Evaluate(jump.Time, jump.After[..StateLength], _outputSlope);
                timeGradients[output] = Reductions.Dot(gradient, _outputSlope);
            }

            for (int i = 0; i < bar.Length; i++)
            {
                bar[i] += gradient[i];
            }
        }

        int last = step - 1;
        Provide(recording, last);
        transpose.Begin(recording, differentiateTimes: false);
        bool isAtEnd = jump.Theta == 1;
        _jumpTranspose.Run(
            problem,
            jump,
            events,
            cotangent => isAtEnd ? transpose.NodeSlope(recording, last + 1, cotangent) : transpose.DenseSlope(recording, last, jump.Theta, cotangent));
        if (isAtEnd)
        {
            transpose.AddEndCotangent(bar);
        }
        else if (bar.ContainsAnyExcept(T.Zero))
        {
            transpose.AddDenseCotangent(recording, last, jump.Theta, bar);
        }

        return products;
    }

    /// <summary>The events within a step that changed nothing: their times and states may be part of the loss.</summary>
    private void TransposeNoted(StepTranspose<T> transpose, SolveRecording<T> recording, int step, EventGradients<T> events, ref int noted)
    {
        double start = recording.Node(step);
        double direction = recording.Node(recording.StepCount) > recording.Node(0) ? 1 : -1;
        for (; noted >= 0; noted--)
        {
            EventOccurrence<T> occurrence = recording.Occurrences[noted];
            if ((occurrence.Time - start) * direction <= 0)
            {
                return;
            }

            OdeEvent<T> of = recording.Problem!.Events[occurrence.Index];
            if (of.EndsStep || of.Function is null || recording.IsOfJump(noted))
            {
                continue;
            }

            _jumpTranspose ??= new JumpTranspose<T>(StateLength);
            Span<T> bar = _jumpTranspose.StateBar;
            bar.Clear();
            double theta = (occurrence.Time - start) / recording.StepSize(step);
            _jumpTranspose.Run(
                recording.Problem, new RecordedJump<T>(step, [occurrence], noted), events, cotangent => transpose.DenseSlope(recording, step, theta, cotangent));
            if (bar.ContainsAnyExcept(T.Zero))
            {
                transpose.AddDenseCotangent(recording, step, theta, bar);
            }
        }
    }

    /// <summary>Events at the initial time, before the first step.</summary>
    private void TransposeInitialEvents(SolveRecording<T> recording, Span<T> initialGradient, Span<double> timeGradients, EventGradients<T>? events)
    {
        int count = 0;
        while (count < recording.Occurrences.Length && recording.Occurrences[count].Time == recording.Node(0) && !recording.IsOfJump(count)
            && recording.Problem!.Events[recording.Occurrences[count].Index].Function is null)
        {
            count++;
        }

        if (count > 0)
        {
            TransposeInitialEvents(recording, count, initialGradient, timeGradients, events);
        }
    }

    private void TransposeInitialEvents(SolveRecording<T> recording, int count, Span<T> initialGradient, Span<double> timeGradients, EventGradients<T>? events)
    {
        // The first output is the state after the events, at the initial time.
        _jumpTranspose ??= new JumpTranspose<T>(StateLength);
        initialGradient.CopyTo(_jumpTranspose.StateBar);
        OdeProblem<T> problem = recording.Problem!;
        var jump = new RecordedJump<T>(-1, recording.Occurrences[..count], 0);
        double before = 0;
        _jumpTranspose.Run(problem, jump, events, _ => before = _jumpTranspose.Slope(problem, jump.Time, jump.Before));
        _jumpTranspose.StateBar.CopyTo(initialGradient);
        if (!timeGradients.IsEmpty)
        {
            timeGradients[0] = -before;
        }
    }
}
