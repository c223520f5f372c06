using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Linear;

/// <summary>
/// The Kalman filter of a linear model for one series at irregular times, with the coefficients of the series (initial level, slope, season, inputs) as regressors whose
/// columns go through the same filter (de Jong 1991, The diffuse Kalman filter): their estimates are those of generalized least squares, and the likelihood is exact.
/// The cost is linear in the number of values. Not thread-safe.
/// </summary>
internal sealed class LinearFilter
{
    private const double Steady = 1e-11;

    private readonly LinearStructure _structure;
    private readonly LinearBlock[] _blocks;
    private readonly double[] _parameters;
    private readonly int[] _offsets;
    private readonly int _states;
    private readonly int _columns;
    private readonly int _inputs;

    private readonly double[] _transitions;
    private readonly double[] _noises;
    private readonly double[] _covariance;
    private readonly double[] _gain;
    private readonly double[] _work;
    private readonly double[] _means;
    private readonly double[] _row;
    private double _gap = double.NaN;
    private double _variance;
    private bool _isSteady;
    private bool _isForecasting;
    private double _start;
    private double _span;
    private double _time;

    public LinearFilter(LinearStructure structure, ReadOnlySpan<double> parameters, int inputs)
    {
        _structure = structure;
        _parameters = parameters.ToArray();
        _blocks = structure.Blocks(parameters);
        _states = structure.States;
        _inputs = inputs;
        _columns = structure.Columns + inputs;
        _offsets = new int[_blocks.Length];
        for (int b = 1; b < _blocks.Length; b++)
        {
            _offsets[b] = _offsets[b - 1] + _blocks[b - 1].Size;
        }

        _transitions = new double[4 * _blocks.Length];
        _noises = new double[3 * _blocks.Length];
        _covariance = new double[_states * _states];
        _work = new double[_states * _states];
        _gain = new double[_states];
        _row = new double[_columns];

        // The state's mean given coefficients b is the column of values minus the others times b.
        _means = new double[(_columns + 1) * _states];
        Information = new double[_columns * _columns];
        Product = new double[_columns];
    }

    /// <summary>The sum of the logarithms of the innovations' variances, in units of the noise.</summary>
    public double LogVariances { get; private set; }

    /// <summary>The sum of the squares of standardized innovations, before the coefficients are estimated.</summary>
    public double Squares { get; private set; }

    /// <summary>The information matrix of the coefficients.</summary>
    public double[] Information { get; }

    /// <summary>What the information matrix times the coefficients is.</summary>
    public double[] Product { get; }

    /// <summary>The number of coefficients.</summary>
    public int Columns => _columns;

    /// <summary>Filters a series from its start.</summary>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
    public void Run(ComponentSeries series)
    {
        Restart(series);
        Span<double> innovations = stackalloc double[_columns + 1];
        for (int i = 0; i < series.Count; i++)
        {
            if (i > 0)
            {
                Advance(series.Times[i] - series.Times[i - 1]);
            }

            _time = series.Times[i];
            Row(_time, series.Inputs.AsSpan(i * _inputs, _inputs));
            Innovations(series.Values[i], innovations);
            if (!_isSteady)
            {
                Gains();
            }

            LogVariances += Math.Log(_variance);
            double value = innovations[0];
            Squares += value * value / _variance;
            for (int j = 0; j < _columns; j++)
            {
                double scaled = innovations[j + 1] / _variance;
                Product[j] += scaled * value;
                for (int k = 0; k <= j; k++)
                {
                    Information[(j * _columns) + k] += scaled * innovations[k + 1];
                }
            }

            for (int j = 0; j <= _columns; j++)
            {
                Span<double> mean = _means.AsSpan(j * _states, _states);
                for (int s = 0; s < _states; s++)
                {
                    mean[s] += _gain[s] * innovations[j];
                }
            }
        }

        for (int j = 0; j < _columns; j++)
        {
            for (int k = j + 1; k < _columns; k++)
            {
                Information[(j * _columns) + k] = Information[(k * _columns) + j];
            }
        }
    }

