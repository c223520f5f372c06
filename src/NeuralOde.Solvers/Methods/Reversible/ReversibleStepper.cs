using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>What the steps of reversible methods share: rows for the state and what is carried beside it, and dense output of three recorded rows.</summary>
internal abstract class ReversibleStepper<T> : Stepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected const int StateRow = 0, NewStateRow = 1, CarriedRow = 2, NewCarriedRow = 3, SlopeRow = 4, NewSlopeRow = 5, InputRow = 6;

    private readonly int[] _termRows = new int[3];
    private readonly double[] _termWeights = new double[3];

    protected ReversibleStepper(int stateLength, int quadratureLength)
        : base(stateLength, quadratureLength) => Rows = new RowMemory<T>(7, Length);

    public override ReadOnlySpan<T> State => Rows.Row(StateRow, Length);

    public override bool ReadsNextDerivative => true;

    /// <summary>Number of dense terms.</summary>
    internal const int TermCount = 3;

    protected RowMemory<T> Rows { get; }

    protected bool SlopeIsKnown { get; set; }

    /// <summary>Where the last attempt evaluated the field, for naming what is not finite.</summary>
    protected double LastTime { get; set; }

    /// <summary>Row of the last value of the field.</summary>
    protected int LastSlope { get; set; }

    public override void Start(in StepperStart<T> start)
    {
        base.Start(start);
        start.State.CopyTo(Rows.Row(StateRow, Length));
        SlopeIsKnown = false;
        LastSlope = SlopeRow;
    }

    public override bool RemembersRejections => false;

    public override bool IsReversible => true;

    public override bool Transfer(ref StepperSnapshot<T> snapshot)
    {
        snapshot.Row(Rows.Row(StateRow, Length));
        snapshot.Row(Rows.Row(CarriedRow, Length));
        return true;
    }

    public override bool CombineQuadratures(double h) => Reductions.FirstNotFinite<T>(Rows.Row(NewStateRow, Length)) < 0;

    public override int FindNotFinite(double t, in StepPlan plan, out double time)
    {
        time = t;
        int component = SlopeIsKnown ? Reductions.FirstNotFinite(Derivative) : -1;
        if (component < 0)
        {
            time = LastTime;
            component = Reductions.FirstNotFinite<T>(Rows.Row(LastSlope, Length));
        }

        if (component < 0)
        {
            time = plan.End;
            component = Reductions.FirstNotFinite<T>(Rows.Row(NewStateRow, Length));
        }

        return component;
    }

    public override void Interpolate(double theta, double h, Span<T> destination)
    {
        Span<(int Node, int Row, double Weight)> terms = stackalloc (int, int, double)[TermCount];
        DenseTerms(theta, h, derivative: false, terms);
        for (int i = 0; i < TermCount; i++)
        {
            (_termRows[i], _termWeights[i]) = (WorkspaceRow(terms[i].Node, terms[i].Row), terms[i].Weight);
        }

        CombineKernel.Run(ref Rows.Start, Rows.Offsets, _termRows, _termWeights, 1, ref Rows[StateRow], ref MemoryMarshal.GetReference(destination), Length);
    }

    public override void InterpolateRecorded(SolveRecording<T> recording, int step, double theta, bool derivative, Span<T> destination)
    {
        Span<(int Node, int Row, double Weight)> terms = stackalloc (int, int, double)[TermCount];
        DenseTerms(theta, recording.StepSize(step), derivative, terms);
        Span<nint> offsets = stackalloc nint[TermCount];
        Span<double> weights = stackalloc double[TermCount];
        for (int i = 0; i < TermCount; i++)
        {
            offsets[i] = recording.RowOffset(step + terms[i].Node, terms[i].Row);
            weights[i] = terms[i].Weight;
        }

        ref T origin = ref MemoryMarshal.GetReference(recording.Row(step, 0));
        if (derivative)
        {
            destination.Clear();
            origin = ref MemoryMarshal.GetReference(destination);
        }

        CombineKernel.Run(ref recording.Start, offsets, [0, 1, 2], weights, 1, ref origin, ref MemoryMarshal.GetReference(destination), StateLength);
    }

    /// <summary>Dense output <c>z_n + Σ weight · row</c> of rows recorded at the step's start (node 0) or its end (node 1), or its derivative.</summary>
    internal abstract void DenseTerms(double theta, double h, bool derivative, Span<(int Node, int Row, double Weight)> terms);

    /// <summary>Where a recorded row is in the last attempt's workspace.</summary>
    protected abstract int WorkspaceRow(int node, int row);

    protected void EvaluateAt(double t, int input, int slope)
    {
        LastTime = t;
        LastSlope = slope;
        Evaluate(t, Rows.Row(input, StateLength), Rows.Row(slope, Length));
    }

    /// <summary><c>destination = origin + Σ weights · rows</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected bool Combine(int origin, ReadOnlySpan<int> rows, ReadOnlySpan<double> weights, int destination)
        => CombineKernel.Run(ref Rows.Start, Rows.Offsets, rows, weights, 1, ref Rows[origin], ref Rows[destination], Length);

    /// <summary>The attempt's outcome: the quadratures have theirs.</summary>
    protected StepAttempt Outcome(bool isFinite)
        => new(isFinite || Reductions.FirstNotFinite<T>(Rows.Row(NewStateRow, StateLength)) < 0 ? StepOutcome.Complete : StepOutcome.NotFinite, 0, 3);

    protected void Record(SolveRecording<T> recording, double t, in StepPlan plan, int tag, ReadOnlySpan<int> rows)
    {
        recording.AddStep(t, plan.End, plan.Size, tag, rows.Length);
        int step = recording.StepCount - 1;
        for (int i = 0; i < rows.Length; i++)
        {
            Rows.Row(rows[i], StateLength).CopyTo(recording.Row(step, i));
        }
    }
}
