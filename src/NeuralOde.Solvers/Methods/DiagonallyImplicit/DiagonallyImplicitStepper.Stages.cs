using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The stages of a step, and its error.</summary>
internal sealed partial class DiagonallyImplicitStepper<T>
{
    /// <summary>What is known of each stage; the step; the error; the guesses of the stages' derivatives.</summary>
    private LinearCombination[] Combinations(double[][]? explicitRows)
    {
        var all = new List<LinearCombination>();
        double[] Both(double[] row, double[]? other)
        {
            double[] joint = new double[Explicit + _stages];
            row.CopyTo(joint, 0);
            other?.CopyTo(joint, Explicit);
            return joint;
        }

        for (int i = 0; i < _stages; i++)
        {
            all.Add(new LinearCombination(Both([.. _tableau.A(i)[..Math.Min(i, _tableau.A(i).Length)]], explicitRows?[i])));
        }

        double[] b = [.. _tableau.B], e = [.. _tableau.ErrorWeights];
        all.Add(new LinearCombination(Both(b, explicitRows is null ? null : b)));
        all.Add(new LinearCombination(Both(e, explicitRows is null ? null : e)));
        for (int i = 1; i < _stages; i++)
        {
            double[] guess = [.. _tableau.Predictor(i)];
            if (guess.Length == 0)
            {
                guess = new double[i];
                guess[^1] = 1;
            }

            all.Add(new LinearCombination([.. guess.Select(x => x * _gamma)]));
        }

        return [.. all];
    }

    private int GuessIndex(int stage) => _stages + 1 + stage;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe StepOutcome TakeStages(double t, in StepPlan plan)
    {
        double next = plan.End, h = plan.Size, gamma = _gamma * h;
        _badQuadrature = -1;
        if (!_newton.Prepare(t, _rows.Row(Old, StateLength), _firstIsCarried ? [] : _rows.Row(0, StateLength), h, gamma, ref Counts))
        {
            return Reductions.FirstNotFinite<T>(_rows.Row(0, StateLength)) >= 0 ? StepOutcome.NotFinite : StepOutcome.NewtonFailed;
        }

        for (int i = 1; i < _stages; i++)
        {
            bool isLast = i == _stages - 1;
            int stage = isLast && !IsSplit ? New : Stage;
            double time = StageTime(t, next, h, _tableau.C[i]);
            (_lastStage, _lastRow, _lastTime) = (i, Known, time);
            if (!CombineKernel.Run(_combinations[i], _rows.AddressOf(Old), _rows.AddressOf(Known), _combinedLength))
            {
                _lastStage = -1;
                return StepOutcome.NotFinite;
            }

            CombineKernel.Run(_combinations[GuessIndex(i)], _rows.AddressOf(Known), _rows.AddressOf(stage), _combinedLength);
            _lastRow = stage;
            NewtonResult result = _newton.Solve(time, gamma, _rows.Row(Known, StateLength), _rows.Row(stage, StateLength), ref Counts);
            Counts.Evaluations += _tableau.C[i] > 1 ? (TimeExtrapolation<T>.Count - 1) * result.Iterations : 0;
            if (!result.IsConverged)
            {
                return result.Outcome;
            }

            SetDerivative(i, stage, gamma);
            if (IsSplit)
            {
                Counts.Evaluations++;
                Problem.Field.Evaluate(time, _rows.Row(stage, StateLength), _rows.Row(Explicit + i, Length));
            }

            if (Length > StateLength)
            {
                EvaluateQuadratures(i, time, stage);
            }
        }

        if (IsSplit)
        {
            (_lastStage, _lastRow, _lastTime) = (-1, New, next);
            return CombineKernel.Run(_combinations[_stages], _rows.AddressOf(Old), _rows.AddressOf(New), _combinedLength) ? StepOutcome.Complete : StepOutcome.NotFinite;
        }

        return StepOutcome.Complete;
    }

    /// <summary>Round-off must not carry a stage outside the step; one that lies beyond it by right stays there for <see cref="TimeExtrapolation{T}"/>.</summary>
    private static double StageTime(double t, double next, double h, double c) => c > 1 ? t + (c * h) : RungeKuttaStepper<T>.StageTime(t, next, h, c);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SetDerivative(int stage, int solution, double gamma)
    {
        Span<T> k = _rows.Row(stage, StateLength);
        ReadOnlySpan<T> y = _rows.Row(solution, StateLength), known = _rows.Row(Known, StateLength);
        T inverse = T.CreateTruncating(1 / gamma);
        for (int i = 0; i < k.Length; i++)
        {
            k[i] = (y[i] - known[i]) * inverse;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe double EstimateError()
    {
        CombineKernel.Run(_combinations[_stages + 1], _rows.AddressOf(Zeros), _rows.AddressOf(Error), _combinedLength);
        if (_filtersError)
        {
            _newton.Linear.Solve(_rows.Row(Error, StateLength));
        }

        return Scale.Measure(_rows, [Error], [1.0], 1, Old, New);
    }

    private void EvaluateStage(int stage, double t, int state)
    {
        Counts.Evaluations++;
        _field.Evaluate(t, _rows.Row(state, StateLength), _rows.Row(stage, Length));
        if (IsSplit)
        {
            Counts.Evaluations++;
            Problem.Field.Evaluate(t, _rows.Row(state, StateLength), _rows.Row(Explicit + stage, Length));
            _rows.Row(stage, Length).CopyTo(_rows.Row(Total, Length));
            Add(_rows.Row(Total, Length), _rows.Row(Explicit + stage, Length));
        }
    }
}
