using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors;

/// <summary>
/// Estimates of what kernels take on one thread, in nanoseconds. Only their order of magnitude matters: they decide whether
/// work is worth sharing, not how it is computed.
/// </summary>
/// <remarks>Measured with 512-bit vectors on one core at about 3 GHz; narrower vectors take longer in proportion.</remarks>
internal static class CostModel
{
    /// <summary>
    /// The work that a thread must get of a program. Handing a share over takes 0.3 µs while the helper is awake, but 50 µs where it
    /// sleeps, which is the case when a program runs now and then: so two threads start at 100 µs.
    /// </summary>
    public const double NanosecondsOfThread = 50_000;

    /// <summary>The work of the smallest share of one instruction, several times what handing it over takes.</summary>
    public const double NanosecondsOfShare = 3_000;

    // 138 · 10⁹ operations a second in float, half of it in double.
    private const double NanosecondsOfMultiplyAdd = 2 / 138.0;

    // Between 0.31 (ELU) and 0.42 (sigmoid) in float, and up to 1.2 in double.
    private const double NanosecondsOfFunction = 0.37;

    // Additions and the like wait for memory: 12 bytes from and to the second-level cache.
    private const double NanosecondsOfArithmetic = 0.1;

    private static double Narrowness => SimdWidths.Best switch
    {
        SimdWidth.V512 => 1,
        SimdWidth.V256 => 2,
        SimdWidth.V128 => 4,
        _ => 16,
    };

    /// <summary>A matrix product.</summary>
    public static double Product<T>(long rows, long columns, long inner) => rows * columns * inner * NanosecondsOfMultiplyAdd * Narrowness * Factor<T>();

    /// <summary>A function of one variable, such as an activation. The cheap ones (a square) are counted as the others.</summary>
    public static double Function<T>(long elements) => elements * NanosecondsOfFunction * Narrowness * Factor<T>() * Math.Sqrt(Factor<T>());

    /// <summary>Arithmetic on two operands, comparisons, sums.</summary>
    public static double Arithmetic<T>(long elements) => elements * NanosecondsOfArithmetic * Factor<T>();

    private static double Factor<T>() => typeof(T) == typeof(double) ? 2 : 1;
}
