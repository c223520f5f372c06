namespace NeuralOde.Tensors;

/// <summary>
/// Estimates of what kernels take on one thread, in nanoseconds. Only their order of magnitude matters: they decide whether
/// work is worth sharing, not how it is computed.
/// </summary>
/// <remarks>Measured with 512-bit vectors on one core at about 3 GHz; narrower vectors take longer in proportion.</remarks>
internal static class CostModel
{
    /// <summary>
    /// The work that a thread must get of a program. Handing a share over takes 0.1 to 0.3 µs while the helper is awake. Where it sleeps, as when a
    /// program runs now and then, waking it takes the caller 5 to 15 µs and the helper some tens: so two threads start at 100 µs.
    /// </summary>
    public const double NanosecondsOfThread = 50_000;

    /// <summary>The work of the smallest share of one instruction, several times what handing it over takes.</summary>
    public const double NanosecondsOfShare = 3_000;

    // 138 · 10⁹ operations per second in float, half of it in double.
    private const double NanosecondsOfMultiplyAdd = 2 / 138.0;

    // tanh; the others are near it: 0.31 (ELU) to 0.42 (sigmoid) in float, 0.98 (exp) to 1.2 (sigmoid) in double.
    private const double NanosecondsOfFunction = 0.37;
    private const double NanosecondsOfFunctionInDouble = 1.0;

    // Additions and the like wait for memory: 12 bytes from and to the second-level cache.
    private const double NanosecondsOfArithmetic = 0.1;

    // How many vectors of this machine make a 512-bit one.
    private static double Narrowness => (double)SimdWidth.V512.Lanes(sizeof(float)) / SimdWidths.Best.Lanes(sizeof(float));

    /// <summary>A matrix product.</summary>
    public static double Product<T>(long rows, long columns, long inner) => rows * columns * inner * NanosecondsOfMultiplyAdd * Narrowness * Factor<T>();

    /// <summary>A convolution or one of its gradients.</summary>
    public static double Convolution<T>(in ConvolutionSizes sizes) => sizes.MultiplyAdds * NanosecondsOfMultiplyAdd * Narrowness * Factor<T>();

    /// <summary>A convolution in tiles or one of its gradients; half of the products' time on top for the transforms.</summary>
    public static double Winograd<T>(in WinogradSizes sizes) => 1.5 * sizes.MultiplyAdds * NanosecondsOfMultiplyAdd * Narrowness * Factor<T>();

    /// <summary>A function of one variable, such as an activation. The cheap ones (a square) are counted as the others.</summary>
    public static double Function<T>(long elements) => elements * (typeof(T) == typeof(double) ? NanosecondsOfFunctionInDouble : NanosecondsOfFunction) * Narrowness;

    /// <summary>Arithmetic on two operands, comparisons, sums.</summary>
    public static double Arithmetic<T>(long elements) => elements * NanosecondsOfArithmetic * Factor<T>();

    private static double Factor<T>() => typeof(T) == typeof(double) ? 2 : 1;
}