    /// <summary>Forecasts after <see cref="Run"/>.</summary>
    /// <param name="times">Rising times after the last value.</param>
    /// <param name="inputs">The inputs' values.</param>
    /// <param name="coefficients">The estimates.</param>
    /// <param name="factor">The Cholesky factor of the information matrix.</param>
    /// <param name="means">Destination.</param>
    /// <param name="variances">Destination: in units of the noise, with that of the coefficients.</param>
    public void Forecast(ReadOnlySpan<double> times, ReadOnlySpan<double> inputs, double[] coefficients, double[] factor, Span<double> means, Span<double> variances)
    {
        double[] column = new double[_columns];
        Span<double> innovations = stackalloc double[_columns + 1];
        LeaveSteadyState();
        _isForecasting = true;
        for (int i = 0; i < times.Length; i++)
        {
            if (times[i] > _time)
            {
                Advance(times[i] - _time);
                _time = times[i];
            }

            Row(_time, inputs.Slice(i * _inputs, _inputs));
            Innovations(0, innovations);

            // The innovation of 0 is minus the mean; those of the columns are rows less what the state knows of them.
            double mean = -innovations[0];
            for (int j = 0; j < _columns; j++)
            {
                column[j] = innovations[j + 1];
                mean += column[j] * coefficients[j];
            }

            means[i] = mean;
            Cholesky.SolveLower(factor, column);
            double variance = 1 + ObservedVariance();
            foreach (double x in column)
            {
                variance += x * x;
            }

            variances[i] = variance;
        }
    }

    private void Restart(ComponentSeries series)
    {
        (_start, _span) = (series.Times[0], Math.Max(1, series.Times[^1] - series.Times[0]));
        (LogVariances, Squares, _isSteady, _isForecasting, _gap) = (0, 0, false, false, double.NaN);
        Array.Clear(Information);
        Array.Clear(Product);
        Array.Clear(_means);
        Array.Clear(_covariance);
        for (int b = 0; b < _blocks.Length; b++)
        {
            for (int s = 0; s < _blocks[b].Size; s++)
            {
                int at = _offsets[b] + s;
                _covariance[(at * _states) + at] = _blocks[b].StartVariance;
            }
        }
    }

    private void Row(double time, ReadOnlySpan<double> inputs)
    {
        _structure.Row(time, _start, _span, _parameters, _row);
        inputs.CopyTo(_row.AsSpan(_structure.Columns));
    }

    /// <summary>The innovations of the values, then of each column.</summary>
    private void Innovations(double value, Span<double> innovations)
    {
        for (int j = 0; j <= _columns; j++)
        {
            double predicted = 0;
            for (int b = 0; b < _offsets.Length; b++)
            {
                predicted += _means[(j * _states) + _offsets[b]];
            }

            innovations[j] = (j == 0 ? value : _row[j - 1]) - predicted;
        }
    }

    private double ObservedVariance()
    {
        double variance = 0;
        foreach (int row in _offsets)
        {
            foreach (int column in _offsets)
            {
                variance += _covariance[(row * _states) + column];
            }
        }

        return variance;
    }

    /// <summary>The gain, and the covariance after the observation. Where neither changes any more, both are kept.</summary>
    private void Gains()
    {
        _variance = 1;
        for (int s = 0; s < _states; s++)
        {
            double sum = 0;
            foreach (int column in _offsets)
            {
                sum += _covariance[(s * _states) + column];
            }

            _work[s] = sum;
        }

        foreach (int row in _offsets)
        {
            _variance += _work[row];
        }

        for (int s = 0; s < _states; s++)
        {
            _gain[s] = _work[s] / _variance;
        }

        for (int s = 0; s < _states; s++)
        {
            double gain = _gain[s];
            for (int k = 0; k < _states; k++)
            {
                _covariance[(s * _states) + k] -= gain * _work[k];
            }
        }
    }

