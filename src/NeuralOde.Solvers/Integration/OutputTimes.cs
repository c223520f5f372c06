using System.Globalization;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>What is asked of output times.</summary>
internal static class OutputTimes
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Validate(ReadOnlySpan<double> times, string parameter)
    {
        if (times.Length < 2)
        {
            throw new ArgumentException($"A solve needs at least two times, got {times.Length}.", parameter);
        }

        bool rising = times[^1] > times[0];
        for (int i = 0; i < times.Length; i++)
        {
            if (!double.IsFinite(times[i]))
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Time {i} is {times[i]:R}; times must be finite."), parameter);
            }

            if (i > 0 && !(rising ? times[i] > times[i - 1] : times[i] < times[i - 1]))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"Times must be strictly rising or strictly falling; time {i} is {times[i]:R} after {times[i - 1]:R}."), parameter);
            }
        }
    }
}
