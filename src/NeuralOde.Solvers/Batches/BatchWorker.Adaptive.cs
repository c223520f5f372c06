using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>Steps of which each lane chooses its own: the rules of <see cref="ErrorController"/> and <see cref="PidController"/>.</summary>
internal sealed unsafe partial class BatchWorker<T>
{
    private const double SmallestStep = 10 * 2.220446049250313e-16;
    private const double Stretch = 1.01;
    private static readonly double s_logSmallestRememberedError = Math.Log(1e-4);

    /// <summary>Evaluates the derivatives of problems that start, and chooses their first steps: see <see cref="InitialStep{T}"/>.</summary>
    private void StartAdaptive()
    {
        int starting = _changed.Count;
        Evaluate(Start, _state, _input);
        for (int j = 0; j < starting; j++)
        {
            int lane = _changed[j];
            _lanes[lane].Evaluations++;
            CopyLane(lane, _input, _derivative);
            int component = FindNotFinite(lane, _derivative);
            if (component >= 0)
            {
                Fail(lane, SolveStatus.NotFinite, Numbers(Start)[lane], _state, Numbers(Start)[lane], component);
            }
        }

        if (_adaptive!.InitialStep is null)
        {
            Probe(starting);
        }

        for (int j = 0; j < starting; j++)
        {
            int lane = _changed[j];
            if (_isActive[lane])
            {
                ref Lane x = ref _lanes[lane];
                x.Length = Math.Max(_adaptive.InitialStep ?? x.Length, 2 * SmallestStep * Math.Abs(x.Times[0]));
                Numbers(LogPrevious)[lane] = s_logSmallestRememberedError;
                Plan(lane, ref x, _adaptive.MaxStep ?? double.PositiveInfinity, _adaptive.MaxSteps, _state);
            }
        }
    }

    private void Probe(int starting)
    {
        Span<double> states = stackalloc double[Lanes];
        Span<double> slopes = stackalloc double[Lanes];
        double largest = _adaptive!.MaxStep ?? double.PositiveInfinity;
        for (int j = 0; j < starting; j++)
        {
            int lane = _changed[j];
            ref Lane x = ref _lanes[lane];
            double d0 = states[lane] = Norm(lane, _state, -1);
            double d1 = slopes[lane] = Norm(lane, _derivative, -1);
            double h0 = d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : 0.01 * d0 / d1;
            double interval = Math.Abs(x.Times[^1] - x.Times[0]);
            x.Length = Math.Min(h0, Math.Min(interval, largest));
            Numbers(StageTime)[lane] = x.Length == interval ? x.Times[^1] : x.Times[0] + (x.Direction * x.Length);
            T signed = T.CreateTruncating(x.Direction * x.Length);
            for (nint at = lane; at < (nint)_stateLength * Lanes; at += Lanes)
            {
                _rows.AddressOf(_input)[at] = FusedArithmetic.MultiplyAdd(signed, _rows.AddressOf(_derivative)[at], _rows.AddressOf(_state)[at]);
            }
        }

        Evaluate(StageTime, _input, _error);
        for (int j = 0; j < starting; j++)
        {
            int lane = _changed[j];
            ref Lane x = ref _lanes[lane];
            x.Evaluations++;
            double curvature = Math.Max(slopes[lane], Norm(lane, _error, _derivative) / x.Length);
            double h1 = curvature <= 1e-15 ? Math.Max(1e-6, x.Length * 1e-3) : Math.Pow(0.01 / curvature, 1.0 / (_tableau.Order + 1));
            double h = Math.Min(100 * x.Length, h1);
            double interval = Math.Abs(x.Times[^1] - x.Times[0]);
            x.Length = h > 0 && double.IsFinite(h) ? Math.Min(h, interval) : x.Length > 0 && double.IsFinite(x.Length) ? x.Length : 1e-6 * interval;
        }
    }

    /// <summary>Accepts or rejects each lane's step, and plans its next one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Adapt()
    {
        AdaptiveSteps settings = _adaptive!;
        double* squares = Numbers(Square);
        T* sums = PerLane(Sum), mask = PerLane(Mask);
        double share = _norm.Function is null ? 1.0 / _norm.Count : 1;
        for (int lane = 0; lane < Lanes; lane++)
        {
            squares[lane] = double.CreateTruncating(sums[lane]) * share;
        }

        for (int lane = 0; _tableau.LowerErrorRow is not null && lane < Lanes; lane++)
        {
            // As in RungeKuttaStepper, squared.
            double square = squares[lane], lower = double.CreateTruncating(PerLane(LowerSum)[lane]) * share;
            squares[lane] = square == 0 ? 0 : square * square / (square + (0.01 * lower));
        }

        double sum = settings.Controller.Integral + settings.Controller.Proportional;
        int errorOrder = _tableau.ErrorOrder;
        double* factors = Numbers(Factor), logs = Numbers(LogError), logPrevious = Numbers(LogPrevious), sizes = Numbers(Size);
        LaneKernels.Factors(
            squares, logs, logPrevious, factors, Math.Log(settings.SafetyFactor), sum / errorOrder, settings.Controller.Proportional / errorOrder, Lanes);
        bool all = true;
        double smallest = settings.MinFactor, greatest = settings.MaxFactor, largest = settings.MaxStep ?? double.PositiveInfinity;
        int maxSteps = settings.MaxSteps;
        for (int lane = 0; lane < Lanes; lane++)
        {
            if (!_isActive[lane])
            {
                mask[lane] = T.Zero;
                continue;
            }

            ref Lane x = ref _lanes[lane];
            x.Evaluations += _ownStages;
            double size = Math.Abs(sizes[lane]), factor = factors[lane];
            if (squares[lane] <= 1)
            {
                mask[lane] = T.One;
                factor = Math.Min(Math.Max(factor, smallest), greatest);
                x.Length = size * (x.WasRejected ? Math.Min(1, factor) : factor);
                x.WasRejected = false;
                x.IsNotFinite = false;
                logPrevious[lane] = Math.Max(logs[lane], s_logSmallestRememberedError);
                Accept(lane, ref x);
            }
            else
            {
                mask[lane] = T.Zero;
                all = false;
                x.Rejected++;
                x.WasRejected = true;
                x.IsNotFinite = !double.IsFinite(squares[lane]);
                x.Length = size * (x.IsNotFinite ? smallest : Math.Max(smallest, factor));
            }

            if (_isActive[lane])
            {
                Plan(lane, ref x, largest, maxSteps, mask[lane] == T.Zero ? _state : _newState);
            }
        }

        if (all)
        {
            _rows.Swap(_state, _newState);
            if (_keepsDerivative)
            {
                _rows.Swap(_derivative, _newDerivative);
            }

            return;
        }

        LaneKernels.Select(mask, _rows.AddressOf(_newState), _rows.AddressOf(_state), _stateLength, Lanes);
        if (_keepsDerivative)
        {
            LaneKernels.Select(mask, _rows.AddressOf(_newDerivative), _rows.AddressOf(_derivative), _stateLength, Lanes);
        }
    }

