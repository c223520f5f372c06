using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>The attempt for states of few components: the same numbers as of the general one, with all that is the same for its stages looked up once.</summary>
internal partial class RungeKuttaStepper<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe bool TryFew<TComponents>(double t, in StepPlan plan, out double error)
        where TComponents : struct, ITermCount
    {
        error = double.NaN;
        EvaluateFirst(t);
        double next = plan.End, h = plan.Size;
        _start = t;
        _end = next;
        _size = h;
        _denseIsEvaluated = false;
        _combinations.Scale(h);
        IVectorField<T> field = _field;
        ref readonly BoundTerms<T> terms = ref _combinations[0];
        ref double c = ref MemoryMarshal.GetReference(_tableau.C);
        T* rows = Rows.Address;
        nint* offsets = Rows.OffsetsAddress;
        T* state = rows + offsets[StateRow], input = rows + offsets[InputRow], newState = rows + offsets[NewStateRow];
        int stages = _ownStages;
        for (int i = 1; i < stages; i++)
        {
            double time = StageTime(t, next, h, Unsafe.Add(ref c, i));
            if (!FewComponents.Combine<T, TComponents>(Unsafe.Add(ref Unsafe.AsRef(in terms), i), rows, offsets, state, input))
            {
                Reach(i, InputRow, time);
                return false;
            }

            field.Evaluate(time, new ReadOnlySpan<T>(input, TComponents.Count), new Span<T>(rows + offsets[i], TComponents.Count));
        }

        Reach(stages, NewStateRow, next);
        if (!FewComponents.Combine<T, TComponents>(_combinations[_combinations.StepIndex], rows, offsets, state, newState))
        {
            return false;
        }

        if (!NeedsError && !NeedsInterpolation)
        {
            error = 0;
            return true;
        }

        EvaluateSharedStage();
        error = NeedsError ? MeasureError<TComponents>() : 0;
        return true;
    }

    /// <summary>Notes how far an attempt got.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reach(int stages, int row, double time)
    {
        Counts.Evaluations += stages - _evaluatedStages;
        _evaluatedStages = stages;
        _lastRow = row;
        _lastRowTime = time;
    }
}