    /// <summary>Takes means and covariance over a gap without observations.</summary>
    private void Advance(double gap)
    {
        // Equal gaps differ by rounding.
        bool isSame = Math.Abs(gap - _gap) <= 1e-9 * gap;
        if (!isSame)
        {
            _gap = gap;
            LeaveSteadyState();
            for (int b = 0; b < _blocks.Length; b++)
            {
                _blocks[b].Step(gap, _transitions.AsSpan(4 * b, 4), _noises.AsSpan(3 * b, 3));
            }
        }

        for (int j = 0; j <= _columns; j++)
        {
            Span<double> mean = _means.AsSpan(j * _states, _states);
            for (int b = 0; b < _blocks.Length; b++)
            {
                int at = _offsets[b];
                if (_blocks[b].Size == 1)
                {
                    mean[at] *= _transitions[4 * b];
                }
                else
                {
                    (mean[at], mean[at + 1]) = (
                        (_transitions[4 * b] * mean[at]) + (_transitions[(4 * b) + 1] * mean[at + 1]),
                        (_transitions[(4 * b) + 2] * mean[at]) + (_transitions[(4 * b) + 3] * mean[at + 1]));
                }
            }
        }

        if (!_isSteady)
        {
            AdvanceCovariance(isSame);
        }
    }

    /// <summary>In the steady state the covariance stays as it is before an observation; this takes it to what it is after one.</summary>
    private void LeaveSteadyState()
    {
        if (_isSteady)
        {
            Gains();
            _isSteady = false;
        }
    }

    private void AdvanceCovariance(bool isSame)
    {
        // The gain of the last step, to see whether the next one would be another.
        double before = _variance;
        for (int b = 0; b < _blocks.Length; b++)
        {
            Left(b);
        }

        for (int b = 0; b < _blocks.Length; b++)
        {
            Right(b);
            int at = _offsets[b];
            _covariance[(at * _states) + at] += _noises[3 * b];
            if (_blocks[b].Size == 2)
            {
                _covariance[(at * _states) + at + 1] += _noises[(3 * b) + 1];
                _covariance[((at + 1) * _states) + at] += _noises[(3 * b) + 1];
                _covariance[((at + 1) * _states) + at + 1] += _noises[(3 * b) + 2];
            }
        }

        // Without observations the covariance grows: only a filter has a steady state.
        if (isSame && !_isForecasting)
        {
            double variance = 1 + ObservedVariance(), change = Math.Abs(variance - before);
            for (int s = 0; s < _states && change <= Steady * variance; s++)
            {
                double sum = 0;
                foreach (int column in _offsets)
                {
                    sum += _covariance[(s * _states) + column];
                }

                change = Math.Max(change, Math.Abs((sum / variance) - _gain[s]));
            }

            _isSteady = change <= Steady * variance;
        }
    }

    private void Left(int b)
    {
        int at = _offsets[b] * _states;
        double a = _transitions[4 * b];
        if (_blocks[b].Size == 1)
        {
            for (int k = 0; k < _states; k++)
            {
                _covariance[at + k] *= a;
            }

            return;
        }

        double c = _transitions[(4 * b) + 1], d = _transitions[(4 * b) + 2], e = _transitions[(4 * b) + 3];
        for (int k = 0; k < _states; k++)
        {
            double first = _covariance[at + k], second = _covariance[at + _states + k];
            _covariance[at + k] = (a * first) + (c * second);
            _covariance[at + _states + k] = (d * first) + (e * second);
        }
    }

    private void Right(int b)
    {
        double a = _transitions[4 * b];
        for (int k = 0; k < _states; k++)
        {
            int at = (k * _states) + _offsets[b];
            if (_blocks[b].Size == 1)
            {
                _covariance[at] *= a;
                continue;
            }

            double first = _covariance[at], second = _covariance[at + 1];
            _covariance[at] = (a * first) + (_transitions[(4 * b) + 1] * second);
            _covariance[at + 1] = (_transitions[(4 * b) + 2] * first) + (_transitions[(4 * b) + 3] * second);
        }
    }
}
