using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The reverse-mode derivative of a recorded solve.</summary>
public sealed partial class Integrator<T>
{
    /// <summary>
    /// Runs back over a recorded solve: the exact reverse-mode derivative of the discrete map from the initial state (and the times, and the field's
    /// parameters) to the states at the times.
    /// </summary>
    /// <remarks>
    /// One vector-Jacobian product per stage; a stage shared by two steps is multiplied once, and one whose cotangent is exactly zero not at all.
    /// With <see cref="FixedSteps"/> the step h = Δt/n, n constant, is differentiated, also through the stages' times, so the time gradients are those of the discrete map.
    /// With <see cref="AdaptiveSteps"/> the accepted steps are constants: <c>dL/dt_i = g_i·ż(t_i)</c> for i ≥ 1, where ż is the derivative of the dense output
    /// (f itself where a step ends; within a step f to the order of the dense output less one), and <c>dL/dt_0 = −a(t_0⁺)·f(t_0, z_0)</c>, a before g_0 is added.
    /// <para>
    /// Events: the gradient goes through jumps (<see cref="OdeEvent{T}.JumpProduct"/>) and through the events' times, which follow the state by the event function
    /// (<see cref="OdeEvent{T}.FunctionGradient"/>). How later states depend on the time of an event is taken from the field, so that part is exact to the error of the steps.
    /// With jumps the steps of <see cref="FixedSteps"/> count as constants, too. Output times behind a terminal event are left out.
    /// Two events at one time, of which one is by a function, have no derivative; neither has a function that touches zero without crossing it.
    /// </para>
    /// </remarks>
    /// <param name="recording">A complete recording of a solve by this integrator.</param>
    /// <param name="field">Vector-Jacobian product of the field that was solved.</param>
    /// <param name="stateGradients">Direct gradients g_i = ∂L/∂z(t_i), row-major <c>[times, StateLength]</c>.</param>
    /// <param name="initialGradient">Destination of dL/dz_0, <c>[StateLength]</c>; includes g_0.</param>
    /// <param name="timeGradients">Destination of dL/dt_i, <c>[times]</c>, or empty where they are not wanted (which saves their cost).</param>
    /// <param name="events">What the loss depends on at the events, and what it depends on their given times by; none by default.</param>
    /// <returns>The number of vector-Jacobian products, and of evaluations of the field where steps had to be computed again.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length, or the recording is of another integrator's solve.</exception>
    /// <exception cref="InvalidOperationException">The recording holds no complete solve, or the integrator is in use.</exception>
    /// <exception cref="NotSupportedException">The method has no transpose.</exception>
    public SolveStatistics Transpose(
        SolveRecording<T> recording,
        IVectorJacobianProduct<T> field,
        ReadOnlySpan<T> stateGradients,
        Span<T> initialGradient,
        Span<double> timeGradients,
        EventGradients<T>? events = null)
    {
        ArgumentNullException.ThrowIfNull(recording);
        ArgumentNullException.ThrowIfNull(field);
        recording.RequireComplete();
        if (!ReferenceEquals(recording.Stepper, _stepper))
        {
            throw new ArgumentException("The recording is of a solve by another integrator.", nameof(recording));
        }

        int outputs = recording.OutputCount;
        int length = StateLength;
        RequireLength(stateGradients.Length, (long)outputs * length, nameof(stateGradients), "times · StateLength");
        RequireLength(initialGradient.Length, length, nameof(initialGradient), "StateLength");
        if (!timeGradients.IsEmpty)
        {
            RequireLength(timeGradients.Length, outputs, nameof(timeGradients), "times, or none");
        }

        if (events is not null && (events.Count != recording.Occurrences.Length || events.StateLength != length))
        {
            throw new ArgumentException(
                $"The gradients are of {events.Count} events with {events.StateLength} components; {recording.Occurrences.Length} events happened, and the state has {length}.",
                nameof(events));
        }

        if (!Solver.HasTranspose)
        {
            throw new NotSupportedException(
                $"{Solver.Name} has no transpose, so its steps cannot be differentiated. {Solver.TransposeAdvice}");
        }

        _transpose ??= _stepper.CreateTranspose();
        Enter();
        try
        {
            return recording.KeepsEndOnly
                ? TransposeBack(_transpose, recording, field, stateGradients, initialGradient, timeGradients)
                : TransposeAlone(_transpose, recording, field, stateGradients, initialGradient, timeGradients, events);
        }
        finally
        {
            Leave();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SolveStatistics TransposeAlone(
        StepTranspose<T> transpose,
        SolveRecording<T> recording,
        IVectorJacobianProduct<T> field,
        ReadOnlySpan<T> stateGradients,
        Span<T> initialGradient,
        Span<double> timeGradients,
        EventGradients<T>? events)
    {
        int length = StateLength;
        bool differentiateTimes = !timeGradients.IsEmpty, stepsAreConstant = recording.IsAdaptive || recording.HasJumps || events is not null;
        _stepper.Counts = default;
        if (recording.Checkpoints is not null)
        {
            _replay ??= new StepReplay<T>(_stepper, _scale, _controller.NeedsError);
        }

        timeGradients.Clear();
        transpose.Begin(recording, differentiateTimes && !stepsAreConstant);
        long products = 0;
        int output = recording.OutputCount - 1, noted = recording.Occurrences.Length - 1;
        while (output > 0 && recording.OutputStep(output) < 0)
        {
            output--;
        }

        for (int step = recording.StepCount - 1; step >= 0; step--)
        {
            Provide(recording, step);
            if (recording.IsEvent(step))
            {
                products += TransposeJump(transpose, recording, step, field, stateGradients, timeGradients, ref output, events);
                continue;
            }

            if (events is not null)
            {
                TransposeNoted(transpose, recording, step, events, ref noted);
            }

            for (; output > 0 && recording.OutputStep(output) == step; output--)
            {
                ReadOnlySpan<T> gradient = stateGradients.Slice(output * length, length);
                double theta = recording.OutputTheta(output);
                if (differentiateTimes && stepsAreConstant)
                {
                    timeGradients[output] = theta == 1
                        ? transpose.NodeSlope(recording, step + 1, gradient)
                        : transpose.DenseSlope(recording, step, theta, gradient);
                }

                if (!gradient.ContainsAnyExcept(T.Zero))
                {
                    continue;
                }

                if (theta == 1)
                {
                    transpose.AddEndCotangent(gradient);
                }
                else
                {
                    transpose.AddDenseCotangent(recording, step, theta, gradient);
                }
            }

            transpose.TransposeStep(recording, step, field);
        }

        transpose.End(recording, 0, field);
        transpose.StateCotangent.CopyTo(initialGradient);
        if (differentiateTimes)
        {
            if (stepsAreConstant)
            {
                timeGradients[0] = -transpose.NodeSlope(recording, 0, initialGradient);
            }
            else
            {
                SpreadOverOutputTimes(recording, transpose.TimeCotangents, timeGradients);
            }
        }

        for (int i = 0; i < length; i++)
        {
            initialGradient[i] += stateGradients[i];
        }

        TransposeInitialEvents(recording, initialGradient, timeGradients, events);
        ref readonly SolveCounts counts = ref _stepper.Counts;
        return new SolveStatistics(counts.Evaluations, 0, 0, products + transpose.VectorJacobianProducts)
        {
            Jacobians = counts.Jacobians,
            Factorizations = counts.Factorizations,
            NewtonIterations = counts.NewtonIterations,
        };
    }

    /// <summary>Takes the steps back, without a recording of them.</summary>
    private SolveStatistics TransposeBack(
        StepTranspose<T> transpose,
        SolveRecording<T> recording,
        IVectorJacobianProduct<T> field,
        ReadOnlySpan<T> stateGradients,
        Span<T> initialGradient,
        Span<double> timeGradients)
    {
        _stepper.Counts = default;
        _reversal ??= new StepReversal<T>(_stepper, _scale);
        _reversal.Run(recording, (FixedSteps)Control, transpose, field, stateGradients, timeGradients);
        for (int i = 0; i < initialGradient.Length; i++)
        {
            initialGradient[i] = transpose.StateCotangent[i] + stateGradients[i];
        }

        return new SolveStatistics(_stepper.Counts.Evaluations, 0, 0, transpose.VectorJacobianProducts);
    }

    /// <summary>Makes a recording hold a step that it does not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Provide(SolveRecording<T> recording, int step)
    {
        if (step < recording.FirstHeld || step >= recording.HeldEnd)
        {
            _replay!.Provide(recording, step);
        }
    }

    /// <summary>The nodes between two output times divide the interval evenly, so a node's cotangent is shared between its ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SpreadOverOutputTimes(SolveRecording<T> recording, ReadOnlySpan<double> nodes, Span<double> timeGradients)
    {
        timeGradients.Clear();
        timeGradients[0] = nodes[0];
        int first = 0;
        for (int output = 1; output < timeGradients.Length; output++)
        {
            int count = recording.OutputStep(output) + 1 - first;
            for (int j = 1; j <= count; j++)
            {
                double fraction = (double)j / count;
                timeGradients[output - 1] += (1 - fraction) * nodes[first + j];
                timeGradients[output] += fraction * nodes[first + j];
            }

            first += count;
        }
    }
}
