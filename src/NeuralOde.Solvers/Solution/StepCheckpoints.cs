using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The memory of a recording with a budget: from its start the blocks of successive steps, the window; from its end checkpoints of the stepper, all of one length.
/// </summary>
/// <remarks>
/// During a solve checkpoints lie a stride apart. Where they and a window for one stride do not fit any more, every other one is dropped and the stride doubles, so that
/// any number of steps is served (online checkpoints: P. Stumm, A. Walther, "New algorithms for optimal online checkpointing", <i>SIAM J. Sci. Comput.</i> 32 (2010);
/// Q. Wang, P. Moin, G. Iaccarino, <i>SIAM J. Sci. Comput.</i> 31 (2009)). A solve that fits as a whole is kept as a whole.
/// </remarks>
internal sealed class StepCheckpoints<T>(RecordingBudget budget)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Where so little is allowed, it is taken at once.
    private const long LittleMemory = 1 << 16;

    // Rows of a step without length, at an event.
    private const int MarkRows = 3;

    private Stepper<T> _stepper = null!;
    private int _length;
    private long _limit;
    private bool _isFinal;
    private int _slotLength;
    private long _stepLength;
    private long _reserve;
    private int[] _slotSteps = new int[16];
    private int _stride;
    private long _expectedSteps;

    // Copies of the first two rows of the block behind the window, and of the end of the solve.
    private T[] _next = [];
    private T[] _end = [];

    private RecordedAttempt[] _attempts = [];
    private int _attemptCount;
    private int[] _firstAttempts = [];
    private int _lastStep;

    public T[] Memory { get; private set; } = [];

    /// <summary>Elements of the window.</summary>
    public int Used { get; private set; }

    public int SlotCount { get; private set; }

    public int LastSlotStep => _slotSteps[SlotCount - 1];

    public long Bytes => (Unsafe.SizeOf<T>() * (long)(Memory.Length + _next.Length + _end.Length))
        + (Unsafe.SizeOf<RecordedAttempt>() * (long)_attempts.Length) + (sizeof(int) * (long)(_firstAttempts.Length + _slotSteps.Length));

    private long Capacity => _isFinal ? Memory.Length : 7 * (_limit / 8);

    /// <summary>Starts a solve.</summary>
    /// <exception cref="ArgumentException">A checkpoint and a step do not fit.</exception>
    public void Begin(Stepper<T> stepper, int expectedSteps)
    {
        _stepper = stepper;
        _length = stepper.StateLength;
        _expectedSteps = expectedSteps;
        var measure = StepperSnapshot<T>.Measure();
        stepper.Transfer(ref measure);
        _slotLength = measure.Length;
        _stepLength = Math.Max(MarkRows, stepper.MaxRecordedRows) * (long)_length;
        _reserve = ((2L * stepper.HistoryBlocks) + 2) * _length;
        _limit = Math.Min(Array.MaxLength, (budget.MaxBytes / Unsafe.SizeOf<T>()) - (4L * _length));
        if (_end.Length != 2 * _length)
        {
            (_next, _end) = (new T[2 * _length], new T[2 * _length]);
        }

        TakeMemory();
        long required = _slotLength + _stepLength + _reserve;
        if (required > Capacity)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A budget of {budget.MaxBytes} bytes is too small for a recording: a checkpoint and one step of {_length} components take "
                    + $"{(required + (4L * _length)) * Unsafe.SizeOf<T>()} bytes."),
                "recording");
        }

        (Used, SlotCount, _attemptCount, _lastStep) = (0, 0, 0, -1);
        _stride = FirstStride();
    }

    /// <summary>Before an attempt: keeps its plan, and a checkpoint where one is due.</summary>
    public void BeforeAttempt(SolveRecording<T> recording, in StepPlan plan)
    {
        int step = recording.StepCount;
        if (step != _lastStep)
        {
            BeginStep(step);
            if (step % _stride == 0)
            {
                Place(recording, step);
            }
        }
        else if (!_stepper.RemembersRejections)
        {
            _attemptCount--;
        }

        SolveRecording<T>.Reserve(ref _attempts, _attemptCount + 1);
        _attempts[_attemptCount++] = new RecordedAttempt(plan.End, plan.Size, plan.Order, false);
    }

    /// <summary>A step begins. One that only marks an event has no attempts.</summary>
    public void BeginStep(int step)
    {
        _lastStep = step;
        SolveRecording<T>.Reserve(ref _firstAttempts, step + 1);
        _firstAttempts[step] = _attemptCount;
    }

    /// <summary>The method starts afresh after the last attempt.</summary>
    public void MarkRestart() => _attempts[_attemptCount - 1] = _attempts[_attemptCount - 1] with { Restarts = true };

    public ReadOnlySpan<RecordedAttempt> Attempts(int step)
        => _attempts.AsSpan(_firstAttempts[step]..(step < _lastStep ? _firstAttempts[step + 1] : _attemptCount));

    /// <summary>Whether the rows of a step are bound to be dropped before the solve ends, so that they need not be copied.</summary>
    public bool WillDrop(int step)
        => _expectedSteps > 0 && ((_expectedSteps - step) * _stepLength) + _reserve + ((_expectedSteps + _stride - 1) / _stride * _slotLength) > Capacity;

    /// <summary>A place in the window for some rows; where there is none, the window starts anew with them.</summary>
    public int Allocate(SolveRecording<T> recording, int node, int rows, bool isStep)
    {
        long length = (long)rows * _length, margin = isStep ? 2 * _length : 0;
        if (!Grow(Used + length + margin + ((long)SlotCount * _slotLength)))
        {
            DropWindow(recording, node);
        }

        int start = Used;
        Used += (int)length;
        return start;
    }

    public void DropWindow(SolveRecording<T> recording, int firstStep)
    {
        Used = 0;
        recording.FirstHeld = firstStep;
        _stepper.RecordHistory(recording, firstStep);
    }

    public void ClearWindow() => Used = 0;

    public void KeepEnd(SolveRecording<T> recording, int rows) => CopyHead(recording, recording.StepCount, rows, _end);

    /// <summary>Empties the window, but for the block behind the steps that will be held next.</summary>
    public void KeepNext(SolveRecording<T> recording, int node)
    {
        if (node == recording.StepCount)
        {
            _end.CopyTo(_next, 0);
        }
        else
        {
            CopyHead(recording, node, 2, _next);
        }

        Used = 0;
    }

    public ReadOnlySpan<T> Next => _next;

    /// <summary>Number of whole steps that the window can take.</summary>
    public long StepsThatFit => (Capacity - ((long)SlotCount * _slotLength) - _reserve) / _stepLength;

    /// <summary>Keeps the stepper's state in a new checkpoint behind all others.</summary>
    public void Save(int step)
    {
        Grow(Used + ((SlotCount + 1L) * _slotLength));
        SolveRecording<T>.Reserve(ref _slotSteps, SlotCount + 1);
        _slotSteps[SlotCount++] = step;
        var snapshot = StepperSnapshot<T>.Save(Slot(SlotCount - 1));
        _stepper.Transfer(ref snapshot);
    }

    /// <summary>Makes the stepper what it was at the last checkpoint.</summary>
    public void RestoreLast()
    {
        var snapshot = StepperSnapshot<T>.Restore(Slot(SlotCount - 1));
        _stepper.Transfer(ref snapshot);
    }

    public void ReleaseLast() => SlotCount--;

    /// <summary>Where the next checkpoint goes, when more steps than fit have to be transposed from the last one.</summary>
    /// <returns>Steps behind the last checkpoint; 0 where there is no room for another.</returns>
    public int NextCheckpoint(int steps)
    {
        long free = Capacity - ((long)SlotCount * _slotLength) - _reserve;
        long most = (free - _stepLength) / _slotLength;
        (double bestRepeats, long bestSlots, long bestLeaf) = (CheckpointSchedule.Repeats(steps, free / _stepLength, 0), 0, free / _stepLength);

        // A few numbers of checkpoints, over the whole range.
        for (long i = 1, count = Math.Min(64, most); i <= count; i++)
        {
            long slots = i * most / count, leaf = (free - (slots * _slotLength)) / _stepLength;
            double repeats = CheckpointSchedule.Repeats(steps, leaf, slots);
            if (repeats < bestRepeats)
            {
                (bestRepeats, bestSlots, bestLeaf) = (repeats, slots, leaf);
            }
        }

        return bestSlots == 0 ? 0 : (int)CheckpointSchedule.FirstSplit(steps, bestLeaf, bestSlots, bestRepeats);
    }

    private Span<T> Slot(int index) => Memory.AsSpan(Memory.Length - ((index + 1) * _slotLength), _slotLength);

    private void CopyHead(SolveRecording<T> recording, int node, int rows, T[] destination)
    {
        for (int row = 0; row < rows; row++)
        {
            recording.Row(node, row).CopyTo(destination.AsSpan(row * _length));
        }
    }

    private void TakeMemory()
    {
        if (Memory.Length > _limit)
        {
            Memory = [];
        }

        long wished = _limit <= LittleMemory ? _limit : _expectedSteps > 0 ? Math.Min(_limit, (_expectedSteps * _stepLength) + _reserve + _slotLength) : 0;
        if (Memory.Length == 0 && wished > 0)
        {
            Memory = new T[wished];
        }

        _isFinal = Memory.Length >= 7 * (_limit / 8);
    }

    /// <summary>Makes room. Old and new memory together stay within the limit, so the last growth is by much.</summary>
    private bool Grow(long needed)
    {
        while (Memory.Length < needed)
        {
            if (_isFinal)
            {
                return false;
            }

            long next = Math.Max(needed, 2L * Memory.Length);
            if (next > _limit / 8)
            {
                next = _limit - Memory.Length;
                _isFinal = true;
            }

            var memory = new T[next];
            Memory.AsSpan(0, Used).CopyTo(memory);
            int slots = SlotCount * _slotLength;
            Memory.AsSpan(Memory.Length - slots).CopyTo(memory.AsSpan(memory.Length - slots));
            Memory = memory;
        }

        return true;
    }

    private int FirstStride()
    {
        long capacity = Capacity, fitting = Math.Max(1, capacity / _stepLength);
        if (_expectedSteps == 0)
        {
            return (int)Math.Clamp(fitting / 16, 1, int.MaxValue);
        }

        if ((_expectedSteps * _stepLength) + _reserve + _slotLength <= capacity)
        {
            return int.MaxValue;
        }

        for (int stride = 1; stride <= fitting; stride++)
        {
            if (Fits((_expectedSteps + stride - 1) / stride, stride))
            {
                return stride;
            }
        }

        return (int)Math.Clamp((2 * _expectedSteps * _slotLength / capacity) + 1, 1, int.MaxValue);
    }

    /// <summary>Whether checkpoints leave room for the steps between two of them, or for half of the memory.</summary>
    private bool Fits(long slots, long stride)
        => (slots * _slotLength) + Math.Max(_stepLength, Math.Min(stride * _stepLength, Capacity / 2)) + _reserve <= Capacity;

    private void Place(SolveRecording<T> recording, int step)
    {
        while (step > 0 && !Fits(SlotCount + 1, _stride))
        {
            if (_stride > int.MaxValue / 2)
            {
                return;
            }

            _stride *= 2;
            Thin();
            if (step % _stride != 0)
            {
                return;
            }
        }

        if (!Grow(Used + ((SlotCount + 1L) * _slotLength)))
        {
            DropWindow(recording, step);
        }

        Save(step);
    }

    private void Thin()
    {
        int kept = 0;
        for (int i = 0; i < SlotCount; i++)
        {
            if (_slotSteps[i] % _stride == 0)
            {
                Slot(i).CopyTo(Slot(kept));
                _slotSteps[kept++] = _slotSteps[i];
            }
        }

        SlotCount = kept;
    }
}
