using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Tensors;

/// <summary>
/// Threads that help the one that runs a program. One program has them at a time, and hands them one instruction after the other.
/// </summary>
/// <remarks>
/// The shares of an instruction lie in a row: the program's own thread claims them from the front, the helpers from the back, until none
/// is left. So with two threads each works on one stretch of memory, the same one at every run, and yet nobody waits for a
/// helper that has not begun: what it does not claim, the others do.
/// </remarks>
internal sealed class WorkerPool
{
    /// <summary>The largest number of shares of an instruction.</summary>
    public const int MaxShares = 0x7fff;

    // The claims in one word, so that one compare-and-swap checks and changes all of them:
    // which job it is (32 bits), the first share that is left (16), and the one after the last (16).
    private const int FrontShift = 16;
    private const int JobShift = 32;
    private const long Mask = 0xffff;

    // After that many microseconds of waiting for a helper to finish its share, the processor is offered to others: it may be what the helper waits for.
    private const int MicrosecondsBeforeYield = 20;

    private Worker[] _workers = [];
    private int _taken;
    private int _helpers;
    private long _job;
    private Instruction? _instruction;
    private int _units;
    private int _shares;
    private ExceptionDispatchInfo? _failure;
    private Lines _lines;

    /// <summary>The helpers that all programs share.</summary>
    public static WorkerPool Shared { get; } = new();

    /// <summary>Takes the helpers, and wakes as many as make the given number of threads with the caller. Returns <see langword="false"/> where somebody has them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryEnter(int threads)
    {
        if (Volatile.Read(ref _taken) != 0 || Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
        {
            return false;
        }

        int helpers = threads - 1;
        if (_workers.Length < helpers)
        {
            Grow(helpers);
        }

        Volatile.Write(ref _helpers, Math.Min(helpers, _workers.Length));
        Wake();
        return true;
    }

    /// <summary>Takes the helpers for one instruction, one thread for each share. Returns <see langword="false"/>, with nothing done, where somebody has them.</summary>
    public bool TryRun(Instruction instruction, int units, int shares)
    {
        if (!TryEnter(shares))
        {
            return false;
        }

        try
        {
            Run(instruction, units, shares);
        }
        finally
        {
            Exit();
        }

        return true;
    }

    /// <summary>Gives the helpers back.</summary>
    public void Exit()
    {
        _instruction = null;
        Volatile.Write(ref _taken, 0);
    }

    /// <summary>Runs all shares of an instruction, and returns when they are done. The caller has the helpers.</summary>
    /// <exception cref="Exception">The first exception of a share; shares that had not begun by then are left out.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(Instruction instruction, int units, int shares)
    {
        _instruction = instruction;
        _units = units;
        _shares = shares;
        Volatile.Write(ref _lines.Unfinished, shares);

        // A full fence: a worker that goes to sleep either sees the shares or is seen asleep.
        Interlocked.Exchange(ref _lines.Claims, (++_job << JobShift) | (long)shares);
        Wake();
        while (TryClaimFront(out int share))
        {
            RunShare(share);
        }

        AwaitHelpers();
        if (_failure is { } failure)
        {
            _failure = null;
            failure.Throw();
        }
    }

    /// <summary>Whether there is something to do for the helper of that number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasWork(int helper)
    {
        long claims = Volatile.Read(ref _lines.Claims);
        return ((claims >> FrontShift) & Mask) < (claims & Mask) && helper < Volatile.Read(ref _helpers);
    }

    /// <summary>Runs shares from the back as long as there are any; the loop of the helper of that number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Help(int helper)
    {
        while (HasWork(helper))
        {
            long claims = Volatile.Read(ref _lines.Claims);
            int share = (int)(claims & Mask) - 1;
            if (((claims >> FrontShift) & Mask) <= share && Interlocked.CompareExchange(ref _lines.Claims, claims - 1, claims) == claims)
            {
                RunShare(share);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryClaimFront(out int share)
    {
        while (true)
        {
            long claims = Volatile.Read(ref _lines.Claims);
            share = (int)((claims >> FrontShift) & Mask);
            if (share >= (claims & Mask))
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _lines.Claims, claims + (1L << FrontShift), claims) == claims)
            {
                return true;
            }
        }
    }

    /// <summary>Runs a share that this thread has claimed: until it is finished, the job's fields stay as they are.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "It is thrown again on the thread that runs the program.")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunShare(int share)
    {
        try
        {
            if (Volatile.Read(ref _failure) is null)
            {
                int first = (int)((long)_units * share / _shares);
                int end = (int)((long)_units * (share + 1) / _shares);
                _instruction!.Run(first, end - first);
            }
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        }

        Interlocked.Decrement(ref _lines.Unfinished);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AwaitHelpers()
    {
        long start = 0;
        while (Volatile.Read(ref _lines.Unfinished) > 0)
        {
            Thread.SpinWait(1);
            if (start == 0)
            {
                start = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetTimestamp() - start > MicrosecondsBeforeYield * (Stopwatch.Frequency / 1_000_000))
            {
                Thread.Yield();
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Wake()
    {
        for (int i = 0; i < _helpers; i++)
        {
            _workers[i].Wake();
        }
    }

    /// <summary>Starts the threads that are missing. Where the system has no more of them, those that there are must do.</summary>
    private void Grow(int helpers)
    {
        var workers = new Worker[helpers];
        _workers.CopyTo(workers, 0);
        for (int i = _workers.Length; i < helpers; i++)
        {
            try
            {
                workers[i] = Worker.Start(this, i);
            }
            catch (OutOfMemoryException)
            {
                Array.Resize(ref workers, i);
                break;
            }
        }

        _workers = workers;
    }

    /// <summary>What threads write while others wait for it, each on cache lines of its own (processors fetch them in pairs).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Lines
    {
        [FieldOffset(128)]
        public long Claims;

        [FieldOffset(256)]
        public int Unfinished;
    }
}
