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
    private readonly Part[] _parts;
    private readonly double[] _initial;
    private readonly double[] _initialGradient;
    private readonly double[] _stateGradient;
    private readonly double[][] _passed;
    private readonly int _observationCount;
    private readonly int _jumpCount;
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
        _parts = MakeParts(field, options);
        _initial = new double[rows * field.Layout.StateLength];
        _initialGradient = new double[_initial.Length];
        _stateGradient = new double[_parts.Max(part => part.Batch.Times.Length * part.Batch.Count * field.Layout.StateLength)];
        _passed = [.. series.Series.Select(one => new double[one.Count * field.Layout.LearnedStates])];
        _weights = [.. field.Weights];
        _observationCount = _parts.Sum(static part => part.Observations.Length);
        _jumpCount = _parts.Sum(static part => part.Jumps.Length);
        _penalty = options.Regularization / Math.Max(1, _observationCount);
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
    /// <returns>The objective, or none where the solve failed; the gradients are then part of one.</returns>
    public double? Evaluate()
    {
        SetInitial();
        Span<double> startGradient = Starts.MutableGradient<double>();
        double misfits = 0, jumps = 0;
        foreach (Part part in _parts)
        {
            if (!Solve(part, forGradient: true).IsSuccess)
            {
                return null;
            }

            Span<double> stateGradient = _stateGradient.AsSpan(0, part.Memory.States.Length);
            stateGradient.Clear();
            misfits += AddMisfit(part, stateGradient);
            jumps += AddJumps(part, stateGradient, startGradient);
            if (!double.IsFinite(misfits + jumps))
            {
                return null;
            }

            part.Sensitivity.Backward(part.Memory, stateGradient, Rows(_initialGradient, part), []);
            part.Sensitivity.AddParameterGradients();
        }

        Misfit = misfits * (1.0 / Math.Max(1, _observationCount));
        double objective = Misfit + (jumps * JumpScale) + AddPenalties(startGradient);
        if (!double.IsFinite(objective))
        {
            return null;
        }

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
    public SolveResult Solve()
    {
        SetInitial();
        SolveResult result = default;
        foreach (Part part in _parts)
        {
            result = Solve(part, forGradient: false);
            if (!result.IsSuccess)
            {
                return result;
            }

            for (int row = part.Batch.First; row < part.Batch.First + part.Batch.Count; row++)
            {
                ShootingPiece piece = Pieces.Pieces[row];
                int end = piece.HasNext ? piece.Last - 1 : piece.Last;
                for (int point = piece.First; point <= end; point++)
                {
                    int time = Pieces.Place(piece.Series, point).Time;
                    part.Memory.States.Slice(Index(part.Batch, time, row, 0), _layout.LearnedStates).CopyTo(_passed[piece.Series].AsSpan(point * _layout.LearnedStates));
                }
            }
        }

        return result;
    }

    /// <summary>The observed and hidden components at a point of a series, as the last solve without a gradient has them.</summary>
    public ReadOnlySpan<double> StateAt(int series, int point) => _passed[series].AsSpan(point * _layout.LearnedStates, _layout.LearnedStates);

    private double JumpScale => Continuity / Math.Max(1, _jumpCount * _layout.LearnedStates);

    private void SetInitial()
    {
        ReadOnlySpan<double> starts = Starts.AsSpan<double>();
        for (int row = 0; row < Pieces.Pieces.Length; row++)
        {
            starts.Slice(row * _layout.LearnedStates, _layout.LearnedStates).CopyTo(_initial.AsSpan(row * _layout.StateLength));
        }
    }

    private SolveResult Solve(Part part, bool forGradient) => part.Sensitivity.Forward(part.Memory, Rows(_initial, part), part.Batch.Times, forGradient);

    private Span<double> Rows(double[] states, Part part) => states.AsSpan(part.Batch.First * _layout.StateLength, part.Batch.Count * _layout.StateLength);

    /// <summary>The place of a row's component among the states of its batch.</summary>
    private int Index(ShootingBatch batch, int time, int row, int component) => (((time * batch.Count) + row - batch.First) * _layout.StateLength) + component;

    /// <summary>The sum of squares of a batch.</summary>
    private double AddMisfit(Part part, Span<double> stateGradient)
    {
        ReadOnlySpan<double> states = part.Memory.States;
        double sum = 0;
        double scale = 1.0 / Math.Max(1, _observationCount);
        foreach ((int state, double value) in part.Observations)
        {
            double difference = states[state] - value;
            sum += difference * difference;
            stateGradient[state] += 2 * scale * difference;
        }

        return sum;
    }

    /// <summary>The sum of squares of the jumps at the ends of a batch's pieces.</summary>
    private double AddJumps(Part part, Span<double> stateGradient, Span<double> startGradient)
    {
        ReadOnlySpan<double> states = part.Memory.States;
        ReadOnlySpan<double> starts = Starts.AsSpan<double>();
        double sum = 0;
        double scale = JumpScale;
        foreach ((int state, int nextRow) in part.Jumps)
        {
            for (int c = 0; c < _layout.LearnedStates; c++)
            {
                int next = (nextRow * _layout.LearnedStates) + c;
                double jump = states[state + c] - starts[next];
                sum += jump * jump;
                stateGradient[state + c] += 2 * scale * jump;
                startGradient[next] -= 2 * scale * jump;
            }
        }

        return sum;
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

    private Part[] MakeParts(SeriesField field, SeriesFitOptions options)
    {
        // A long piece may well need more steps than a thousand short ones.
        int longest = Pieces.Pieces.Max(static x => x.Last - x.First);
        var steps = new AdaptiveSteps
        {
            RelativeTolerance = options.RelativeTolerance,
            AbsoluteTolerance = options.RelativeTolerance / 10,
            MaxSteps = Math.Max(20_000, (int)Math.Min(int.MaxValue, 10L * longest)),
        };
        Dictionary<int, (Sensitivity<double> Sensitivity, SolveMemory<double> Memory)> sizes = [];
        List<Part> parts = [];
        foreach (ShootingBatch batch in Pieces.Batches)
        {
            if (!sizes.TryGetValue(batch.Count, out (Sensitivity<double> Sensitivity, SolveMemory<double> Memory) solve))
            {
                Sensitivity<double> sensitivity = GradientMethod.For(options.Solver).Create(new CompiledField<double>(field, [batch.Count, field.Layout.StateLength]),
                    options.Solver, steps);
                solve = (sensitivity, sensitivity.Rent());
                sizes.Add(batch.Count, solve);
            }

            parts.Add(new Part(batch, solve.Sensitivity, solve.Memory, FindObservations(batch), FindJumps(batch)));
        }

        return [.. parts];
    }

    private (int State, double Value)[] FindObservations(ShootingBatch batch)
    {
        List<(int, double)> observations = [];
        for (int row = batch.First; row < batch.First + batch.Count; row++)
        {
            ShootingPiece piece = Pieces.Pieces[row];
            int end = piece.HasNext ? piece.Last - 1 : piece.Last;
            for (int point = piece.First; point <= end; point++)
            {
                for (int c = 0; c < _layout.Components; c++)
                {
                    double value = _series.Series[piece.Series][point, c];

                    // What was not observed has no place in the sum, so it can neither pull nor poison a gradient.
                    if (!double.IsNaN(value))
                    {
                        observations.Add((Index(batch, Pieces.Place(piece.Series, point).Time, row, c), value));
                    }
                }
            }
        }

        return [.. observations];
    }

    private (int State, int NextRow)[] FindJumps(ShootingBatch batch)
    {
        List<(int, int)> jumps = [];
        for (int row = batch.First; row < batch.First + batch.Count; row++)
        {
            ShootingPiece piece = Pieces.Pieces[row];
            if (piece.HasNext)
            {
                ReadOnlySpan<double> times = _series.Series[piece.Series].Times;
                jumps.Add((Index(batch, batch.TimeIndex(times[piece.Last] - times[piece.First]), row, 0), row + 1));
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

    /// <summary>A batch with what solves it and what it is compared with.</summary>
    /// <param name="Batch">The pieces.</param>
    /// <param name="Sensitivity">Solves them; batches of one size share it.</param>
    /// <param name="Memory">The last solve, of this batch or another one of its size.</param>
    /// <param name="Observations">Which of the states is compared with which value.</param>
    /// <param name="Jumps">Which of the states is continued by which row.</param>
    private sealed record Part(
        ShootingBatch Batch,
        Sensitivity<double> Sensitivity,
        SolveMemory<double> Memory,
        (int State, double Value)[] Observations,
        (int State, int NextRow)[] Jumps);
}
