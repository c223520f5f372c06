using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace NeuralOde.MicroBatches;

/// <summary>How micro-batches that wait for one another have ended.</summary>
internal enum LockStepOutcome
{
    /// <summary>All have ended.</summary>
    Together,

    /// <summary>One of them, in any process, has failed, and the others were given up.</summary>
    Failed,

    /// <summary>Some waited for others that did not come there, and were given up.</summary>
    Apart,
}

/// <summary>
/// Computes the micro-batches of this process on threads of their own, one at a time. At some points each waits until all micro-batches of all processes are there, and hears
/// what they have.
/// </summary>
internal sealed class LockStep : IDisposable
{
    private readonly int _microBatches;
    private readonly ICommunicator? _communicator;
    private readonly int _start;
    private readonly Stage[] _stages;
    private readonly double[][] _given;
    private readonly int[] _lengths;
    private readonly SemaphoreSlim[] _turns;
    private readonly SemaphoreSlim _done = new(0);
    private readonly double[] _shares;
    private readonly double[] _terms;
    private double[] _all = [];
    private double[] _received = [];
    private Func<int, bool>? _work;
    private LockStepOutcome _outcome;
    private ExceptionDispatchInfo? _exception;
    private bool _hasThreads;
    private bool _hasFailed;
    private bool _isOver;
    private bool _isDisposed;

    /// <param name="microBatches">How many micro-batches there are.</param>
    /// <param name="communicator">The processes that share them; null for one.</param>
    public LockStep(int microBatches, ICommunicator? communicator)
    {
        (_microBatches, _communicator) = (microBatches, communicator);
        (_start, int end) = SumNode.Share(microBatches, communicator?.Rank ?? 0, Size);
        int own = end - _start;
        (_stages, _given, _lengths) = (new Stage[own], new double[own][], new int[own]);
        Array.Fill(_given, []);
        _turns = [.. Enumerable.Range(0, own).Select(static _ => new SemaphoreSlim(0))];
        (_shares, _terms) = (new double[microBatches], new double[microBatches]);
    }

    private enum Stage
    {
        Empty,
        Running,
        Waiting,
        Finished,
    }

    /// <summary>The number of samples of the batch.</summary>
    public int Samples { get; private set; }

    /// <summary>A number of each micro-batch, to be filled in for <see cref="Mean"/>.</summary>
    public Span<double> Terms => _terms;

    private int Size => _communicator?.Size ?? 1;

    /// <summary>Computes the micro-batches of this process that have samples. Every process calls this.</summary>
    /// <param name="samples">The number of samples of the batch.</param>
    /// <param name="work">Computes a micro-batch, on its own thread; says whether it succeeded.</param>
    public LockStepOutcome Run(int samples, Func<int, bool> work)
    {
        (Samples, _work, _outcome, _exception, _hasFailed, _isOver) = (samples, work, LockStepOutcome.Together, null, false, false);
        for (int i = 0; i < _microBatches; i++)
        {
            _shares[i] = (double)MicroBatch.Of(i, _microBatches, samples).Count / samples;
        }

        for (int i = 0; i < _stages.Length; i++)
        {
            _stages[i] = _shares[_start + i] > 0 ? Stage.Running : Stage.Empty;
        }

        int first = Next(0);
        if (first < 0)
        {
            while (Meet())
            {
            }
        }
        else
        {
            StartThreads();
            _turns[first].Release();
            _done.Wait();
        }

        _exception?.Throw();
        return _outcome;
    }

    /// <summary>Waits for all micro-batches, and gives what each of them has here, one after the other.</summary>
    /// <param name="microBatch">The one that calls.</param>
    /// <param name="values">What it has: as many numbers as every other one.</param>
    /// <returns>What all have, zeros for those without samples; valid until the next call.</returns>
    /// <exception cref="GivenUpException">There is nothing to wait for: another one failed, or went another way.</exception>
    public ReadOnlySpan<double> Gather(int microBatch, ReadOnlySpan<double> values)
    {
        int own = microBatch - _start;
        if (_given[own].Length < values.Length)
        {
            _given[own] = new double[values.Length];
        }

        values.CopyTo(_given[own]);
        (_stages[own], _lengths[own]) = (Stage.Waiting, values.Length);
        PassOn(own);
        _turns[own].Wait();
        return _isOver ? throw new GivenUpException() : _all.AsSpan(0, _microBatches * values.Length);
    }

    /// <summary>The mean of <see cref="Terms"/>, each weighted by the micro-batch's share of the samples, in the order of the one tree.</summary>
    public double Mean()
    {
        for (int i = 0; i < _terms.Length; i++)
        {
            _terms[i] = _shares[i] > 0 ? _terms[i] * _shares[i] : 0;
        }

        return new SumNode(0, _microBatches).Sum(_terms);
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        foreach (SemaphoreSlim turn in _turns)
        {
            turn.Release();
        }
    }

