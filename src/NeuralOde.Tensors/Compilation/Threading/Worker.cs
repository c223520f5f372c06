using System.Diagnostics;

namespace NeuralOde.Tensors;

/// <summary>One helping thread: it helps, waits a while in a loop for more, and then sleeps until it is woken.</summary>
internal sealed class Worker
{
    // Long enough for what a solver does between two evaluations; a sleeping thread takes about as long to wake.
    // Without an end to it, a helper would take the processor from other programs for nothing.
    private const int MicrosecondsOfSpinning = 50;

    // Looks at the pool between two looks at the clock, which takes as long as one of them.
    private const int LooksBetweenClocks = 8;

    private readonly WorkerPool _pool;
    private readonly int _number;
    private readonly object _gate = new();
    private bool _asleep;

    private Worker(WorkerPool pool, int number)
    {
        _pool = pool;
        _number = number;
    }

    /// <summary>Starts the helper of that number.</summary>
    public static Worker Start(WorkerPool pool, int number)
    {
        var worker = new Worker(pool, number);

        // A background thread does not keep the process alive.
        new Thread(worker.Loop) { IsBackground = true, Name = string.Create(CultureInfo.InvariantCulture, $"NeuralOde helper {number + 1}") }.Start();
        return worker;
    }

    /// <summary>Wakes the thread if it sleeps: it will look for work for a while.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Wake()
    {
        if (Volatile.Read(ref _asleep))
        {
            WakeSleeping();
        }
    }

    private void WakeSleeping()
    {
        lock (_gate)
        {
            _asleep = false;
            Monitor.Pulse(_gate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Loop()
    {
        while (true)
        {
            if (SpinForWork())
            {
                _pool.Help(_number);
            }
            else
            {
                Sleep();
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool SpinForWork()
    {
        long end = Stopwatch.GetTimestamp() + (MicrosecondsOfSpinning * Stopwatch.Frequency / 1_000_000);
        do
        {
            for (int i = 0; i < LooksBetweenClocks; i++)
            {
                if (_pool.HasWork(_number))
                {
                    return true;
                }

                Thread.SpinWait(1);
            }
        }
        while (Stopwatch.GetTimestamp() < end);
        return false;
    }

    private void Sleep()
    {
        lock (_gate)
        {
            _asleep = true;

            // The pool writes the shares and then looks who sleeps; this is the other half of that handshake.
            Interlocked.MemoryBarrier();
            if (_pool.HasWork(_number))
            {
                _asleep = false;
            }

            while (_asleep)
            {
                Monitor.Wait(_gate);
            }
        }
    }
}
