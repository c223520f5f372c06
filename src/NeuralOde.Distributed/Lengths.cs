namespace NeuralOde.Distributed;

/// <summary>Checks of lengths, before MPI reads or writes beyond an end.</summary>
internal static class Lengths
{
    public static void CheckGather(ReadOnlySpan<byte> send, ReadOnlySpan<byte> received, int size) => ArgumentException.ThrowIf(
        received.Length != (long)send.Length * size, $"{size} processes that send {send.Length} bytes each fill {(long)send.Length * size} bytes, not "
            + $"{received.Length}.", nameof(received));

    public static void CheckExchange(ReadOnlySpan<byte> send, ReadOnlySpan<int> sendLengths, ReadOnlySpan<byte> received, ReadOnlySpan<int> receivedLengths, int size)
    {
        Check(send, sendLengths, size, nameof(send));
        Check(received, receivedLengths, size, nameof(received));
    }

    private static void Check(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> lengths, int size, string name)
    {
        long sum = 0;
        foreach (int length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, name);
            sum += length;
        }

        ArgumentException.ThrowIf(lengths.Length != size || sum != bytes.Length, $"{size} parts of {bytes.Length} bytes have {size} lengths that add up to them; "
            + $"got {lengths.Length} of {sum}.", name);
    }
}