    private void StartThreads()
    {
        if (_hasThreads)
        {
            return;
        }

        _hasThreads = true;
        for (int i = 0; i < _turns.Length; i++)
        {
            int own = i;
            new Thread(() => Work(own)) { IsBackground = true, Name = $"micro-batch {_start + own}" }.Start();
        }
    }

    private void Work(int own)
    {
        while (true)
        {
            _turns[own].Wait();
            if (_isDisposed)
            {
                return;
            }

            try
            {
                _hasFailed |= !_work!(_start + own);
            }
            catch (GivenUpException)
            {
            }
            catch (Exception e)
            {
                // Thrown again on the thread that waits for all.
                _exception ??= ExceptionDispatchInfo.Capture(e);
                _hasFailed = true;
            }

            _stages[own] = Stage.Finished;
            PassOn(own);
        }
    }

    /// <summary>Lets the next one run; after the last one, all meet those of the other processes.</summary>
    private void PassOn(int own)
    {
        int next = Next(own + 1);
        if (next < 0)
        {
            if (!_isOver)
            {
                try
                {
                    _isOver = !Meet();
                }
                catch (Exception e)
                {
                    _exception ??= ExceptionDispatchInfo.Capture(e);
                    _isOver = true;
                }
            }

            next = Next(0);
        }

        (next < 0 ? _done : _turns[next]).Release();
    }

    private int Next(int from) => Array.FindIndex(_stages, from, static x => x is Stage.Running or Stage.Waiting);

    /// <summary>Tells all processes where the micro-batches of this one are, and gathers what they have there.</summary>
    /// <returns>Whether they go on.</returns>
    private bool Meet()
    {
        int length = _lengths.Zip(_stages).Where(static x => x.Second == Stage.Waiting).Select(static x => x.First).FirstOrDefault();
        Place own = Where(length);
        Span<int> places = new int[2 * Size];
        if (_communicator is null)
        {
            (places[0], places[1]) = ((int)own, length);
        }
        else
        {
            _communicator.AllGather(MemoryMarshal.AsBytes<int>([(int)own, length]), MemoryMarshal.AsBytes(places));
        }

        bool areAllDone = true, areTogether = true;
        int agreed = -1;
        for (int rank = 0; rank < Size; rank++)
        {
            var place = (Place)places[2 * rank];
            if (place == Place.Failed)
            {
                _outcome = LockStepOutcome.Failed;
                return false;
            }

            areAllDone &= place is Place.Done or Place.Nowhere;
            areTogether &= place == Place.Nowhere || (place == Place.Waiting && (agreed < 0 || agreed == places[(2 * rank) + 1]));
            agreed = place == Place.Waiting ? places[(2 * rank) + 1] : agreed;
        }

        if (areAllDone || !areTogether)
        {
            _outcome = areAllDone ? LockStepOutcome.Together : LockStepOutcome.Apart;
            return false;
        }

        GatherAll(agreed);
        for (int i = 0; i < _stages.Length; i++)
        {
            _stages[i] = _stages[i] == Stage.Waiting ? Stage.Running : _stages[i];
        }

        return true;
    }

    /// <summary>Where the micro-batches of this process are.</summary>
    private Place Where(int length)
    {
        Stage[] all = [.. _stages.Where(static x => x != Stage.Empty)];
        return _hasFailed ? Place.Failed
            : all.Length == 0 ? Place.Nowhere
            : Array.TrueForAll(all, static x => x == Stage.Finished) ? Place.Done
            : Array.TrueForAll(all, static x => x == Stage.Waiting) && _lengths.Zip(_stages).All(x => x.Second == Stage.Empty || x.First == length) ? Place.Waiting
            : Place.Apart;
    }

    private void GatherAll(int length)
    {
        int most = (_microBatches + Size - 1) / Size;
        Array.Resize(ref _all, Math.Max(_all.Length, _microBatches * length));
        Array.Resize(ref _received, Math.Max(_received.Length, (Size + 1) * most * length));
        Span<double> sent = _received.AsSpan(Size * most * length, most * length), received = _received.AsSpan(0, Size * most * length);
        sent.Clear();
        for (int i = 0; i < _stages.Length; i++)
        {
            if (_stages[i] == Stage.Waiting)
            {
                _given[i].AsSpan(0, length).CopyTo(sent[(i * length)..]);
            }
        }

        if (_communicator is null)
        {
            sent.CopyTo(received);
        }
        else
        {
            _communicator.AllGather(MemoryMarshal.AsBytes(sent), MemoryMarshal.AsBytes(received));
        }

        for (int rank = 0; rank < Size; rank++)
        {
            (int start, int end) = SumNode.Share(_microBatches, rank, Size);
            received.Slice(rank * most * length, (end - start) * length).CopyTo(_all.AsSpan(start * length));
        }
    }

    private enum Place
    {
        Nowhere,
        Waiting,
        Done,
        Failed,
        Apart,
    }
}

/// <summary>A micro-batch was given up, because another one failed or went another way.</summary>
internal sealed class GivenUpException : Exception;
