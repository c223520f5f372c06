using NeuralOde.MicroBatches;

namespace NeuralOde.Tests.MicroBatches;

/// <summary>Threads of this process in the place of processes.</summary>
internal sealed class ThreadCommunicator : ICommunicator
{
    private readonly Meeting _meeting;

    private ThreadCommunicator(Meeting meeting, int rank) => (_meeting, Rank) = (meeting, rank);

    public int Rank { get; }

    public int Size => _meeting.Size;

    /// <summary>Runs something in each of some "processes", and gives what each returned.</summary>
    public static TResult[] Run<TResult>(int size, Func<ICommunicator, TResult> work)
    {
        var meeting = new Meeting(size);
        var results = new TResult[size];
        Exception? failure = null;
        Thread[] threads =
        [
            .. Enumerable.Range(0, size).Select(rank => new Thread(() =>
            {
                try
                {
                    results[rank] = work(new ThreadCommunicator(meeting, rank));
                }
                catch (Exception e) when (e is not BarrierPostPhaseException)
                {
                    failure ??= e;
                    meeting.Leave();
                }
            })),
        ];
        Array.ForEach(threads, static x => x.Start());
        Array.ForEach(threads, static x => x.Join());
        return failure is null ? results : throw new AggregateException(failure);
    }

    public void AllGather(ReadOnlySpan<byte> send, Span<byte> received)
    {
        Assert.Equal(send.Length * Size, received.Length);
        byte[][] all = _meeting.Meet(Rank, send.ToArray());
        all.SelectMany(static x => x).ToArray().CopyTo(received);
    }

    public void Exchange(ReadOnlySpan<byte> send, ReadOnlySpan<int> sendLengths, Span<byte> received, ReadOnlySpan<int> receivedLengths)
    {
        byte[] lengths = [.. sendLengths.ToArray().SelectMany(BitConverter.GetBytes)];
        byte[][] allLengths = _meeting.Meet(Rank, lengths), all = _meeting.Meet(Rank, send.ToArray());
        int at = 0;
        for (int from = 0; from < Size; from++)
        {
            int[] its = [.. Enumerable.Range(0, Size).Select(i => BitConverter.ToInt32(allLengths[from], i * sizeof(int)))];
            Assert.Equal(receivedLengths[from], its[Rank]);
            all[from].AsSpan(its[..Rank].Sum(), its[Rank]).CopyTo(received[at..]);
            at += its[Rank];
        }

        Assert.Equal(received.Length, at);
    }

    private sealed class Meeting(int size)
    {
        private readonly Barrier _barrier = new(size);
        private readonly byte[][] _values = new byte[size][];

        public int Size => size;

        public byte[][] Meet(int rank, byte[] value)
        {
            _values[rank] = value;
            _barrier.SignalAndWait();
            byte[][] all = [.. _values];
            _barrier.SignalAndWait();
            return all;
        }

        public void Leave() => _barrier.RemoveParticipant();
    }
}
