using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>What a recording does where its memory is limited.</summary>
public sealed partial class SolveRecording<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly StepCheckpoints<T>? _budget;

    /// <summary>Makes a recording that keeps every step.</summary>
    public SolveRecording()
    {
    }

    /// <summary>
    /// Makes a recording of limited memory. It keeps the state of the method at some steps only, and <see cref="Integrator{T}.Transpose"/> computes the steps between them
    /// again: the same attempts, so that the gradient is the same to the last bit.
    /// </summary>
    /// <remarks>
    /// A solve that fits is kept as a whole. Where <c>n</c> steps do not, room for about <c>2 sqrt(n · stages)</c> states lets every step be computed
    /// twice; with less, steps are computed more often, by the binomial schedule. Field, events and their parameters must be the same for the transpose as they were for the solve.
    /// </remarks>
    /// <param name="budget">How much memory it may take.</param>
    public SolveRecording(RecordingBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        Budget = budget;
        _budget = new StepCheckpoints<T>(budget);
    }

    /// <summary>How much memory the recording may take, or <see langword="null"/> where it keeps every step.</summary>
    public RecordingBudget? Budget { get; }

    /// <summary>Whether every step of the last solve is in memory, so that all can be read: always without a budget, and where the solve fitted into it.</summary>
    public bool HoldsEveryStep => FirstHeld == 0;

    /// <summary>Number of bytes that the recording holds; they are kept for the next solve, so it is the largest number so far.</summary>
    public long PeakBytes => ((_budget is null ? Unsafe.SizeOf<T>() * (long)(_data.Length + _end.Length + _initial.Length) : _budget.Bytes)
        + (sizeof(double) * (long)(_reversalTimes.Length + _nodes.Length + _sizes.Length + _outputThetas.Length))
        + (sizeof(int) * (long)(_offsets.Length + _tags.Length + _outputSteps.Length)));

    /// <summary>The first step that is in memory, with all that follow it up to those transposed already.</summary>
    internal int FirstHeld { get; set; }

    /// <summary>The step behind the last one that is in memory.</summary>
    internal int HeldEnd { get; set; }

    internal StepCheckpoints<T>? Checkpoints => _budget;

    /// <summary>Adds a step without its rows, which would be dropped anyway.</summary>
    internal void AddBareStep(double t, double end, double h)
    {
        AddNode(t, end, h, 0);
        FirstHeld = StepCount;
        _budget!.ClearWindow();
    }

    /// <summary>Makes a block before the first one that is held, for a row that transposes of later steps read.</summary>
    /// <returns>The row.</returns>
    internal Span<T> AddHistory(int node, int row)
    {
        _offsets[node] = AllocateWithin(node, 2);
        return Row(node, row);
    }

    /// <summary>Makes the block behind the last step of the window that of its copy.</summary>
    internal void AddNext(int node)
    {
        _offsets[node] = AllocateWithin(node, 2);
        Checkpoints!.Next[..StateLength].CopyTo(Row(node, 0));
        Checkpoints.Next[StateLength..].CopyTo(Row(node, 1));
    }

    /// <summary>Continues the recording at an earlier step, to compute it again.</summary>
    internal void Rewind(int step) => StepCount = step;

    private int AllocateWithin(int node, int rows, bool isStep = false)
    {
        int start = _budget!.Allocate(this, node, rows, isStep);
        _data = _budget.Memory;
        return start;
    }

    private void RequireHeld(int node)
    {
        if (node < FirstHeld)
        {
            throw new InvalidOperationException(
                $"The recording keeps only some states within its budget, and step {node} is not among them. Record without a budget to read every step.");
        }
    }
}
