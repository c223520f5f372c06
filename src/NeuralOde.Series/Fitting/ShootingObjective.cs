using NeuralOde.Sensitivities;

namespace NeuralOde.Series.Fitting;

/// <summary>
/// Multiple shooting (Bock, Plitt 1984): every piece has a learned initial state; what is minimized is the misfit at the observations, plus
/// a penalty on the jumps between a piece's end and the next one's start, plus a penalty on the weights and on hidden initial states.
/// </summary>
internal sealed class ShootingObjective
{
    private readonly SeriesFieldShape _layout;
    private readonly TimeSeriesSet _series;
    private readonly Sensitivity<double> _sensitivity;
    private readonly SolveMemory<double> _memory;
    private readonly double[] _initial;
    private readonly double[] _initialGradient;
    private readonly double[] _stateGradient;
    private readonly (int State, double Value)[] _observations;
    private readonly (int State, int NextRow)[] _jumps;
    private readonly Parameter[] _weights;
    private readonly double _penalty;

    /// <param name="field">The dynamics.</param>
    /// <param name="series">Standardized series in model time.</param>
    /// <param name="pieces">How they are cut.</param>
    /// <param name="starts">The first initial states, <c>[pieces, learned states]</c>.</param>
    /// <param name="options">Solver, tolerance and regularization.</param>
    public ShootingObjective(SeriesField field, TimeSeriesSet series, ShootingPieces pieces, double[] starts, SeriesFitOptions options)
    {
        _layout = field.Layout;
        _series = series;
        Pieces = pieces;
        int rows = pieces.Pieces.Length;
        Starts = new Parameter(Tensor.From(starts, [rows, field.Layout.LearnedStates]), "starts");
        var steps = new AdaptiveSteps { RelativeTolerance = options.RelativeTolerance, AbsoluteTolerance = options.RelativeTolerance / 10, MaxSteps = 20_000 };
        _sensitivity = GradientMethod.For(options.Solver).Create(new CompiledField<double>(field, [rows, field.Layout.StateLength]), options.Solver, steps);
        _memory = _sensitivity.Rent();
        _initial = new double[rows * field.Layout.StateLength];
        _initialGradient = new double[_initial.Length];
        _stateGradient = new double[pieces.Times.Length * _initial.Length];
        _weights = [.. field.Weights];
        _observations = FindObservations();
        _jumps = FindJumps();
        _penalty = options.Regularization / Math.Max(1, _observations.Length);
        FillClocks();
    }

    public ShootingPieces Pieces { get; }

    /// <summary>The learned initial states.</summary>
    public Parameter Starts { get; }

    /// <summary>The weight of a jump relative to a misfit.</summary>
    public double Continuity { get; set; }

    /// <summary>The mean square misfit of the last evaluation, in standardized units.</summary>
    public double Misfit { get; private set; }

    /// <summary>Solves, and adds the gradient to the parameters' own.</summary>
    /// <returns>The objective, or none where the solve failed.</returns>
    public double? Evaluate()
    {
        SolveResult result = Solve(forGradient: true);
        if (!result.IsSuccess)
        {
            return null;
        }

        Array.Clear(_stateGradient);
        Span<double> startGradient = Starts.MutableGradient<double>();
        double objective = AddMisfit() + AddJumps(startGradient) + AddPenalties(startGradient);
        if (!double.IsFinite(objective))
        {
            return null;
        }

        _sensitivity.Backward(_memory, _stateGradient, _initialGradient, []);
        _sensitivity.AddParameterGradients();
        for (int row = 0; row < Pieces.Pieces.Length; row++)
        {
            for (int c = 0; c < _layout.LearnedStates; c++)
            {
                startGradient[(row * _layout.LearnedStates) + c] += _initialGradient[(row * _layout.StateLength) + c];
            }
        }

        return objective;
    }

    /// <summary>Solves without a gradient; <see cref="StateAt"/> then reads the trajectories.</summary>
    public SolveResult Solve(bool forGradient = false)
    {
        ReadOnlySpan<double> starts = Starts.AsSpan<double>();
        for (int row = 0; row < Pieces.Pieces.Length; row++)
        {
            starts.Slice(row * _layout.LearnedStates, _layout.LearnedStates).CopyTo(_initial.AsSpan(row * _layout.StateLength));
        }

        return _sensitivity.Forward(_memory, _initial, Pieces.Times, forGradient);
    }

