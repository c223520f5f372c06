using System.Buffers.Binary;
using System.Text;
using NeuralOde.Persistence;

namespace NeuralOde.Tests.Persistence;

public class SafeTensorsTests
{
    /// <summary>A file by hand, from the format's description: the header's length, the header, the data.</summary>
    internal static byte[] Craft(string header, params byte[] data)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)utf8.Length);
        return [.. length, .. utf8, .. data];
    }

    private static SafeTensorsFile Load(byte[] bytes) => SafeTensors.Load(new MemoryStream(bytes), "m.safetensors");

    private static byte[] Save(IEnumerable<SafeTensor> tensors, Dictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        SafeTensors.Save(stream, tensors, metadata);
        return stream.ToArray();
    }

    [Fact]
    public void Hand_made_file_is_read()
    {
        SafeTensorsFile file = Load(Craft(
            "{\"__metadata__\":{\"format\":\"pt\"},\"b\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[8,16]},"
                + "\"a\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]}}  ",
            0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0));

        Assert.Equal(["a", "b"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([1.5], file["a"].ToArray<double>());
        Assert.Empty(file["a"].Shape.ToArray());
        Assert.Equal([1f, -2f], file["b"].ToArray<float>());
        Assert.Equal([2, 1], file["b"].Shape);
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Fact]
    public void Saved_bytes_are_those_of_the_reference_library()
    {
        // Laid out by its rules: the metadata first, widest type first, then by name; no blanks in the JSON; padded to 8 bytes.
        string header = "{\"__metadata__\":{\"a\":\"1\",\"b\":\"µ+<&>'\\\"\"},\"z\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[8,16]},"
            + "\"x\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[16,20]},\"e\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[20,20]}}";
        string padding = new string(' ', (8 - (Encoding.UTF8.GetByteCount(header) % 8)) % 8);

        byte[] bytes = Save(
            [
                SafeTensor.Create<byte>("e", [], [0]),
                SafeTensor.Create("x", new float[] { 3 }, []),
                SafeTensor.Create("z", new double[] { 1.5 }, [1]),
                SafeTensor.Create("w", new float[] { 1, -2 }, [1, 2]),
            ],
            new Dictionary<string, string> { ["b"] = "µ+<&>'\"", ["a"] = "1" });

        Assert.Equal(
            Craft(header + padding, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0x40, 0x40), bytes);
        Assert.Equal(0, (bytes.Length - 20) % 8);
    }

    [Fact]
    public void Every_type_is_read_back_as_it_was()
    {
        SafeTensorsFile file = Load(Save(
        [
            SafeTensor.Create("F32", new[] { float.NaN, float.Epsilon, float.NegativeInfinity }, [3]),
            SafeTensor.Create("F64", new[] { -0.0, double.MaxValue }, [2, 1]),
            SafeTensor.Create("F16", new[] { (Half)0.1, Half.MaxValue }, [2]),
            SafeTensor.Create("I64", new[] { long.MinValue }, [1]),
            SafeTensor.Create("U64", new[] { ulong.MaxValue }, [1]),
            SafeTensor.Create("I32", new[] { int.MinValue }, [1]),
            SafeTensor.Create("U32", new[] { uint.MaxValue }, [1]),
            SafeTensor.Create("I16", new[] { short.MinValue }, [1]),
            SafeTensor.Create("U16", new[] { ushort.MaxValue }, [1]),
            SafeTensor.Create("U8", new byte[] { 255 }, [1]),
            SafeTensor.Create("I8", new sbyte[] { -128 }, [1]),
            SafeTensor.Create("BOOL", new[] { true, false }, [2]),
        ]));

        Assert.Equal([float.NaN, float.Epsilon, float.NegativeInfinity], file["F32"].ToArray<float>());
        Assert.Equal(BitConverter.DoubleToInt64Bits(-0.0), BitConverter.DoubleToInt64Bits(file["F64"].ToArray<double>()[0]));
        Assert.Equal([(float)(Half)0.1, 65504f], file["F16"].ToSingles());
        Assert.Equal([long.MinValue], file["I64"].ToArray<long>());
        Assert.Equal([ulong.MaxValue], file["U64"].ToArray<ulong>());
        Assert.Equal([int.MinValue], file["I32"].ToArray<int>());
        Assert.Equal([uint.MaxValue], file["U32"].ToArray<uint>());
        Assert.Equal([short.MinValue], file["I16"].ToArray<short>());
        Assert.Equal([ushort.MaxValue], file["U16"].ToArray<ushort>());
        Assert.Equal([(byte)255], file["U8"].ToArray<byte>());
        Assert.Equal([(sbyte)-128], file["I8"].ToArray<sbyte>());
        Assert.Equal([true, false], file["BOOL"].ToArray<bool>());
        Assert.All(file.Tensors, tensor => Assert.StartsWith($"{tensor.Name} {tensor.Name} [", tensor.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Sixteen_bit_floats_are_widened_without_loss_and_nothing_is_narrowed()
    {
        // BF16 0x3FC0 is the upper half of 1.5f, 0xFF80 that of minus infinity.
        SafeTensor tensor = Load(Craft("{\"h\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 0xC0, 0x3F, 0x80, 0xFF))["h"];

        Assert.Equal([1.5f, float.NegativeInfinity], tensor.ToSingles());
        Assert.Equal([1.5, double.NegativeInfinity], tensor.ToDoubles());
        Assert.Throws<SafeTensorsException>(() => tensor.ToArray<Half>());
        Assert.Throws<SafeTensorsException>(() => SafeTensor.Create("d", new double[1], [1]).ToSingles());
        Assert.Throws<SafeTensorsException>(() => SafeTensor.Create("i", new long[1], [1]).ToDoubles());
        Assert.Throws<NotSupportedException>(() => tensor.ToArray<decimal>());
    }

    [Fact]
    public void File_without_tensors_is_valid()
    {
        Assert.Empty(Load(Craft("{}")).Tensors);
        Assert.Empty(Load(Save([])).Metadata);
    }

    [Fact]
    public void File_on_disk_is_saved_and_loaded()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.safetensors");

        SafeTensors.Save(path, [SafeTensor.Create("w", new float[] { 1, 2 }, [2])], new Dictionary<string, string> { ["k"] = "v" });
        SafeTensorsFile file = SafeTensors.Load(path);

        Assert.Equal([1f, 2f], file["w"].ToSingles());
        Assert.Equal("v", file.Metadata["k"]);
        Assert.Equal(path, file.Name);
        SafeTensorsException missing = Assert.Throws<SafeTensorsException>(() => file["v"]);
        Assert.Equal($"Cannot read '{path}' as safetensors: there is no tensor 'v'. It holds w.", missing.Message);
        Assert.Throws<FileNotFoundException>(() => SafeTensors.Load(folder.File("absent")));
        Assert.Throws<IOException>(() => SafeTensors.Load(folder.Path));
    }

    [Fact]
    public void Tensors_check_their_names_and_shapes()
    {
        Assert.Throws<ArgumentException>(() => SafeTensor.Create("", new float[1], [1]));
        Assert.Throws<ArgumentException>(() => SafeTensor.Create("__metadata__", new float[1], [1]));
        Assert.Throws<ArgumentException>(() => SafeTensor.Create("w", new float[1], [2]));
        Assert.Throws<ArgumentException>(() => SafeTensor.Create("w", new float[1], [-1, -1]));
        Assert.Throws<ArgumentException>(() => SafeTensor.Create("w", new float[1], [int.MaxValue, int.MaxValue, int.MaxValue]));
        Assert.Equal(0, SafeTensor.Create("w", Array.Empty<float>(), [int.MaxValue, int.MaxValue, 0]).Count);
        Assert.Throws<ArgumentException>(() => Save([SafeTensor.Create("w", new float[1], [1]), SafeTensor.Create("w", new double[1], [1])]));
    }

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}", "unknown type 'F31'")]
    [InlineData("{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]}}", "type F8_E4M3, which is not supported")]
    [InlineData("{\"a\":{\"dtype\":1,\"shape\":[1],\"data_offsets\":[0,4]}}", "the dtype of tensor 'a' is not a string")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", "holds -1 on axis 0")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}", "holds 1.0 on axis 0")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,\"1\"],\"data_offsets\":[0,4]}}", "holds \"1\" on axis 1")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}}", "shape of tensor 'a' is not an array")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647,2147483647],\"data_offsets\":[0,4]}}", "too many elements")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647,2147483647,0],\"data_offsets\":[0,0]}}", "too many elements")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,1000],\"data_offsets\":[0,8589934588000]}}", "at most 2147483591 can be read")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", "begins at 4, after its end at 0")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", "hold -4, which is not an offset")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", "not an array of two numbers")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,99999999999999999999]}}", "which is not an offset")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", "shape [2] takes 8 bytes, but its data_offsets 0 to 4 hold 4")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "ends at byte 8 of the data, which has 4")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}", "continues after the last tensor, from byte 3 to 4")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[1,4]}}", "a hole from byte 0 to 1, before tensor 'a'")]
    [InlineData(
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
        "tensor 'b' begins at byte 2 of the data, inside tensor 'a', which ends at 3")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}", "two entries named 'a'")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"shape\":[4],\"data_offsets\":[0,4]}}", "two fields 'shape'")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,4]}}", "has no shape")]
    [InlineData("{\"a\":[]}", "entry of tensor 'a' is not an object")]
    [InlineData("{\"__metadata__\":{\"k\":1}}", "__metadata__ 'k' is not a string")]
    [InlineData("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", "__metadata__ has two entries named 'k'")]
    [InlineData("{\"__metadata__\":null}", "__metadata__ is not an object of strings")]
    [InlineData("{\"\\ud800\":{}}", "not valid Unicode")]
    [InlineData("{\"__metadata__\":{\"k\":\"\\udc00\"}}", "not valid Unicode")]
    [InlineData("{\"a\":}", "not valid JSON")]
    [InlineData("{\"a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}", "not valid JSON")]
    [InlineData("{} x", "not valid JSON")]
    [InlineData(" {}", "does not begin with '{'")]
    [InlineData("", "does not begin with '{'")]
    public void Malformed_headers_are_refused_with_the_reason(string header, string reason)
    {
        SafeTensorsException error = Assert.Throws<SafeTensorsException>(() => Load(Craft(header, 1, 2, 3, 4)));

        Assert.StartsWith("Cannot read 'm.safetensors' as safetensors: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_tensors_may_lie_between_others()
    {
        SafeTensorsFile file = Load(Craft(
            "{\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
                + "\"a\":{\"dtype\":\"U8\",\"shape\":[0,7],\"data_offsets\":[0,0]},\"c\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[2,2]}}",
            8, 9));

        Assert.Equal([(byte)8, (byte)9], file["b"].ToArray<byte>());
        Assert.Equal([0, 7], file["a"].Shape);
    }

    [Fact]
    public void Fields_that_a_newer_library_adds_are_passed_over()
    {
        Assert.Single(Load(Craft("{\"a\":{\"dtype\":\"U8\",\"strides\":[1],\"shape\":[1],\"data_offsets\":[0,1]}}", 8)).Tensors);
    }

    [Fact]
    public void Every_truncation_and_any_trailing_byte_is_refused()
    {
        byte[] whole = Save([SafeTensor.Create("w", new float[] { 1, 2, 3 }, [3]), SafeTensor.Create("v", new double[] { 4 }, [1])]);

        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<SafeTensorsException>(() => Load(whole[..length]));
        }

        Assert.Throws<SafeTensorsException>(() => Load([.. whole, 0]));
    }

    [Fact]
    public void Header_that_is_not_utf_8_is_refused()
    {
        byte[] bytes = Craft("{\"a\":{}}");
        bytes[10] = 0xFF;

        Assert.Contains("not valid UTF-8", Assert.Throws<SafeTensorsException>(() => Load(bytes)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(100_000_001)]
    [InlineData(100_000_000)]
    [InlineData(3)]
    public void Header_length_is_checked_before_memory_is_taken(ulong length)
    {
        byte[] bytes = Craft("{}");
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<SafeTensorsException>(() => Load(bytes));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }
}
