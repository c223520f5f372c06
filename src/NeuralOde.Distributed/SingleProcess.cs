namespace NeuralOde.Distributed;

/// <summary>One process: everything is there already.</summary>
internal sealed class SingleProcess : Communicator
{
    public override int Rank => 0;

    public override int Size => 1;

    public override void Barrier()
    {
    }

    public override void Broadcast(Span<byte> values)
    {
    }

    public override void AllGather(ReadOnlySpan<byte> send, Span<byte> received)
    {
        Lengths.CheckGather(send, received, 1);
        send.CopyTo(received);
    }

    public override void Exchange(ReadOnlySpan<byte> send, ReadOnlySpan<int> sendLengths, Span<byte> received, ReadOnlySpan<int> receivedLengths)
    {
        Lengths.CheckExchange(send, sendLengths, received, receivedLengths, 1);
        send.CopyTo(received);
    }

    public override void Send(int rank, ReadOnlySpan<byte> message) => throw new ArgumentOutOfRangeException(nameof(rank), rank, "There is no other process.");

    public override byte[]? TryReceive(out int sender)
    {
        sender = 0;
        return null;
    }

    public override void End()
    {
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public override void Abort(int exitCode)
    {
        Environment.Exit(exitCode);
        throw new InvalidOperationException("The process has ended.");
    }
}
