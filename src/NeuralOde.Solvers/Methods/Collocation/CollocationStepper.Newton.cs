using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The simplified Newton iteration in the transformed variables, with RADAU5's stopping rule.</summary>
internal sealed partial class CollocationStepper<T>
{
    private const int MaxIterations = 7;

    // Of fixed steps, whose errors nothing else measures: to rounding, however many iterations that takes.
    private const int MaxStrictIterations = 50;
    private const double SlowRate = 0.5;
    private const double StrictShare = 0.03;

    // What a first correction is taken to leave at least: the rate is that of the step before.
    private const double SmallestGuess = 0.1;
    private static readonly double s_epsilon = double.CreateTruncating(T.BitIncrement(T.One) - T.One);

    private bool _isStrict;
    private double _share;
    private double _relative;
    private double _absolute;
    private double _remaining;
    private double _rate;

    private void StartNewton()
    {
        _isStrict = !NeedsError;
        double relative = Scale.Tolerances.Relative, absolute = Scale.Tolerances.Absolute;
        _share = _isStrict ? StrictShare : NewtonSolver<T>.ShareOfTolerance(relative, s_epsilon);
        double strict = (typeof(T) == typeof(float) ? 32 : 128) * s_epsilon / relative;
        (_relative, _absolute) = _isStrict ? (strict * relative, strict * absolute) : (relative, absolute);
        _remaining = 1;
        _rate = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private StepOutcome Iterate(double t, in StepPlan plan)
    {
        double previous = 0, previousRate = 0, remaining = Math.Max(SmallestGuess, Math.Pow(Math.Max(_remaining, s_epsilon), 0.8));
        int max = _isStrict ? MaxStrictIterations : MaxIterations;
        _rate = 0;
        for (int iteration = 1; iteration <= max; iteration++)
        {
            Counts.NewtonIterations++;
            if (!EvaluateStages(t, plan))
            {
                return StepOutcome.NotFinite;
            }

            Correct(plan.Size);
            double norm = CorrectionNorm();
            if (!double.IsFinite(norm))
            {
                return StepOutcome.NotFinite;
            }

            if (iteration > 1)
            {
                double ratio = norm / previous;
                if (_isStrict && ratio > SlowRate)
                {
                    // Corrections that no longer shrink are round-off, where they are as small as that.
                    if (norm <= 1 || (iteration == max && norm * _relative <= StrictShare * Scale.Tolerances.Relative))
                    {
                        _rate = 1;
                        return StepOutcome.Complete;
                    }

                    if (!Renew(t, plan, ratio > 1))
                    {
                        return StepOutcome.NewtonFailed;
                    }

                    (previous, previousRate) = (norm, 0);
                    continue;
                }

                // The geometric mean of two ratios, which a complex pair makes alternate.
                _rate = previousRate == 0 ? ratio : Math.Sqrt(ratio * previousRate);
                previousRate = ratio;
                if (_rate >= 0.99)
                {
                    return StepOutcome.NewtonFailed;
                }

                remaining = _rate / (1 - _rate);
                if (norm * remaining * Math.Pow(_rate, max - 1 - iteration) > _share && iteration < max)
                {
                    return StepOutcome.NewtonFailed;
                }
            }

            if (norm == 0 || remaining * norm <= _share)
            {
                _remaining = iteration > 1 ? remaining : _remaining;
                return StepOutcome.Complete;
            }

            previous = norm;
        }

        return StepOutcome.NewtonFailed;
    }

    private bool EvaluateStages(double t, in StepPlan plan)
    {
        ReadOnlySpan<T> old = _rows.Row(Old, StateLength);
        Span<T> input = _rows.Row(Input, StateLength);
        for (int i = 0; i < _stages; i++)
        {
            ReadOnlySpan<T> z = _rows.Row(i, StateLength);
            for (int j = 0; j < input.Length; j++)
            {
                input[j] = old[j] + z[j];
            }

            double time = RungeKuttaStepper<T>.StageTime(t, plan.End, plan.Size, _tableau.C[i]);
            Evaluate(time, Input, Values + i);
            (_lastRow, _lastTime) = (Values + i, time);
            if (Reductions.FirstNotFinite<T>(_rows.Row(Values + i, StateLength)) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// <c>(M − (h/λ) J) ΔW = (h/λ) (V⁻¹ F) − M W</c> for both eigenvalues, with <c>W = V⁻¹ Z</c>; then <c>Z += V ΔW</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Correct(double h)
    {
        int n = StateLength;
        Span<T> real = _rows.Row(RealPart, n);
        SquareMatrix<T>? mass = Problem.MassMatrix;
        Complex factor = h / _tableau.Pair;
        Span<Complex> complex = _complex;
        complex.Clear();
        real.Clear();
        for (int i = 0; i < _stages; i++)
        {
            ReadOnlySpan<T> f = _rows.Row(Values + i, n), z = _rows.Row(i, n);
            if (mass is not null)
            {
                mass.Multiply(z, _rows.Row(Product, n));
                z = _rows.Row(Product, n);
            }

            Complex left = _tableau.PairLeft[i], scaled = factor * left;
            for (int j = 0; j < n; j++)
            {
                double value = double.CreateTruncating(f[j]), increment = double.CreateTruncating(z[j]);
                complex[j] += new Complex((scaled.Real * value) - (left.Real * increment), (scaled.Imaginary * value) - (left.Imaginary * increment));
            }

            if (_tableau.HasReal)
            {
                T weight = T.CreateTruncating(_tableau.RealLeft[i]), valueWeight = T.CreateTruncating(_tableau.RealLeft[i] * h / _tableau.Real);
                for (int j = 0; j < n; j++)
                {
                    real[j] += (valueWeight * f[j]) - (weight * z[j]);
                }
            }
        }

        _system.SolveComplex(complex);
        if (_tableau.HasReal)
        {
            _system.SolveReal(real);
        }

        for (int i = 0; i < _stages; i++)
        {
            Span<T> z = _rows.Row(i, n), correction = _rows.Row(Corrections + i, n);
            Complex right = 2 * _tableau.PairRight[i];
            T weight = T.CreateTruncating(_tableau.RealRight[i]);
            for (int j = 0; j < n; j++)
            {
                T change = (weight * real[j]) + T.CreateTruncating((right.Real * complex[j].Real) - (right.Imaginary * complex[j].Imaginary));
                correction[j] = change;
                z[j] += change;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double CorrectionNorm()
    {
        ErrorNorm norm = Scale.Norm;
        ReadOnlySpan<T> old = _rows.Row(Old, StateLength).Slice(norm.Start, norm.Length);
        double sum = 0;
        for (int i = 0; i < _stages; i++)
        {
            ReadOnlySpan<T> correction = _rows.Row(Corrections + i, StateLength).Slice(norm.Start, norm.Length);
            for (int j = 0; j < old.Length; j++)
            {
                double size = double.CreateTruncating(correction[j]), unit = _absolute + (_relative * Math.Abs(double.CreateTruncating(old[j])));
                double ratio = size == 0 && unit == 0 ? 0 : size / unit;
                sum += ratio * ratio;
            }
        }

        return Math.Sqrt(sum / (norm.Count * _stages));
    }

    /// <summary>Where a step cannot be shortened: the Jacobian at the middle stage's present iterate. Half of a correction that grew is taken back.</summary>
    private bool Renew(double t, in StepPlan plan, bool hasGrown)
    {
        for (int i = 0; hasGrown && i < _stages; i++)
        {
            AddScaled(_rows.Row(i, StateLength), -0.5, _rows.Row(Corrections + i, StateLength));
        }

        int stage = _stages / 2;
        Span<T> input = _rows.Row(Input, StateLength);
        _rows.Row(Old, StateLength).CopyTo(input);
        AddScaled(input, 1, _rows.Row(stage, StateLength));
        double time = RungeKuttaStepper<T>.StageTime(t, plan.End, plan.Size, _tableau.C[stage]);
        Evaluate(time, Input, Values);
        _system.EvaluateJacobian(time, input, _rows.Row(Values, StateLength), plan.Size, Scale.Tolerances, ref Counts);
        return _system.Prepare(plan.Size, ref Counts);
    }
}
