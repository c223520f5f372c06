using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>Quadratures: integrands are evaluated at the solved stages, which costs an evaluation of the field each.</summary>
internal sealed partial class DiagonallyImplicitStepper<T>
{
    private readonly T[] _value;
    private double _badTime;
    private int _badQuadrature = -1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool CombineQuadratures(double h)
    {
        int n = StateLength;
        if (Length == n)
        {
            return true;
        }

        if (_badQuadrature >= 0)
        {
            _lastTime = _badTime;
            _lastStage = -1;
            return false;
        }

        LinearCombination row = _tableau.StepRow;
        ref T start = ref Unsafe.Add(ref _rows.Start, n);
        bool isFinite = CombineKernel.Run(
            ref start, _rows.Offsets, row.Indices, row.Weights, h, ref Unsafe.Add(ref _rows[Old], n), ref Unsafe.Add(ref _rows[New], n), Length - n);
        if (IsSplit)
        {
            int[] indices = _splitStages;
            isFinite &= CombineKernel.Run(
                ref start, _rows.Offsets, indices.AsSpan(_stages, _stages), _tableau.B, h, ref Unsafe.Add(ref _rows[New], n), ref Unsafe.Add(ref _rows[New], n), Length - n);
        }

        if (!isFinite)
        {
            _badQuadrature = Reductions.FirstNotFinite<T>(_rows.Row(New, Length)[n..]);
        }

        return isFinite;
    }

    private void EvaluateQuadratures(int stage, double time, int state)
    {
        Counts.Evaluations++;
        _field.Evaluate(time, _rows.Row(state, StateLength), _value);
        Span<T> integrands = _value.AsSpan(StateLength);
        integrands.CopyTo(_rows.Row(stage, Length)[StateLength..]);
        int bad = Reductions.FirstNotFinite<T>(integrands);
        if (bad >= 0 && _badQuadrature < 0)
        {
            (_badQuadrature, _badTime) = (bad, time);
        }
    }
}
