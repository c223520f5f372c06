using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The loop over the steps of an <see cref="InlinedTableau"/> with the field compiled into it: what <see cref="Integrator{T}"/>, <see cref="RungeKuttaStepper{T}"/> and
/// <see cref="ErrorController"/> do together, in the same order and to the same bits, while nothing unusual happens.
/// </summary>
/// <remarks>
/// A value that goes through memory waits there for a few nanoseconds, a dozen times in each step. So nothing here is behind a reference but the coefficients: states and
/// stages are values, each used in the order in which it is made.
/// </remarks>
internal static class InlinedSteps<T, TState, TField, TShape>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TState : struct, IState<TState, T>
    where TField : struct, IStateField<TState>
    where TShape : struct, IInlinedTableauShape
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Run(TField field, ref InlinedSolve<T> solve, ref OutputPlan<T> outputs)
    {
        PidController controller = solve.Controller;
        RestGuard<T>? guard = solve.Guard;
        T* weights = stackalloc T[InlinedTableau.PaddedWeights];
        ref double nodes = ref MemoryMarshal.GetReference(solve.Tableau.Tableau.C);
        T absolute = Round(solve.Scale.Tolerances.Absolute), relative = Round(solve.Scale.Tolerances.Relative);
        bool isRising = outputs.End > solve.Time;
        int count = solve.Scale.Norm.Count, errorOrder = solve.Tableau.Tableau.ErrorOrder;
        double t = solve.Time, end = outputs.End, largest = controller.MaxStep, size = controller.Size, scaled = double.NaN, first = solve.Tableau.FirstWeight;
        long accepted = solve.Accepted, rejected = solve.Rejected, most = controller.MaxAttempts, firstAttempt = accepted + rejected;

        TState z = TState.Read(solve.Stepper.State), k1 = TState.Read(solve.Stepper.Derivative);
        while (t != end && accepted + rejected < most && !solve.CancellationToken.IsCancellationRequested)
        {
            // The step: ErrorController.Plan.
            size = size > largest ? largest : size;
            double remaining = Math.Abs(end - t), h = end - t, next = end;
            if (remaining > size && (remaining > ErrorController.Stretch * size || remaining > largest))
            {
                if (!(size > ErrorController.SmallestStep * Math.Abs(t)))
                {
                    break;
                }

                h = isRising ? size : -size;
                next = t + h;
            }

            // The attempt: RungeKuttaStepper.
            if (h != scaled)
            {
                solve.Tableau.Scale(h, weights);
                scaled = h;
            }

            // Not by way of memory: all of a step waits for it.
            T firstWeight = Round(h * first);

            TState check = default;
            TState z2 = z;
            z2 = TState.MultiplyAdd(firstWeight, k1, z2);
            check = TState.Add(check, z2);
            TState k2 = field.Evaluate(RungeKuttaStepper<T>.StageTime(t, next, h, Unsafe.Add(ref nodes, 1)), z2);

            TState z3 = z;
            z3 = TState.MultiplyAdd(weights[1], k1, z3);
            z3 = TState.MultiplyAdd(weights[2], k2, z3);
            check = TState.Add(check, z3);
            TState k3 = field.Evaluate(RungeKuttaStepper<T>.StageTime(t, next, h, Unsafe.Add(ref nodes, 2)), z3);

            TState z4 = z;
            z4 = TState.MultiplyAdd(weights[3], k1, z4);
            z4 = TState.MultiplyAdd(weights[4], k2, z4);
            z4 = TState.MultiplyAdd(weights[5], k3, z4);
            check = TState.Add(check, z4);
            TState k4 = field.Evaluate(RungeKuttaStepper<T>.StageTime(t, next, h, Unsafe.Add(ref nodes, 3)), z4);

            TState z5 = z;
            z5 = TState.MultiplyAdd(weights[6], k1, z5);
            z5 = TState.MultiplyAdd(weights[7], k2, z5);
            z5 = TState.MultiplyAdd(weights[8], k3, z5);
            z5 = TState.MultiplyAdd(weights[9], k4, z5);
            check = TState.Add(check, z5);
            TState k5 = field.Evaluate(RungeKuttaStepper<T>.StageTime(t, next, h, Unsafe.Add(ref nodes, 4)), z5);

            TState z6 = z;
            z6 = TState.MultiplyAdd(weights[10], k1, z6);
            z6 = TState.MultiplyAdd(weights[11], k2, z6);
            z6 = TState.MultiplyAdd(weights[12], k3, z6);
            z6 = TState.MultiplyAdd(weights[13], k4, z6);
            z6 = TState.MultiplyAdd(weights[14], k5, z6);
            check = TState.Add(check, z6);
            TState k6 = field.Evaluate(RungeKuttaStepper<T>.StageTime(t, next, h, Unsafe.Add(ref nodes, 5)), z6);

            TState after = TState.MultiplyAdd(weights[15], k1, z);
            after = TShape.HasSecondWeight ? TState.MultiplyAdd(weights[16], k2, after) : after;
            after = TState.MultiplyAdd(weights[17], k3, after);
            after = TState.MultiplyAdd(weights[18], k4, after);
            after = TState.MultiplyAdd(weights[19], k5, after);
            after = TState.MultiplyAdd(weights[20], k6, after);
            check = TState.Add(check, after);
            TState k7 = field.Evaluate(next, after);

            // Its error, in two sums as everywhere.
            TState even = TState.MultiplyAdd(weights[21], k1, default), odd = default;
            if (TShape.HasSecondWeight)
            {
                odd = TState.MultiplyAdd(weights[22], k2, odd);
                even = TState.MultiplyAdd(weights[23], k3, even);
                odd = TState.MultiplyAdd(weights[24], k4, odd);
                even = TState.MultiplyAdd(weights[25], k5, even);
                odd = TState.MultiplyAdd(weights[26], k6, odd);
                even = TState.MultiplyAdd(weights[27], k7, even);
            }
            else
            {
                odd = TState.MultiplyAdd(weights[23], k3, odd);
                even = TState.MultiplyAdd(weights[24], k4, even);
                odd = TState.MultiplyAdd(weights[25], k5, odd);
                even = TState.MultiplyAdd(weights[26], k6, even);
                odd = TState.MultiplyAdd(weights[27], k7, odd);
            }

            double sum = Widen(TState.SumOfSquares(even, odd, z, after, absolute, relative));
            double error = Math.Sqrt(count == TState.Length ? sum / TState.Length : sum / count);
            if (!TState.IsFinite(check) || !double.IsFinite(error))
            {
                // The loop for all tries again, and finds the culprit.
                break;
            }

            solve.Plan = new StepPlan(next, h, next == end);
            if (error > 1)
            {
                rejected++;
                size = controller.Rejected(Math.Abs(h), error, errorOrder);
                continue;
            }

            accepted++;
            if (outputs.LiesBefore(next))
            {
                var stages = new Stages(k1, k2, k3, k4, k5, k6, k7);
                WriteWithin(solve.Tableau.Tableau, ref outputs, t, next, h, z, stages);
            }

            double longest = double.PositiveInfinity;
            bool isSettled = guard is null || guard.IsSettled(error, h);
            if (guard is not null && !(isSettled && guard.LastLook == Rest.None))
            {
                longest = LookAtRest(ref solve, z, after, k7, isSettled, error, next, h, end);
            }

            t = next;
            z = after;
            k1 = k7;
            if (outputs.IsAt(t))
            {
                z.Write(outputs.Take());
            }

            size = controller.Accepted(Math.Abs(h), error, errorOrder, longest);
        }

        solve.Time = t;
        solve.Accepted = accepted;
        solve.Rejected = rejected;
        Resume(solve.Stepper, z, k1, (accepted + rejected - firstAttempt) * (InlinedTableau.Stages - 1));
    }

    /// <summary>Largest length of the step behind one that is about to be kept, as <see cref="RestGuard{T}"/> sees it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double LookAtRest(ref InlinedSolve<T> solve, TState before, TState after, TState derivative, bool isSettled, double error, double next, double h, double end)
    {
        RestGuard<T> guard = solve.Guard!;
        RungeKuttaStepper<T> stepper = solve.Stepper;
        before.Write(stepper.StepStart);
        after.Write(stepper.StepEnd);
        Rest rest = isSettled ? guard.LastLook : guard.LookClosely(stepper, error, h);
        if (rest == Rest.None || next == end)
        {
            return double.PositiveInfinity;
        }

        Resume(stepper, after, derivative, evaluations: 0);
        return guard.Longest(rest, stepper, next, h, Math.Abs(end - solve.Start));
    }

    /// <summary>Writes the states at output times within a step.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void WriteWithin(ButcherTableau tableau, ref OutputPlan<T> outputs, double t, double next, double h, TState z, in Stages stages)
    {
        Span<double> dense = stackalloc double[InlinedTableau.Stages];
        while (outputs.LiesBefore(next))
        {
            tableau.DenseWeights((outputs.Next - t) / h, dense);
            TState state = TState.MultiplyAdd(Round(h * dense[0]), stages.K1, z);
            state = TState.MultiplyAdd(Round(h * dense[1]), stages.K2, state);
            state = TState.MultiplyAdd(Round(h * dense[2]), stages.K3, state);
            state = TState.MultiplyAdd(Round(h * dense[3]), stages.K4, state);
            state = TState.MultiplyAdd(Round(h * dense[4]), stages.K5, state);
            state = TState.MultiplyAdd(Round(h * dense[5]), stages.K6, state);
            state = TState.MultiplyAdd(Round(h * dense[6]), stages.K7, state);
            state.Write(outputs.Take());
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Resume(RungeKuttaStepper<T> stepper, TState state, TState derivative, long evaluations)
    {
        Span<T> values = stackalloc T[2 * TState.Length];
        state.Write(values);
        derivative.Write(values[TState.Length..]);
        stepper.Resume(values[..TState.Length], values[TState.Length..], evaluations);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Round(double value) => typeof(T) == typeof(double) ? Unsafe.BitCast<double, T>(value) : Unsafe.BitCast<float, T>((float)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Widen(T value) => typeof(T) == typeof(double) ? Unsafe.BitCast<T, double>(value) : Unsafe.BitCast<T, float>(value);

    /// <summary>The derivatives at the stages of a step.</summary>
    private readonly record struct Stages(TState K1, TState K2, TState K3, TState K4, TState K5, TState K6, TState K7);
}
