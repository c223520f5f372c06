using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The factors of a <see cref="PidController"/> for errors in steps of a quarter of a power of two: an index and a few loads, where logarithm and power would take as long as
/// a stage or two.
/// </summary>
internal sealed class StepFactorTable
{
    // The leading two bits of the mantissa count.
    private const int PerOctave = 4;
    private const int DroppedBits = 50;

    // Errors beyond 2^±64 count as those.
    private const int Octaves = 64;
    private const long FirstIndex = (1023L - Octaves) * PerOctave;
    private const int Length = 2 * Octaves * PerOctave;

    private readonly double[] _success = new double[Length];
    private readonly double[] _failure = new double[Length];
    private readonly double[] _memory = new double[Length];
    private readonly double[] _earlier = new double[Length];

    /// <summary>Computes the table.</summary>
    /// <param name="success">Factor after a step that was kept, of the logarithm of its error.</param>
    /// <param name="failure">Factor after a step that was discarded.</param>
    /// <param name="memory">Factor of the error before.</param>
    /// <param name="earlier">Factor of the error before that.</param>
    public void Fill(Func<double, double> success, Func<double, double> failure, Func<double, double> memory, Func<double, double> earlier)
    {
        for (int i = 0; i < Length; i++)
        {
            double mantissa = 1 + (((i % PerOctave) + 0.5) / PerOctave);
            double logError = Math.Log(Math.ScaleB(mantissa, (i / PerOctave) - Octaves));
            _success[i] = success(logError);
            _failure[i] = failure(logError);
            _memory[i] = memory(logError);
            _earlier[i] = earlier(logError);
        }
    }

    /// <summary>Where an error, positive or zero, is in the table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Index(double error) => (int)Math.Clamp((BitConverter.DoubleToInt64Bits(error) >> DroppedBits) - FirstIndex, 0, Length - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Success(int index) => _success[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Memory(int index) => _memory[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Earlier(int index) => _earlier[index];

    public double Failure(int index) => _failure[index];
}
