namespace NeuralOde.Fuzz;

/// <summary>A reader of files that come from elsewhere.</summary>
/// <param name="Name">What run.sh calls it.</param>
/// <param name="Seeds">Makes small sound files, from which the fuzzer makes damaged ones.</param>
/// <param name="Read">Reads a file's content.</param>
internal sealed record FuzzTarget(string Name, Func<IEnumerable<byte[]>> Seeds, Action<byte[]> Read)
{
    /// <summary>Reads a content that may be damaged: an error that says what is wrong with the file is an answer, anything else a fault of the reader.</summary>
    public void Run(byte[] content)
    {
        try
        {
            Read(content);
        }
        catch (NeuralOdeException)
        {
        }
    }
}
