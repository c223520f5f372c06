namespace NeuralOde.Tensors;

/// <summary>
/// What computations use that nobody hands to them: how many threads share their work, where first values and other random numbers come from, how many
/// compiled programs are kept, and how they sum up convolutions.
/// </summary>
/// <remarks>
/// <see cref="Process"/> holds for the whole process. Settings of one's own hold for a part of a program, from <see cref="Use"/> until what it returns is disposed, and
/// for the asynchronous work that starts there; what they do not set is as in the process.
/// <code>
/// ComputeSettings.Process.Random = new RandomSource(7);               // the seed of the process
/// using (new ComputeSettings { MaxThreads = 1 }.Use())                // one thread for this fit
/// {
///     model.Fit(data);
/// }
/// </code>
/// </remarks>
public sealed class ComputeSettings
{
    /// <summary>The environment variable that sets <see cref="MaxThreads"/> where a program does not.</summary>
    public const string ThreadsVariable = "NEURALODE_THREADS";

    /// <summary>The environment variable that sets <see cref="Convolution"/> where a program does not: <c>automatic</c> or <c>direct</c>.</summary>
    public const string ConvolutionVariable = "NEURALODE_CONVOLUTION";

    private static readonly AsyncLocal<ComputeSettings?> s_override = new();

    // While nobody overrides the settings of the process, they are found without asking for an override.
    private static int s_overrides;

    private int _maxThreads;
    private int _maxCachedPrograms;

    // One more than the value, so that 0 is none.
    private int _convolution;
    private RandomSource? _random;

    /// <summary>The settings of the process.</summary>
    public static ComputeSettings Process { get; } = new() { Random = new(0), MaxCachedPrograms = 64 };

    /// <summary>The settings that hold here: the innermost of those in use, or those of the process.</summary>
    public static ComputeSettings Current => Volatile.Read(ref s_overrides) == 0 ? Process : s_override.Value ?? Process;

    /// <summary>The largest number of threads that work on one program, its caller's included; 1 keeps every program on its caller's thread.</summary>
    /// <value>At least 1. The default is the environment variable <c>NEURALODE_THREADS</c>, or without it the number of processors of the process.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    /// <exception cref="InvalidOperationException">The environment variable is set, but not to a whole number of at least 1.</exception>
    /// <remarks>
    /// A program divides its work where it has enough of it: about 50 µs for each thread, so that a small network runs on its caller's thread alone. An operation that
    /// runs at once, outside of a program, is divided by the same rule. Results have the same bits for any number of threads. The helping threads are background
    /// threads that all programs share; a program that runs while another one has them runs on its caller's thread alone.
    /// </remarks>
    public int MaxThreads
    {
        get
        {
            int threads = Volatile.Read(ref _maxThreads);
            return threads > 0 ? threads : this == Process ? InitializeThreads() : Process.MaxThreads;
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            Volatile.Write(ref _maxThreads, value);
        }
    }

    /// <summary>Where first values of parameters and other random numbers come from where no source is given.</summary>
    /// <value>Default: a source of seed 0. Setting one with another seed seeds what follows.</value>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    /// <remarks>A source is not thread-safe. Work on several threads takes a <see cref="RandomSource.Split"/> each, or settings of its own.</remarks>
    public RandomSource Random
    {
        get => _random ?? Process.Random;
        set => _random = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>
    /// How many compiled programs each layer and each training step keeps, one for each shape. Beyond that the least recently used are compiled again when they are needed.
    /// </summary>
    /// <value>At least 1; default 64.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaxCachedPrograms
    {
        get => _maxCachedPrograms > 0 ? _maxCachedPrograms : Process.MaxCachedPrograms;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _maxCachedPrograms = value;
        }
    }

    /// <summary>How convolutions are summed up.</summary>
    /// <value>
    /// The default is the environment variable <c>NEURALODE_CONVOLUTION</c>, or without it <see cref="ConvolutionMethod.Automatic"/>. It holds for programs that are compiled from
    /// then on, and at once for what runs outside of programs.
    /// </value>
    /// <exception cref="InvalidOperationException">The environment variable is set, but to neither <c>automatic</c> nor <c>direct</c>.</exception>
    public ConvolutionMethod Convolution
    {
        get
        {
            if (_convolution == 0)
            {
                if (this != Process)
                {
                    return Process.Convolution;
                }

                _convolution = 1 + (int)ParseConvolution(Environment.GetEnvironmentVariable(ConvolutionVariable));
            }

            return (ConvolutionMethod)(_convolution - 1);
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIf(value is < ConvolutionMethod.Automatic or > ConvolutionMethod.Direct, nameof(value), $"There is no method of "
                + $"convolution {(int)value}.");
            _convolution = 1 + (int)value;
        }
    }

    /// <summary>Lets these settings hold here, until the returned object is disposed.</summary>
    /// <returns>Dispose it, in the same method, to go back to the settings before.</returns>
    public IDisposable Use()
    {
        Interlocked.Increment(ref s_overrides);
        var scope = new Scope(s_override.Value);
        s_override.Value = this;
        return scope;
    }

    /// <summary>What a value of the environment variable means.</summary>
    internal static int ParseThreads(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return Environment.ProcessorCount;
        }

        return int.TryParse(value, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int threads) && threads >= 1
            ? threads
            : throw new InvalidOperationException($"The environment variable {ThreadsVariable} is '{value}'; it must be a whole number of threads, at least 1, or not be set.");
    }

    /// <summary>What a value of the environment variable means.</summary>
    internal static ConvolutionMethod ParseConvolution(string? value) =>
        string.IsNullOrWhiteSpace(value) || value.Trim().Equals("automatic", StringComparison.OrdinalIgnoreCase) ? ConvolutionMethod.Automatic
        : value.Trim().Equals("direct", StringComparison.OrdinalIgnoreCase) ? ConvolutionMethod.Direct
        : throw new InvalidOperationException($"The environment variable {ConvolutionVariable} is '{value}'; it must be 'automatic' or 'direct', or not be set.");

    private int InitializeThreads()
    {
        // A value that is set meanwhile wins.
        int threads = ParseThreads(Environment.GetEnvironmentVariable(ThreadsVariable));
        int before = Interlocked.CompareExchange(ref _maxThreads, threads, 0);
        return before > 0 ? before : threads;
    }

    private sealed class Scope(ComputeSettings? before) : IDisposable
    {
        private bool _disposed;

        public void Dispose()
        {
            if (!_disposed)
            {
                _disposed = true;
                s_override.Value = before;
                Interlocked.Decrement(ref s_overrides);
            }
        }
    }
}
