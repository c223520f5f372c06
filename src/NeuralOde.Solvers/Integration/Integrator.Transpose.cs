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
    /// One vector-Jacobian product a stage; a stage shared by two steps is multiplied once, and one whose cotangent is exactly zero not at all.
    /// With <see cref="FixedSteps"/> the step h = Δt/n, n constant, is differentiated, also through the stages' times, so the time gradients are those of the discrete map.
    /// With <see cref="AdaptiveSteps"/> the accepted steps are constants: <c>dL/dt_i = g_i·ż(t_i)</c> for i ≥ 1, where ż is the derivative of the dense output
    /// (f itself where a step ends; within a step f to the order of the dense output less one), and <c>dL/dt_0 = −a(t_0⁺)·f(t_0, z_0)</c>, a before g_0 is added.
    /// </remarks>
    /// <param name="recording">A complete recording of a solve by this integrator.</param>
    /// <param name="field">Vector-Jacobian product of the field that was solved.</param>
    /// <param name="stateGradients">Direct gradients g_i = ∂L/∂z(t_i), row-major <c>[times, StateLength]</c>.</param>
    /// <param name="initialGradient">Destination of dL/dz_0, <c>[StateLength]</c>; includes g_0.</param>
    /// <param name="timeGradients">Destination of dL/dt_i, <c>[times]</c>, or empty where they are not wanted (which saves their cost).</param>
    /// <returns>The number of vector-Jacobian products.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length, or the recording is of another integrator's solve.</exception>
    /// <exception cref="InvalidOperationException">The recording holds no complete solve, or the integrator is in use.</exception>
    /// <exception cref="NotSupportedException">The method has no transpose.</exception>
    public SolveStatistics Transpose(
        SolveRecording<T> recording, IVectorJacobianProduct<T> field, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, Span<double> timeGradients)
    {
        ArgumentNullException.ThrowIfNull(recording);
        ArgumentNullException.ThrowIfNull(field);
        if (recording.HasJumps)
        {
            throw new NotSupportedException("The recording holds events that ended the solve or made the state jump; gradients do not go through those.");
        }

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

        if (!Solver.HasTranspose)
        {
            throw new NotSupportedException(
                $"{Solver.Name} has no transpose, so its steps cannot be differentiated. {Solver.TransposeAdvice}");
        }

        _transpose ??= _stepper.CreateTranspose();
        Enter();
        try
        {
            return TransposeAlone(_transpose, recording, field, stateGradients, initialGradient, timeGradients);
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
        Span<double> timeGradients)
    {
        int outputs = recording.OutputCount;
        int length = StateLength;
        bool differentiateTimes = !timeGradients.IsEmpty;
        transpose.Begin(recording, differentiateTimes && !recording.IsAdaptive);
        int output = outputs - 1;
        for (int step = recording.StepCount - 1; step >= 0; step--)
        {
            for (; output > 0 && recording.OutputStep(output) == step; output--)
            {
                ReadOnlySpan<T> gradient = stateGradients.Slice(output * length, length);
                double theta = recording.OutputTheta(output);
                if (differentiateTimes && recording.IsAdaptive)
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

        transpose.End(recording, field);
        transpose.StateCotangent.CopyTo(initialGradient);
        if (differentiateTimes)
        {
            if (recording.IsAdaptive)
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

        return new SolveStatistics(0, 0, 0, transpose.VectorJacobianProducts);
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
