using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace NeuralOde.Distributed;

/// <summary>
/// Spreads independent pieces of work over processes: fits with different seeds, starts, folds, the points of a grid. Whoever is done gets the next one, so pieces that take
/// longer than others hold nobody up. Process 0 hands out, and works as well.
/// </summary>
public static class HandOut
{
    private const int NoMore = -1;

    /// <summary>Does all pieces of work. Every process calls this.</summary>
    /// <param name="communicator">The processes.</param>
    /// <param name="count">How many pieces there are.</param>
    /// <param name="work">Does the piece of a number from 0 to <paramref name="count"/> − 1, in any process, and gives its result as bytes.</param>
    /// <param name="done">
    /// Hears of each piece in process 0 alone, in the order of their numbers, as soon as it and all before it are done. It is called by one thread at a time, not always the same.
    /// </param>
    /// <param name="cancellationToken">Ends the work: no further piece is begun. Canceled in process 0, it stops all.</param>
    /// <returns>How many pieces were done or failed, in process 0; elsewhere how many this process did.</returns>
    /// <remarks>A piece that throws is a piece that failed, with a message; the others go on. Only running out of memory ends the process.</remarks>
    public static int Run(
        Communicator communicator, int count, Func<int, CancellationToken, byte[]> work, Action<HandOutResult> done, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(done);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return communicator.Rank == 0 ? new Server(communicator, count, work, done).Run(cancellationToken) : Serve(communicator, work, cancellationToken);
    }

    /// <summary>Does all pieces of work, and gives their results to all processes. Every process calls this.</summary>
    /// <param name="communicator">The processes.</param>
    /// <param name="count">How many pieces there are.</param>
    /// <param name="work">Does the piece of a number, and gives its result as numbers.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The results in the order of the pieces, in every process.</returns>
    /// <exception cref="DistributedException">A piece failed.</exception>
    /// <exception cref="OperationCanceledException">The work was canceled.</exception>
    public static double[][] RunForAll(Communicator communicator, int count, Func<int, double[]> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        byte[][] results = RunForAll(communicator, count, i => MemoryMarshal.AsBytes<double>(work(i)).ToArray(), cancellationToken);
        return Array.ConvertAll(results, static x => MemoryMarshal.Cast<byte, double>(x).ToArray());
    }

    /// <summary>The same for results that are bytes.</summary>
    /// <inheritdoc cref="RunForAll(Communicator, int, Func{int, double[]}, CancellationToken)"/>
    public static byte[][] RunForAll(Communicator communicator, int count, Func<int, byte[]> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        ArgumentNullException.ThrowIfNull(work);
        byte[][] results = new byte[count][];
        string? failure = null;
        int told = Run(
            communicator,
            count,
            (i, _) => work(i),
            x =>
            {
                failure ??= x.Outcome == HandOutOutcome.Failed ? x.Failure : null;
                results[x.Number] = x.Value;
            },
            cancellationToken);

        // The lengths first; one that is negative says that there are no results.
        int[] lengths = new int[count + 1];
        if (communicator.Rank == 0)
        {
            lengths[count] = told < count ? -1 : failure is not null ? -2 : 0;
            for (int i = 0; i < told; i++)
            {
                lengths[i] = results[i].Length;
            }
        }

        communicator.Broadcast(MemoryMarshal.AsBytes(lengths.AsSpan()));
        if (lengths[count] == -1)
        {
            throw new OperationCanceledException("The work was canceled.", cancellationToken);
        }

        if (lengths[count] == -2)
        {
            throw new DistributedException(DistributedReason.WorkFailed, failure ?? "A piece of work failed in another process.");
        }

        for (int i = 0; i < count; i++)
        {
            results[i] = communicator.Rank == 0 ? results[i] : new byte[lengths[i]];
            communicator.Broadcast(results[i]);
        }

        return results;
    }

