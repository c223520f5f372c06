using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>The history of the steps: how it starts, changes its order, and what a step's coefficients and weights are.</summary>
internal sealed unsafe partial class NordsieckStepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the history one of the planned order and length.</summary>
    private bool Prepare(double t, in StepPlan plan)
    {
        int wished = plan.Order == 0 ? _preferredOrder : plan.Order;
        bool restarts = _hasHistory && _attempts >= AttemptsBeforeRestart && _order == 1;
        if (!_hasHistory || (restarts && _attempts % AttemptsBeforeRestart == 0))
        {
            if (!StartHistory(t, plan.Size))
            {
                return false;
            }
        }
        else if (wished < _order || (wished > _order && _canRaise))
        {
            ChangeOrder(wished < _order);
        }

        _canRaise = false;
        if (!_weightsAreKnown)
        {
            ComputeWeights();
        }

        double ratio = plan.Size / _size;
        if (ratio != _ratio)
        {
            _ratio = ratio;
            double power = 1;
            for (int j = 0; j < _powerCount; j++)
            {
                _powers[j] = T.CreateTruncating(power);
                power *= ratio;
            }
        }

        return true;
    }

    /// <summary>Forms the polynomial of degree 1 from the state and its derivative.</summary>
    private bool StartHistory(double t, double h)
    {
        EvaluateDerivative(t);
        T* z = Row(_start), slope = z + _stride, f = Row(_derivative);
        if (!_hasHistory)
        {
            Array.Fill(_past, h);
        }

        T size = T.CreateTruncating(h);
        _size = h;
        _changes = _changes with { Starts = true, IsFirst = !_hasHistory };
        for (int i = 0; i < Length; i++)
        {
            slope[i] = size * f[i];
        }

        if (Problem.MassMatrix is not null && !_newton!.StartSlope(t, new ReadOnlySpan<T>(z, StateLength), new ReadOnlySpan<T>(f, StateLength), h, slope, ref Counts))
        {
            return false;
        }

        return Reductions.FirstNotFinite(new ReadOnlySpan<T>(slope, Length)) < 0;
    }

    private void ChangeOrder(bool lower)
    {
        int order = _order;
        T* z = Row(_start);
        T* top;
        double sign;
        _changes = lower ? _changes with { Lowered = _changes.Lowered + 1 } : _changes with { IsRaised = true };
        if (lower)
        {
            _formula.Lower(order, _past, _orderWeights);
            top = z + (order * _stride);
            sign = -1;
            _order = order - 1;
        }
        else
        {
            T factor = T.CreateTruncating(_formula.Raise(order, _past, _orderWeights));
            top = z + ((order + 1) * _stride);
            T* change = Row(_change);
            for (int i = 0; i < _length; i++)
            {
                top[i] = factor * change[i];
            }

            sign = 1;
            _order = order + 1;
        }

        T* weights = stackalloc T[_maxOrder + 1];
        int last = lower ? order - 1 : order;
        for (int j = 2; j <= last; j++)
        {
            weights[j] = T.CreateTruncating(sign * _orderWeights[j]);
        }

        if (last >= 2)
        {
            NordsieckKernel.AddToRows(z + (2 * _stride), _stride, last - 1, weights + 2, top, _length);
        }

        if (lower)
        {
            new Span<T>(top, _length).Clear();
        }

        _wait = _order + 1;
        _preferredOrder = _order;
        _coefficientsAreUniform = false;
    }

    private void SetCoefficients(double h, bool withNeighbors)
    {
        // The same steps have the same coefficients, whatever their length.
        bool isUniform = _equalSteps > _order && h == _past[0];
        if (isUniform && _coefficientsAreUniform)
        {
            return;
        }

        _formula.Compute(_order, h, _past, withNeighbors || isUniform);
        _coefficientsAreUniform = isUniform;
        RoundCoefficients();
    }

    public override bool Transfer(ref StepperSnapshot<T> snapshot)
    {
        snapshot.Value(ref _order);
        snapshot.Value(ref _preferredOrder);
        snapshot.Value(ref _wait);
        snapshot.Value(ref _equalSteps);
        snapshot.Value(ref _hasHistory);
        snapshot.Value(ref _canRaise);
        snapshot.Value(ref _coefficientsAreUniform);
        snapshot.Value(ref _size);
        snapshot.Value(ref _savedDerivativeFactor);
        snapshot.Value(ref _rate);
        snapshot.Values(_past);
        for (int j = 0; j <= _maxOrder; j++)
        {
            snapshot.Row(new Span<T>(Row(_start) + (j * _stride), StateLength));
        }

        snapshot.Row(new Span<T>(Row(_change), StateLength));
        snapshot.Row(new Span<T>(Row(_saved), StateLength));
        _formula.Transfer(ref snapshot);
        _newton?.Transfer(ref snapshot, ref Counts);
        if (snapshot.IsRestoring)
        {
            _ratio = double.NaN;
            RoundCoefficients();
        }

        return true;
    }

    private void RoundCoefficients()
    {
        for (int j = 0; j <= _order; j++)
        {
            _correction[j] = T.CreateTruncating(_formula.Correction[j]);
        }
    }

    private void ClearHistory()
    {
        new Span<T>(Row(0), (int)(_stride * (_zero + 1))).Clear();
    }
}
