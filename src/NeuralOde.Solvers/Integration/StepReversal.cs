using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The transpose of a solve by a reversible method that kept its end only: each step is taken back, recorded among its neighbors and transposed. Memory does not depend on the
/// number of steps.
/// </summary>
/// <param name="stepper">What took the steps.</param>
/// <param name="scale">What errors are measured by.</param>
internal sealed class StepReversal<T>(Stepper<T> stepper, ErrorMeasure scale)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // The step before, whose state the leapfrog method reads, the one that is taken back, and the node at its end.
    private const int Step = 1, End = 2;

    private readonly SolveRecording<T> _local = new();
    private readonly T[] _endState = new T[stepper.StateLength];
    private readonly T[] _state = new T[stepper.StateLength];

    /// <summary>Runs back over the solve.</summary>
    /// <param name="recording">What it left.</param>
    /// <param name="control">Its steps.</param>
    /// <param name="transpose">Transpose of a step.</param>
    /// <param name="field">Vector-Jacobian product.</param>
    /// <param name="stateGradients">Gradients of the outputs.</param>
    /// <param name="timeGradients">Destination, or empty.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(
        SolveRecording<T> recording,
        FixedSteps control,
        StepTranspose<T> transpose,
        IVectorJacobianProduct<T> field,
        ReadOnlySpan<T> stateGradients,
        Span<double> timeGradients)
    {
        ReadOnlySpan<double> times = recording.ReversalTimes;
        int length = stepper.StateLength;
        stepper.Start(new StepperStart<T>(recording.Problem!, scale, false, times[^1], _state));
        recording.RestoreEnd(stepper);
        timeGradients.Clear();
        for (int output = times.Length - 1; output > 0; output--)
        {
            double from = times[output - 1], to = times[output], size;
            int count = control.StepsOn(from, to);
            size = (to - from) / count;
            for (int step = count - 1; step >= 0; step--)
            {
                double t = Node(from, to, step, count), end = Node(from, to, step + 1, count);
                bool isFirst = output == 1 && step == 0;
                double before = isFirst ? t : step > 0 ? Node(from, to, step - 1, count) : LastNode(control, times, output - 1);
                double previousSize = isFirst ? 0 : step > 0 ? size : (times[output - 1] - times[output - 2]) / control.StepsOn(times[output - 2], times[output - 1]);
                TakeBack(recording.Problem!, t, new StepPlan(end, size, false), before, previousSize);
                if (step == count - 1)
                {
                    if (output == times.Length - 1)
                    {
                        transpose.Begin(_local, !timeGradients.IsEmpty);
                    }

                    transpose.AddEndCotangent(stateGradients.Slice(output * length, length));
                }

                transpose.TransposeStep(_local, Step, field);
                if (isFirst)
                {
                    transpose.End(_local, Step, field);
                }

                if (!timeGradients.IsEmpty)
                {
                    Spread(timeGradients, output, (double)(step + 1) / count, transpose.TimeCotangents[End]);
                    if (isFirst)
                    {
                        timeGradients[0] += transpose.TimeCotangents[Step];
                    }

                    transpose.ShiftTimeCotangents();
                }
            }
        }

        recording.MeasureDrift(stepper.State);
    }

    private static double Node(double from, double to, int step, int count) => FixedStepController.Node(from, to, step, count);

    private static double LastNode(FixedSteps control, ReadOnlySpan<double> times, int output)
    {
        int count = control.StepsOn(times[output - 1], times[output]);
        return Node(times[output - 1], times[output], count - 1, count);
    }

    /// <summary>Makes the local recording that of the step which ends at the stepper's state.</summary>
    private void TakeBack(OdeProblem<T> problem, double t, in StepPlan plan, double before, double previousSize)
    {
        stepper.State[..stepper.StateLength].CopyTo(_endState);
        stepper.Reverse(t, plan, previousSize);
        _local.Begin(problem, stepper, isAdaptive: false, 1, 3);
        _local.AddStep(before, t, previousSize == 0 ? 1 : previousSize, 0, 2);
        stepper.StateBefore.CopyTo(_local.Row(0, 0));
        stepper.Record(_local, t, plan);
        _local.End(plan.End, _endState, stepper.EndDerivative, isComplete: true);
    }

    /// <summary>A node's cotangent is shared between the ends of its interval.</summary>
    private static void Spread(Span<double> timeGradients, int output, double fraction, double cotangent)
    {
        timeGradients[output - 1] += (1 - fraction) * cotangent;
        timeGradients[output] += fraction * cotangent;
    }
}
