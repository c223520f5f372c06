using System.Globalization;

namespace NeuralOde.Tensors;

/// <summary>How many threads compiled programs, and large operations on tensors, share their work among.</summary>
/// <remarks>
/// A program divides its work where it has enough of it: about 50 µs for each thread, so that a small network runs on its caller's thread alone. An operation that runs
/// at once, outside of a program, is divided by the same rule.
/// Results have the same bits for any number of threads. The helping threads are background threads that all programs
/// share; a program that runs while another one has them runs on its caller's thread alone.
/// </remarks>
public static class Threads
{
    /// <summary>The environment variable that sets <see cref="Maximum"/> where a program does not.</summary>
    public const string EnvironmentVariable = "NEURALODE_THREADS";

    private static int s_maximum;

    /// <summary>The largest number of threads that work on one program, its caller's included; 1 keeps every program on its caller's thread.</summary>
    /// <value>At least 1. The default is the environment variable <c>NEURALODE_THREADS</c>, or without it the number of processors of the process.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    /// <exception cref="InvalidOperationException">The environment variable is set, but to no whole number of at least 1.</exception>
    public static int Maximum
    {
        get
        {
            int maximum = Volatile.Read(ref s_maximum);
            return maximum > 0 ? maximum : Initialize();
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            Volatile.Write(ref s_maximum, value);
        }
    }

    /// <summary>What a value of the environment variable means.</summary>
    internal static int Parse(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return Environment.ProcessorCount;
        }

        return int.TryParse(value, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int threads) && threads >= 1
            ? threads
            : throw new InvalidOperationException($"The environment variable {EnvironmentVariable} is '{value}'; it must be a whole number of threads, at least 1, or not be set.");
    }

    private static int Initialize()
    {
        // A value that is set meanwhile wins.
        int maximum = Parse(Environment.GetEnvironmentVariable(EnvironmentVariable));
        int before = Interlocked.CompareExchange(ref s_maximum, maximum, 0);
        return before > 0 ? before : maximum;
    }
}
