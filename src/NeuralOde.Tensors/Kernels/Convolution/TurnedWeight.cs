namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The weight of a convolution [kernel height, kernel width, channels, outputs] as the gradient of its input reads it: in phases, which are convolutions of the cotangent with
/// stride 1, each with the taps that meet the input pixels of one remainder modulo the stride, last tap first, and with inputs and outputs exchanged.
/// </summary>
/// <remarks>With stride 1 it is the kernel turned by half a turn, [kernel height, kernel width, outputs, channels].</remarks>
internal static unsafe class TurnedWeight<T> where T : unmanaged
{
    /// <summary>How many taps of a kernel have the remainder <paramref name="phase"/> modulo the stride.</summary>
    public static int Taps(int kernel, int stride, int phase) => phase >= kernel ? 0 : ((kernel - phase - 1) / stride) + 1;

    /// <summary>How many taps come before the first one of a phase.</summary>
    public static nint Start(int kernelHeight, int kernelWidth, int stride, int verticalPhase, int horizontalPhase)
    {
        nint rows = 0;
        for (int phase = 0; phase < verticalPhase; phase++)
        {
            rows += Taps(kernelHeight, stride, phase);
        }

        nint columns = 0;
        for (int phase = 0; phase < horizontalPhase; phase++)
        {
            columns += Taps(kernelWidth, stride, phase);
        }

        return (rows * kernelWidth) + (columns * Taps(kernelHeight, stride, verticalPhase));
    }

    /// <summary>Writes the turned weight from the weight or, where <paramref name="back"/> is set, the weight from the turned one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int kernelHeight, int kernelWidth, int channels, int outputs, int stride, bool back, T* source, T* destination)
    {
        nint size = (nint)channels * outputs;
        for (int y = 0; y < kernelHeight; y++)
        {
            for (int x = 0; x < kernelWidth; x++)
            {
                (int v, int h) = (y % stride, x % stride);
                nint row = Taps(kernelHeight, stride, v) - 1 - (y / stride);
                nint column = Taps(kernelWidth, stride, h) - 1 - (x / stride);
                nint turned = Start(kernelHeight, kernelWidth, stride, v, h) + (row * Taps(kernelWidth, stride, h)) + column;
                nint straight = ((nint)y * kernelWidth) + x;
                if (back)
                {
                    Transposition<T>.Run(source + (turned * size), channels, outputs, channels, destination + (straight * size), outputs);
                }
                else
                {
                    Transposition<T>.Run(source + (straight * size), outputs, channels, outputs, destination + (turned * size), channels);
                }
            }
        }
    }
}
