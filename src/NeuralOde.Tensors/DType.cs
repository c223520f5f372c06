namespace NeuralOde.Tensors;

/// <summary>The element type of a tensor. No operation converts one into the other by itself.</summary>
public enum DType
{
    /// <summary>IEEE 754 binary32, C# <see cref="float"/>: what training uses.</summary>
    Float32,

    /// <summary>IEEE 754 binary64, C# <see cref="double"/>: what gradient checks use.</summary>
    Float64,
}

/// <summary>Maps between <see cref="DType"/> and C# types.</summary>
public static class DTypes
{
    /// <summary>The <see cref="DType"/> of a C# type.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The element type that stores <typeparamref name="T"/>.</returns>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    public static DType Of<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
        {
            return DType.Float32;
        }

        if (typeof(T) == typeof(double))
        {
            return DType.Float64;
        }

        throw new NotSupportedException($"Tensors hold float or double, not {typeof(T).Name}.");
    }

    /// <summary>The C# name of an element type: <c>float</c> or <c>double</c>.</summary>
    /// <param name="dtype">The element type.</param>
    /// <returns>The name.</returns>
    public static string Name(this DType dtype) => dtype == DType.Float32 ? "float" : "double";
}
