using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>A step of all lanes, and equal steps.</summary>
internal sealed unsafe partial class BatchWorker<T>
{
    // Steps until the next lane reaches an output time.
    private int _untilLanding;
    private bool _denseIsEvaluated;

    /// <summary>Forms the states at the ends of the steps, and where steps are adaptive the squares of the errors.</summary>
    /// <returns>Whether all states are finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Attempt()
    {
        _denseIsEvaluated = false;
        if (!_keepsDerivative)
        {
            Evaluate(Start, _state, _derivative);
        }

        for (int i = 1; i < _ownStages; i++)
        {
            Combine(i, _state, _input);
            if (!_field.IsAutonomous)
            {
                LaneKernels.StageTimes(Numbers(Start), Numbers(End), Numbers(Size), _tableau.C[i], Numbers(StageTime), Lanes);
            }

            Evaluate(StageTime, _input, i);
        }

        bool isFinite = Combine(_combinations.StepIndex, _state, _newState);
        if (_adaptive is not null)
        {
            if (_keepsDerivative)
            {
                Evaluate(End, _newState, _newDerivative);
            }

            MeasureErrors(_combinations.ErrorIndex, Sum);
            if (_tableau.LowerErrorRow is not null)
            {
                MeasureErrors(_combinations.LowerErrorIndex, LowerSum);
            }
        }

        return isFinite;
    }

    private void MeasureErrors(int combination, int sums)
    {
        Combine(combination, _zero, _error);
        LaneKernels.SumOfSquares(
            _rows.AddressOf(_error),
            _rows.AddressOf(_state),
            _rows.AddressOf(_newState),
            PerLane(sums),
            _tolerances.AddressOf(0),
            _adaptive!.RelativeTolerance,
            _norm,
            _stateLength,
            Lanes);
    }

    /// <summary>Evaluates the stages that only dense output needs, when the first lane needs them.
    /// Lanes before it may have planned their next step; they do not read theirs.</summary>
    private void EvaluateDenseStages()
    {
        for (int i = 0; !_denseIsEvaluated && i < _tableau.DenseStageCount; i++)
        {
            Combine(_combinations.DenseIndex + i, _state, _input);
            LaneKernels.StageTimes(Numbers(Start), Numbers(End), Numbers(Size), _tableau.DenseNodes[i], Numbers(StageTime), Lanes);
            Evaluate(StageTime, _input, _firstDense + i);
        }

        _denseIsEvaluated = true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Combine(int combination, int origin, int destination)
        => LaneCombineKernel.Run(_combinations[combination], PerLane(SizeInState), _rows.AddressOf(origin), _rows.AddressOf(destination), _stateLength, Lanes);

    private void Evaluate(int times, int state, int destination)
    {
        int length = _stateLength * Lanes;
        _field.Evaluate(new LaneBlock<T>(Lanes, NumberRow(times), _isActive, _rows.Row(state, length), _parameters, _rows.Row(destination, length)));
    }

    private void StartFixed()
    {
        foreach (int lane in _changed)
        {
            BeginInterval(lane);
        }

        FindNextLanding();
        LaneKernels.StepEnds(Numbers(From), Numbers(To), Numbers(Taken), Numbers(Count), Numbers(End), Lanes);
    }

    private void BeginInterval(int lane)
    {
        ref Lane x = ref _lanes[lane];
        double from = x.Times[x.Next - 1], to = x.Times[x.Next];
        int count = _fixed!.StepsOn(from, to);
        Numbers(From)[lane] = from;
        Numbers(To)[lane] = to;
        Numbers(Count)[lane] = count;
        Numbers(Taken)[lane] = 1;
        Numbers(Start)[lane] = from;
        Numbers(Size)[lane] = (to - from) / count;
        PerLane(SizeInState)[lane] = T.CreateTruncating(Numbers(Size)[lane]);
    }

    private void FindNextLanding()
    {
        _untilLanding = int.MaxValue;
        for (int lane = 0; lane < Lanes; lane++)
        {
            if (_isActive[lane])
            {
                _untilLanding = Math.Min(_untilLanding, (int)(Numbers(Count)[lane] - Numbers(Taken)[lane]) + 1);
            }
        }
    }

    /// <summary>Keeps a step of fixed length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Advance(bool isFinite)
    {
        if (!isFinite)
        {
            EndNotFinite();
        }

        _rows.Swap(_state, _newState);
        bool lands = --_untilLanding == 0;
        double* taken = Numbers(Taken);
        for (int lane = 0; lands && lane < Lanes; lane++)
        {
            if (_isActive[lane] && taken[lane] == Numbers(Count)[lane])
            {
                Land(lane);
            }
        }

        // A lane that has just begun an interval stands at its first step already.
        for (int lane = 0; lane < Lanes; lane++)
        {
            taken[lane] += 1;
        }

        if (lands || !isFinite)
        {
            FindNextLanding();
        }

        if (!_field.IsAutonomous)
        {
            NumberRow(End).CopyTo(NumberRow(Start));
            LaneKernels.StepEnds(Numbers(From), Numbers(To), taken, Numbers(Count), Numbers(End), Lanes);
        }
    }

    private void Land(int lane)
    {
        ref Lane x = ref _lanes[lane];
        long count = (long)Numbers(Count)[lane];
        x.Accepted += count;
        x.Evaluations += count * _ownStages;
        CopyOut(lane, _state, _batch.Output(x.Problem, x.Next));
        if (++x.Next == x.Times.Length)
        {
            Finish(lane, SolveStatus.Success, x.Times[^1]);
            return;
        }

        BeginInterval(lane);
        Numbers(Taken)[lane] = 0;
        Numbers(End)[lane] = Numbers(From)[lane];
    }

    private void EndNotFinite()
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            int component = _isActive[lane] ? FindNotFinite(lane, _newState) : -1;
            if (component >= 0)
            {
                double taken = Numbers(Taken)[lane];
                CountFixed(lane, taken - 1);
                _lanes[lane].Evaluations += _ownStages;
                Fail(lane, SolveStatus.NotFinite, FixedTime(lane, taken), _state, FixedTime(lane, taken - 1), component);
            }
        }
    }

    /// <summary>Counts the steps of an interval that is not finished.</summary>
    /// <returns>Time at the end of the last of them.</returns>
    private double CountFixed(int lane, double taken)
    {
        _lanes[lane].Accepted += (long)taken;
        _lanes[lane].Evaluations += (long)taken * _ownStages;
        return FixedTime(lane, taken);
    }

    private double FixedTime(int lane, double taken)
    {
        double from = Numbers(From)[lane], to = Numbers(To)[lane], count = Numbers(Count)[lane];
        return taken == count ? to : from + ((to - from) * (taken / count));
    }
}
