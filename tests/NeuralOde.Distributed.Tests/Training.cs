using NeuralOde.Persistence;

namespace NeuralOde.Distributed.Tests;

/// <summary>Short runs of the tool.</summary>
internal static class Training
{
    /// <summary>A folder with a small set of images in its folder <c>data</c>.</summary>
    public static TemporaryFolder WithData()
    {
        var folder = new TemporaryFolder();
        IdxBytes.WriteBlocks(folder.File("data"));
        return folder;
    }

    /// <summary>The training of a small classifier.</summary>
    public static string[] Command(TemporaryFolder folder, params string[] more) =>
        ["experiment", "mnist", "--data", folder.File("data"), "--batch", "16", "--train-images", "52", "--no-report", .. more.Contains("--channels") ? more
            : [.. more, "--channels", "4"]];

    /// <summary>The tensors of a model file, as text that tells bits apart; its notes name the command line, which differs.</summary>
    public static string Bits(string path) => string.Join(
        '\n', SafeTensors.Load(path).Tensors.OrderBy(static x => x.Name, StringComparer.Ordinal).Select(static x => $"{x.Name} {Convert.ToHexString(Bytes(x))}"));

    private static byte[] Bytes(SafeTensor tensor) => tensor.Type == SafeTensorType.Int64
        ? [.. tensor.ToArray<long>().SelectMany(BitConverter.GetBytes)]
        : [.. tensor.ToDoubles().SelectMany(BitConverter.GetBytes)];
}
