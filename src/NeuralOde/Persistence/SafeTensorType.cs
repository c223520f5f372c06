namespace NeuralOde.Persistence;

/// <summary>
/// The element types of a safetensors file that can be read and written here. The 8-bit and smaller floating-point types
/// and complex numbers of the format are rejected by name.
/// </summary>
/// <remarks>The order is the format's order of increasing alignment, by which files are laid out.</remarks>
public enum SafeTensorType
{
    /// <summary><c>BOOL</c>: one byte, 0 or 1.</summary>
    Bool,

    /// <summary><c>U8</c>: unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary><c>I8</c>: signed 8-bit integer.</summary>
    Int8,

    /// <summary><c>I16</c>: signed 16-bit integer.</summary>
    Int16,

    /// <summary><c>U16</c>: unsigned 16-bit integer.</summary>
    UInt16,

    /// <summary><c>F16</c>: IEEE 754 half precision.</summary>
    Float16,

    /// <summary><c>BF16</c>: the upper half of a single-precision number.</summary>
    BFloat16,

    /// <summary><c>I32</c>: signed 32-bit integer.</summary>
    Int32,

    /// <summary><c>U32</c>: unsigned 32-bit integer.</summary>
    UInt32,

    /// <summary><c>F32</c>: IEEE 754 single precision.</summary>
    Float32,

    /// <summary><c>F64</c>: IEEE 754 double precision.</summary>
    Float64,

    /// <summary><c>I64</c>: signed 64-bit integer.</summary>
    Int64,

    /// <summary><c>U64</c>: unsigned 64-bit integer.</summary>
    UInt64,
}

/// <summary>Names and sizes of <see cref="SafeTensorType"/> as the format has them.</summary>
internal static class SafeTensorTypes
{
    private static readonly string[] s_names = ["BOOL", "U8", "I8", "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "F64", "I64", "U64"];

    private static readonly int[] s_sizes = [1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 8, 8, 8];

    /// <summary>Types of the format (version 0.6 and 0.7 of its library) that have no counterpart here.</summary>
    private static readonly string[] s_unsupported =
        ["F4", "F6_E2M3", "F6_E3M2", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "C64"];

    public static string Name(this SafeTensorType type) => s_names[(int)type];

    public static int Size(this SafeTensorType type) => s_sizes[(int)type];

    public static bool TryParse(string name, out SafeTensorType type)
    {
        int index = Array.IndexOf(s_names, name);
        type = (SafeTensorType)Math.Max(index, 0);
        return index >= 0;
    }

    public static bool IsKnownButUnsupported(string name) => Array.IndexOf(s_unsupported, name) >= 0;

    public static string All => string.Join(", ", s_names);

    /// <summary>The type whose elements are exactly <typeparamref name="T"/>.</summary>
    public static SafeTensorType Of<T>() where T : unmanaged
    {
        if (typeof(T) == typeof(float)) { return SafeTensorType.Float32; }
        if (typeof(T) == typeof(double)) { return SafeTensorType.Float64; }
        if (typeof(T) == typeof(Half)) { return SafeTensorType.Float16; }
        if (typeof(T) == typeof(long)) { return SafeTensorType.Int64; }
        if (typeof(T) == typeof(ulong)) { return SafeTensorType.UInt64; }
        if (typeof(T) == typeof(int)) { return SafeTensorType.Int32; }
        if (typeof(T) == typeof(uint)) { return SafeTensorType.UInt32; }
        if (typeof(T) == typeof(short)) { return SafeTensorType.Int16; }
        if (typeof(T) == typeof(ushort)) { return SafeTensorType.UInt16; }
        if (typeof(T) == typeof(byte)) { return SafeTensorType.UInt8; }
        if (typeof(T) == typeof(sbyte)) { return SafeTensorType.Int8; }
        if (typeof(T) == typeof(bool)) { return SafeTensorType.Bool; }
        throw new NotSupportedException(
            $"{typeof(T).Name} is not an element type of safetensors; use float, double, Half, bool, or an integer of 8 to 64 bits.");
    }
}
