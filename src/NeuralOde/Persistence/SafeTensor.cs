using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NeuralOde.Persistence;

/// <summary>A named array of a safetensors file: element type, shape, and the elements in row-major order.</summary>
/// <remarks>Immutable. The elements are held as the file's little-endian bytes, and converted when they are asked for.</remarks>
/// <example>
/// <code>
/// var weight = SafeTensor.Create("layer.weight", new float[] { 1, 2, 3, 4, 5, 6 }, shape: [2, 3]);
/// float[] values = weight.ToArray&lt;float&gt;();
/// </code>
/// </example>
public sealed class SafeTensor
{
    private readonly byte[] _bytes;
    private readonly int[] _shape;

    internal SafeTensor(string name, SafeTensorType type, int[] shape, byte[] bytes, string? file = null)
    {
        Name = name;
        Type = type;
        _shape = shape;
        _bytes = bytes;
        File = file;
    }

    /// <summary>The name, unique within a file.</summary>
    public string Name { get; }

    /// <summary>The file that it was read from; null where it was made here.</summary>
    public string? File { get; }

    /// <summary>The type of the elements.</summary>
    public SafeTensorType Type { get; }

    /// <summary>The length along each axis; empty for a scalar.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>The number of elements: the product of the shape, 1 for a scalar.</summary>
    public int Count => _bytes.Length / Type.Size();

    /// <summary>The elements as stored: little-endian, row-major.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Makes a tensor from a copy of its elements.</summary>
    /// <typeparam name="T">The element type: float, double, Half, bool, or an integer of 8 to 64 bits.</typeparam>
    /// <param name="name">The name; not empty, and not <c>__metadata__</c>, which the format reserves.</param>
    /// <param name="values">The elements in row-major order.</param>
    /// <param name="shape">The length along each axis; empty for a scalar.</param>
    /// <exception cref="ArgumentException">The name is not allowed, or the shape does not fit the number of elements.</exception>
    /// <exception cref="NotSupportedException">The format has no such element type.</exception>
    public static SafeTensor Create<T>(string name, ReadOnlySpan<T> values, ReadOnlySpan<int> shape) where T : unmanaged
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIf(name == SafeTensorsHeader.MetadataKey, $"'{name}' is reserved by the safetensors format; choose another tensor name.", nameof(name));
        SafeTensorType type = SafeTensorTypes.Of<T>();
        long count = 1;
        foreach (int length in shape)
        {
            ArgumentException.ThrowIf(length < 0, $"The shape {Describe(shape)} of '{name}' has a negative length.", nameof(shape));
            // Grow no further than what can no longer match, so that it cannot overflow.
            count = Math.Min(count * length, int.MaxValue + 1L);
        }

        ArgumentException.ThrowIf(count != values.Length, $"The shape {Describe(shape)} of '{name}' does not hold exactly {values.Length} elements.", nameof(shape));
        byte[] bytes = MemoryMarshal.AsBytes(values).ToArray();
        FixEndianness(bytes, type.Size());
        return new SafeTensor(name, type, shape.ToArray(), bytes);
    }

    /// <summary>The elements, without any conversion.</summary>
    /// <typeparam name="T">The type that the file holds.</typeparam>
    /// <returns>A new array of <see cref="Count"/> elements.</returns>
    /// <exception cref="SafeTensorsException">The file holds another type.</exception>
    /// <exception cref="NotSupportedException">The format has no such element type.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        SafeTensorType asked = SafeTensorTypes.Of<T>();
        SafeTensorsException.ThrowIf(
            asked != Type,
            File, SafeTensorsReason.WrongType, $"tensor '{Name}' holds {Type.Name()}, not {asked.Name()}.",
            $"Ask for its own type, or for {nameof(ToSingles)}() or {nameof(ToDoubles)}().");
        if (!BitConverter.IsLittleEndian)
        {
            byte[] swapped = (byte[])_bytes.Clone();
            FixEndianness(swapped, Type.Size());
            return MemoryMarshal.Cast<byte, T>(swapped).ToArray();
        }

        if (typeof(T) == typeof(bool))
        {
            // A byte other than 0 and 1 would be a bool that equals neither.
            return MemoryMarshal.Cast<byte, T>(Array.ConvertAll(_bytes, b => b != 0 ? (byte)1 : (byte)0)).ToArray();
        }

        return MemoryMarshal.Cast<byte, T>(_bytes).ToArray();
    }

    /// <summary>The elements as single-precision numbers: F32 as it is, F16 and BF16 widened without loss.</summary>
    /// <returns>A new array of <see cref="Count"/> elements.</returns>
    /// <exception cref="SafeTensorsException">The type would lose digits (F64) or is not a floating-point type.</exception>
    public float[] ToSingles() => Type switch
    {
        SafeTensorType.Float32 => ToArray<float>(),
        SafeTensorType.Float16 => Array.ConvertAll(ToArray<Half>(), half => (float)half),
        SafeTensorType.BFloat16 => WidenBFloat16(),
        _ => throw new SafeTensorsException(
            File, SafeTensorsReason.WrongType, $"tensor '{Name}' holds {Type.Name()}, which single precision does not represent exactly.",
            $"Use {nameof(ToDoubles)}() or {nameof(ToArray)}<T>() and convert."),
    };

    /// <summary>The elements as double-precision numbers: F64 as it is, F32, F16 and BF16 widened without loss.</summary>
    /// <returns>A new array of <see cref="Count"/> elements.</returns>
    /// <exception cref="SafeTensorsException">The type is not a floating-point type.</exception>
    public double[] ToDoubles() => Type switch
    {
        SafeTensorType.Float64 => ToArray<double>(),
        SafeTensorType.Float32 or SafeTensorType.Float16 or SafeTensorType.BFloat16 => Array.ConvertAll(ToSingles(), single => (double)single),
        _ => throw new SafeTensorsException(
            File, SafeTensorsReason.WrongType, $"tensor '{Name}' holds {Type.Name()}, which is not a floating-point type.", $"Use {nameof(ToArray)}<T>() and convert."),
    };

    /// <summary>Name, type and shape, such as <c>layer.weight F32 [16, 2]</c>.</summary>
    /// <returns>One line of text.</returns>
    public override string ToString() => $"{Name} {Type.Name()} {Describe(_shape)}";

    /// <summary>The same values under another name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The tensor.</returns>
    public SafeTensor Renamed(string name) => new(name, Type, _shape, _bytes, File);

    internal static string Describe(ReadOnlySpan<int> shape) => $"[{string.Join(", ", shape.ToArray())}]";

    private float[] WidenBFloat16()
    {
        float[] result = new float[Count];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(2 * i)) << 16);
        }

        return result;
    }

    /// <summary>The format is little-endian on every machine.</summary>
    private static void FixEndianness(Span<byte> bytes, int size)
    {
        if (BitConverter.IsLittleEndian)
        {
            return;
        }

        for (int i = 0; i < bytes.Length; i += size)
        {
            bytes.Slice(i, size).Reverse();
        }
    }
}
