namespace NeuralOde.Solvers;

/// <summary>What the transpose reads of an attempt.</summary>
internal sealed partial class RosenbrockStepper<T>
{
    internal RosenbrockTableau Tableau => _tableau;

    internal ErrorMeasure ErrorMeasure => Scale;

    internal bool EstimatesError => NeedsError;

    internal OneSidedDifferences<T> Differences => _differences;

    /// <summary>The Jacobian at the step's start.</summary>
    internal SquareMatrix<T> Jacobian => _jacobian;

    /// <summary>The derivative by time at the step's start.</summary>
    internal ReadOnlySpan<T> TimeDerivative => _rows.Row(ByTime, StateLength);

    /// <summary>w of a stage.</summary>
    internal ReadOnlySpan<T> StageSolution(int stage) => _rows.Row(stage, StateLength);

    /// <summary>The state that a stage evaluates the field at.</summary>
    internal unsafe ReadOnlySpan<T> StageState(int stage)
    {
        CombineKernel.Run(_states[stage], _rows.AddressOf(Old), _rows.AddressOf(Input), _combinedLength);
        return _rows.Row(Input, StateLength);
    }

    /// <summary>Solves with the transposed matrix of the stages in place.</summary>
    internal unsafe void SolveTransposed(Span<T> b)
    {
        if (_linear is not null)
        {
            _linear.SolveTransposed(b);
            return;
        }

        Scalar.RequireLength(b.Length, StateLength);
        fixed (T* start = b)
        {
            _small!.SolveTransposed(start);
        }
    }

    // A derivative and a Jacobian at the state are evaluated again, as often as they were.
    public override bool Transfer(ref StepperSnapshot<T> snapshot)
    {
        snapshot.Row(_rows.Row(Old, Length));
        return true;
    }

    public override StepTranspose<T> CreateTranspose() => new RosenbrockTranspose<T>(this);
}
