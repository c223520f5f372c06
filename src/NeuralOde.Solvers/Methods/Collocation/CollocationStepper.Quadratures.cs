namespace NeuralOde.Solvers;

/// <summary>Quadratures: integrands are evaluated at the solved stages, which costs an evaluation of the field each.</summary>
internal sealed partial class CollocationStepper<T>
{
    private double _stepStart;
    private double _badTime;
    private int _badQuadrature = -1;

    public override bool CombineQuadratures(double h)
    {
        if (Length == StateLength)
        {
            return true;
        }

        Span<T> end = _rows.Row(New, Length)[StateLength..];
        if (_badQuadrature < 0)
        {
            InterpolateQuadratures(1, h, end);
            _badQuadrature = Reductions.FirstNotFinite<T>(end);
            _badTime = _stepStart + h;
        }

        return _badQuadrature < 0;
    }

    private void EvaluateIntegrands(double t, in StepPlan plan)
    {
        for (int i = 0; i < _stages; i++)
        {
            Span<T> input = _rows.Row(Input, StateLength);
            _rows.Row(Old, StateLength).CopyTo(input);
            AddScaled(input, 1, _rows.Row(i, StateLength));
            double time = RungeKuttaStepper<T>.StageTime(t, plan.End, plan.Size, _tableau.C[i]);
            Evaluate(time, Input, Values + i);
            int bad = Reductions.FirstNotFinite<T>(_rows.Row(Values + i, Length)[StateLength..]);
            if (bad >= 0 && _badQuadrature < 0)
            {
                (_badQuadrature, _badTime) = (bad, time);
            }
        }
    }

    private void InterpolateQuadratures(double theta, double h, Span<T> destination)
    {
        Span<double> integrals = stackalloc double[_stages];
        CollocationTableau.Lagrange(_tableau.C, theta, derivative: false, integrals);
        _rows.Row(Old, Length)[StateLength..].CopyTo(destination);
        for (int i = 0; i < _stages; i++)
        {
            AddScaled(destination, h * integrals[i], _rows.Row(Values + i, Length)[StateLength..]);
        }
    }
}