    /// <summary>Writes the outputs of a step that is kept, and ends the problem at its last output time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Accept(int lane, ref Lane x)
    {
        double end = Numbers(End)[lane];
        x.Accepted++;
        if ((x.Times[x.Next] - end) * x.Direction <= 0)
        {
            WriteOutputs(lane, ref x, end);
        }

        Numbers(Start)[lane] = end;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteOutputs(int lane, ref Lane x, double end)
    {
        double t = Numbers(Start)[lane];
        x.Evaluations += x.Next < x.Times.Length - 1 && x.Times[x.Next] != end ? _tableau.DenseStageCount : 0;
        for (; x.Next < x.Times.Length - 1 && (x.Times[x.Next] - end) * x.Direction < 0; x.Next++)
        {
            if (!_denseIsEvaluated)
            {
                EvaluateDenseStages();
            }

            Interpolate(lane, (x.Times[x.Next] - t) / Numbers(Size)[lane], _batch.Output(x.Problem, x.Next));
        }

        if (x.Times[x.Next] == end)
        {
            CopyOut(lane, _newState, _batch.Output(x.Problem, x.Next));
            x.Next++;
        }

        if (x.Next == x.Times.Length)
        {
            Finish(lane, SolveStatus.Success, end);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Plan(int lane, ref Lane x, double largest, int maxSteps, int row)
    {
        double t = Numbers(Start)[lane];
        double size = x.Length = Math.Min(x.Length, largest);
        double remaining = (x.Last - t) * x.Direction;
        double h = x.Direction * size, end = t + h;
        if (remaining <= size || (remaining <= Stretch * size && remaining <= largest))
        {
            (h, end) = (x.Last - t, x.Last);
        }
        else if (!(size > SmallestStep * Math.Abs(t)))
        {
            FailBetweenSteps(lane, x.IsNotFinite ? SolveStatus.NotFinite : SolveStatus.StepTooSmall, row);
            return;
        }

        if (x.Accepted + x.Rejected >= maxSteps)
        {
            FailBetweenSteps(lane, SolveStatus.StepLimit, row);
            return;
        }

        Numbers(Size)[lane] = h;
        Numbers(End)[lane] = end;
        PerLane(SizeInState)[lane] = T.CreateTruncating(h);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FailBetweenSteps(int lane, SolveStatus status, int row)
        => Fail(lane, status, Numbers(Start)[lane], row, Numbers(Start)[lane], status == SolveStatus.NotFinite ? Math.Max(0, FindNotFinite(lane, _newState)) : -1);

    private void Interpolate(int lane, double theta, Span<T> destination)
    {
        _tableau.DenseWeights(theta, _weights);
        T size = PerLane(SizeInState)[lane];
        for (int i = 0; i < destination.Length; i++)
        {
            nint at = ((nint)i * Lanes) + lane;
            T sum = T.Zero;
            for (int j = 0; j < _weights.Length; j++)
            {
                sum = FusedArithmetic.MultiplyAdd(T.CreateTruncating(_weights[j]), _rows.AddressOf(j < _tableau.StageCount ? j : j - _tableau.StageCount + _firstDense)[at], sum);
            }

            destination[i] = FusedArithmetic.MultiplyAdd(size, sum, _rows.AddressOf(_state)[at]);
        }
    }

    /// <summary>The scaled norm of a row in one lane, or of its difference from another.</summary>
    private double Norm(int lane, int row, int other)
    {
        double sum = 0, greatest = 0;
        for (int i = _norm.Start; i < _norm.Start + _norm.Length; i++)
        {
            nint at = ((nint)i * Lanes) + lane;
            double value = double.CreateTruncating(_rows.AddressOf(row)[at]);
            double difference = other < 0 ? value : value - double.CreateTruncating(_rows.AddressOf(other)[at]);
            double magnitude = Math.Abs(double.CreateTruncating(_rows.AddressOf(_state)[at]));
            double scaled = difference / (_tolerances.AddressOf(0)[i] + (_adaptive!.RelativeTolerance * magnitude));
            sum += scaled * scaled;
            greatest = Math.Max(greatest, Math.Abs(scaled));
        }

        return _norm.Function is null ? Math.Sqrt(sum / _norm.Count) : greatest;
    }

    private void CopyLane(int lane, int from, int to)
    {
        for (nint at = lane; at < (nint)_stateLength * Lanes; at += Lanes)
        {
            _rows.AddressOf(to)[at] = _rows.AddressOf(from)[at];
        }
    }
}