    /// <summary>The observed and hidden components at a point of a series, as the last solve has them.</summary>
    public ReadOnlySpan<double> StateAt(int series, int point)
    {
        (int row, int time) = Pieces.Place(series, point);
        return _memory.States.Slice(Index(time, row, 0), _layout.LearnedStates);
    }

    private int Index(int time, int row, int component) => (((time * Pieces.Pieces.Length) + row) * _layout.StateLength) + component;

    private double AddMisfit()
    {
        ReadOnlySpan<double> states = _memory.States;
        double sum = 0;
        double scale = 1.0 / Math.Max(1, _observations.Length);
        foreach ((int state, double value) in _observations)
        {
            double difference = states[state] - value;
            sum += difference * difference;
            _stateGradient[state] += 2 * scale * difference;
        }

        return Misfit = sum * scale;
    }

    private double AddJumps(Span<double> startGradient)
    {
        if (_jumps.Length == 0)
        {
            return 0;
        }

        ReadOnlySpan<double> states = _memory.States;
        ReadOnlySpan<double> starts = Starts.AsSpan<double>();
        double sum = 0;
        double scale = Continuity / (_jumps.Length * _layout.LearnedStates);
        foreach ((int state, int nextRow) in _jumps)
        {
            for (int c = 0; c < _layout.LearnedStates; c++)
            {
                int next = (nextRow * _layout.LearnedStates) + c;
                double jump = states[state + c] - starts[next];
                sum += jump * jump;
                _stateGradient[state + c] += 2 * scale * jump;
                startGradient[next] -= 2 * scale * jump;
            }
        }

        return sum * scale;
    }

    private double AddPenalties(Span<double> startGradient)
    {
        double sum = 0;
        foreach (Parameter weight in _weights)
        {
            Span<double> gradient = weight.MutableGradient<double>();
            ReadOnlySpan<double> values = weight.AsSpan<double>();
            for (int i = 0; i < values.Length; i++)
            {
                sum += values[i] * values[i];
                gradient[i] += 2 * _penalty * values[i];
            }
        }

        // The scale of what is never observed is free: it is held near that of what is.
        ReadOnlySpan<double> starts = Starts.AsSpan<double>();
        for (int row = 0; row < Pieces.Pieces.Length; row++)
        {
            for (int c = _layout.Components; c < _layout.LearnedStates; c++)
            {
                int index = (row * _layout.LearnedStates) + c;
                sum += starts[index] * starts[index];
                startGradient[index] += 2 * _penalty * starts[index];
            }
        }

        return _penalty * sum;
    }

    private (int State, double Value)[] FindObservations()
    {
        List<(int, double)> observations = [];
        for (int s = 0; s < _series.Series.Count; s++)
        {
            for (int point = 0; point < _series.Series[s].Count; point++)
            {
                for (int c = 0; c < _layout.Components; c++)
                {
                    double value = _series.Series[s][point, c];

                    // What was not observed has no place in the sum, so it can neither pull nor poison a gradient.
                    if (!double.IsNaN(value))
                    {
                        (int row, int time) = Pieces.Place(s, point);
                        observations.Add((Index(time, row, c), value));
                    }
                }
            }
        }

        return [.. observations];
    }

    private (int State, int NextRow)[] FindJumps()
    {
        List<(int, int)> jumps = [];
        for (int row = 0; row < Pieces.Pieces.Length; row++)
        {
            if (Pieces.Pieces[row].HasNext)
            {
                jumps.Add((Index(Pieces.BorderTime(_series, row), row, 0), row + 1));
            }
        }

        return [.. jumps];
    }

    private void FillClocks()
    {
        if (_layout.HasClock)
        {
            for (int row = 0; row < Pieces.Pieces.Length; row++)
            {
                ShootingPiece piece = Pieces.Pieces[row];
                _initial[(row * _layout.StateLength) + _layout.LearnedStates] = _series.Series[piece.Series].Times[piece.First];
            }
        }
    }
}
