using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NeuralOde.Persistence;

namespace NeuralOde.Tests.Persistence;

public class SafeTensorsFuzzTests
{
    /// <summary>
    /// Enough for a small header's JSON document, its entries and an exception with its message and stack trace, and a thousandth
    /// of what the largest offsets of a mutated header claim.
    /// </summary>
    private const long LittleMemory = 1_000_000;

    private static readonly byte[] s_valid = Make();

    private static byte[] Make()
    {
        using var stream = new MemoryStream();
        SafeTensors.Save(
            stream,
            [
                SafeTensor.Create("layer.weight", new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]),
                SafeTensor.Create("layer.bias", new float[] { 1, 2 }, [2]),
                SafeTensor.Create("times", new double[] { 0, 1 }, [2]),
                SafeTensor.Create("empty", Array.Empty<long>(), [0, 5]),
            ],
            new Dictionary<string, string> { ["model"] = "mlp \"2-16-2\"", ["seed"] = "7" });
        return stream.ToArray();
    }

    private static bool LoadsOrThrowsTheTypedException(byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            foreach (SafeTensor tensor in SafeTensors.Load(new MemoryStream(bytes), "fuzz").Tensors)
            {
                _ = tensor.ToString();
            }
        }
        catch (Exception e) when (e is SafeTensorsException or IOException)
        {
        }

        return GC.GetAllocatedBytesForCurrentThread() - before < LittleMemory;
    }

    private static void Check(Gen<byte[]> files) => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5000), Prop.ForAll(files.ToArbitrary(), LoadsOrThrowsTheTypedException));

    [Fact]
    public void Random_bytes_in_a_valid_file_load_or_throw_the_typed_exception()
    {
        Gen<(int Place, int Value)> change = Gen.Choose(0, s_valid.Length - 1).Zip(Gen.Choose(0, 255), (place, value) => (Place: place, Value: value));
        Check(change.NonEmptyListOf().Select(changes =>
        {
            byte[] bytes = (byte[])s_valid.Clone();
            foreach ((int place, int value) in changes.Take(8))
            {
                bytes[place] = (byte)value;
            }

            return bytes;
        }));
    }

    [Fact]
    public void Headers_with_a_piece_replaced_load_or_throw_the_typed_exception()
    {
        // Pieces that mean something to a header, where random bytes mostly break the JSON.
        int headerEnd = 8 + BitConverter.ToInt32(s_valid);
        string header = Encoding.UTF8.GetString(s_valid, 8, headerEnd - 8);
        Gen<string> piece = Gen.Elements(
            "0", "1", "9", "-1", "1e9", "0.5", "2147483647", "4294967296", "9223372036854775807", "18446744073709551615", "null", "true", "\"", "\\", "\\ud800",
            "{", "}", "[", "]", ",", ":", "\"F64\"", "\"U8\"", "\"shape\"", "\"__metadata__\"", "\"layer.bias\"", "");
        Gen<(int Start, int Length, string Text)> edit = Gen.Choose(0, header.Length - 1).Zip(Gen.Choose(0, 6)).Zip(
            piece, (span, text) => (Start: span.Item1, Length: span.Item2, Text: text));
        Check(edit.ArrayOf(2).Select(edits =>
        {
            string edited = header;
            foreach ((int start, int length, string text) in edits)
            {
                int begin = Math.Min(start, edited.Length);
                edited = edited[..begin] + text + edited[Math.Min(begin + length, edited.Length)..];
            }

            return SafeTensorsTests.Craft(edited, s_valid[headerEnd..]);
        }));
    }

    [Fact]
    public void Arbitrary_bytes_load_or_throw_the_typed_exception() => Check(ArbMap.Default.GeneratorFor<byte[]>());
}