    /// <summary>Another process: asks for work, with the result of the last piece, until there is none.</summary>
    private static int Serve(Communicator communicator, Func<int, CancellationToken, byte[]> work, CancellationToken cancellationToken)
    {
        int did = 0;
        byte[] message = Message(NoMore, HandOutOutcome.Canceled, []);
        while (true)
        {
            communicator.Send(0, message);
            byte[]? answer;
            while ((answer = communicator.TryReceive(out _)) is null)
            {
                Thread.Sleep(1);
            }

            int number = BitConverter.ToInt32(answer);
            if (number == NoMore)
            {
                return did;
            }

            HandOutResult result = Do(work, number, communicator.Rank, cancellationToken);
            did += result.Outcome == HandOutOutcome.Canceled ? 0 : 1;
            message = Message(number, result.Outcome, result.Outcome == HandOutOutcome.Done ? result.Value : Encoding.UTF8.GetBytes(result.Failure));
        }
    }

    private static byte[] Message(int number, HandOutOutcome outcome, byte[] content) => [.. BitConverter.GetBytes(number), (byte)outcome, .. content];

    private static HandOutResult Do(Func<int, CancellationToken, byte[]> work, int number, int rank, CancellationToken cancellationToken)
    {
        try
        {
            return new(number, rank, HandOutOutcome.Done, work(number, cancellationToken), "");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new(number, rank, HandOutOutcome.Canceled, [], "");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new(number, rank, HandOutOutcome.Failed, [], e is NeuralOdeException ? e.Message : $"{e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>Process 0: one thread answers the others, one works.</summary>
    private sealed class Server(Communicator communicator, int count, Func<int, CancellationToken, byte[]> work, Action<HandOutResult> done)
    {
        private readonly Lock _lock = new();
        private readonly SortedDictionary<int, HandOutResult> _waiting = [];
        private int _next;
        private int _told;
        private Exception? _failure;

        public int Run(CancellationToken cancellationToken)
        {
            Thread? answering = null;
            if (communicator.Size > 1)
            {
                answering = new Thread(() => Answer(cancellationToken)) { IsBackground = true, Name = "hand-out" };
                answering.Start();
            }

            for (int number = Next(cancellationToken); number != NoMore; number = Next(cancellationToken))
            {
                Take(Do(work, number, 0, cancellationToken));
            }

            answering?.Join();
            if (_failure is not null)
            {
                ExceptionDispatchInfo.Throw(_failure);
            }

            return _told;
        }

        private void Answer(CancellationToken cancellationToken)
        {
            try
            {
                for (int working = communicator.Size - 1; working > 0;)
                {
                    if (communicator.TryReceive(out int sender) is not { } message)
                    {
                        Thread.Sleep(1);
                        continue;
                    }

                    int number = BitConverter.ToInt32(message);
                    if (number != NoMore)
                    {
                        var outcome = (HandOutOutcome)message[sizeof(int)];
                        byte[] content = message[(sizeof(int) + 1)..];
                        Take(outcome == HandOutOutcome.Done ? new(number, sender, outcome, content, "") : new(number, sender, outcome, [], Encoding.UTF8.GetString(content)));
                    }

                    int next = Next(cancellationToken);
                    working -= next == NoMore ? 1 : 0;
                    communicator.Send(sender, BitConverter.GetBytes(next));
                }
            }
            catch (Exception e)
            {
                _failure = e;
            }
        }

        private int Next(CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                return _next < count && !cancellationToken.IsCancellationRequested && _failure is null ? _next++ : NoMore;
            }
        }

        private void Take(HandOutResult result)
        {
            lock (_lock)
            {
                if (result.Outcome == HandOutOutcome.Canceled)
                {
                    return;
                }

                _waiting.Add(result.Number, result);
                while (_waiting.Remove(_told, out HandOutResult? first))
                {
                    _told++;
                    done(first);
                }
            }
        }
    }
}

/// <summary>How a piece of work ended.</summary>
public enum HandOutOutcome
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>It threw.</summary>
    Failed,

    /// <summary>It was canceled.</summary>
    Canceled,
}

/// <summary>A piece of work that has ended.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Rank">The process that did it.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Value">Its result; nothing where it failed.</param>
/// <param name="Failure">Why it failed; empty where it did not.</param>
public sealed record HandOutResult(int Number, int Rank, HandOutOutcome Outcome, byte[] Value, string Failure);
