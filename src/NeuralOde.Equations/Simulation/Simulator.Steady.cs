using NeuralOde.Equations.Compilation;
using NeuralOde.Solvers;

namespace NeuralOde.Equations.Simulation;

/// <summary>The states after endless doses: what one interval maps onto itself, by Newton's method with the exact derivative of the map.</summary>
internal sealed partial class Simulator
{
    private const int MostIterations = 50;

    private SensitivityField? _steadyField;
    private CompiledExpressions? _steadyRates;
    private PieceSolver? _steadySolver;

    private bool BecomeSteady(TimelineItem item, double t, ReadOnlySpan<double> parameters, ReadOnlySpan<double> scales)
    {
        int all = _columns + _n;
        if (!(item.Interval > 0) || item.Duration > item.Interval)
        {
            return Fail(FormattableString.Invariant(
                $"The steady dose at {item.Time:G6} needs an interval (II) above 0, and no infusion longer than it; it is {item.Interval:G6}."));
        }

        if (_steadyField is null)
        {
            _steadyRates = new CompiledExpressions(_model, _model.Rates, _sensitive);
            _steadyField = new SensitivityField(_model, _steadyRates, all);
            _steadySolver = new PieceSolver(_model, _steadyField, all, _scales, _options, []);
        }

        _steadyRates!.Prepare(parameters, _initials.Registers.AsSpan(_model.CovariateVariable(0), _model.Covariates.Count));
        _steadyField.Inputs = _field.Inputs;
        scales.CopyTo(_steadyField.Scales);
        double[] y = _z[.._n], z = new double[_n * (1 + all)], a = new double[_n * _n], step = new double[_n];
        int[] pivots = new int[_n];
        for (int iteration = 0; iteration < MostIterations; iteration++)
        {
            if (!OneInterval(item, t, y, z))
            {
                return false;
            }

            for (int i = 0; i < _n; i++)
            {
                step[i] = z[i] - y[i];
                for (int j = 0; j < _n; j++)
                {
                    a[(i * _n) + j] = (i == j ? 1 : 0) - z[((1 + _columns + j) * _n) + i];
                }
            }

            if (!BlockLu.Decompose(a, pivots, _n))
            {
                break;
            }

            BlockLu.Solve(a, pivots, step);
            bool isSmall = true;
            for (int i = 0; i < _n; i++)
            {
                y[i] += step[i];
                isSmall &= Math.Abs(step[i]) <= 10 * _options.RelativeTolerance * Math.Max(Math.Abs(y[i]), 1e-3 * _scales[i]);
            }

            if (isSmall)
            {
                y.CopyTo(_z, 0);
                for (int k = 1; k <= _columns; k++)
                {
                    z.AsSpan(k * _n, _n).CopyTo(step);
                    BlockLu.Solve(a, pivots, step);
                    step.CopyTo(_z, k * _n);
                }

                Array.Clear(_field.Infusions);
                return true;
            }
        }

        return Fail(FormattableString.Invariant(
            $"No steady state under the doses every {item.Interval:G6} was found for the dose at {item.Time:G6}: what is given may not be eliminated."));
    }

    /// <summary>A dose and the interval after it, from states whose own sensitivities are the last columns.</summary>
    private bool OneInterval(TimelineItem item, double t, ReadOnlySpan<double> y, double[] z)
    {
        Array.Clear(z);
        y.CopyTo(z);
        for (int j = 0; j < _n; j++)
        {
            z[((1 + _columns + j) * _n) + j] = 1;
        }

        double[] target = item.Duration > 0 ? _steadyField!.Infusions : z;
        Array.Clear(_steadyField!.Infusions);
        target[item.State] += item.Size;
        for (int k = 0; k < _columns; k++)
        {
            target[((1 + k) * _n) + item.State] += item.SizeBy[k];
        }

        double begin = t - item.Interval, middle = begin + item.Duration;
        double[] rows = new double[2 * z.Length];
        if (item.Duration > 0)
        {
            if (!Piece(begin, middle))
            {
                return false;
            }

            Array.Clear(_steadyField.Infusions);
            for (int k = 0; k < _columns; k++)
            {
                z[((1 + k) * _n) + item.State] += item.Size * item.DurationBy[k];
            }
        }

        return t - middle <= 1e-12 * item.Interval || Piece(middle, t);

        bool Piece(double from, double to)
        {
            SolveResult result = _steadySolver!.Solve(z, [from, to], rows, out _);
            rows.AsSpan(z.Length).CopyTo(z);
            return result.IsSuccess || Fail(result.ToString());
        }
    }
}
