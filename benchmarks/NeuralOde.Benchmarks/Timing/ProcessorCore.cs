using System.Runtime.InteropServices;

namespace NeuralOde.Benchmarks.Timing;

/// <summary>Keeps the measuring thread on one core.</summary>
/// <remarks>
/// The thread, not the process: a run time that is started on a single core waits ten times as long before it compiles hot
/// methods in full, and would be measured half compiled.
/// </remarks>
internal static partial class ProcessorCore
{
    public static bool IsPinned { get; private set; }

    public static void Pin(int core)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new ArgumentException("--core is for Linux; elsewhere leave it out.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(core);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(core, 63);
        ulong mask = 1UL << core;
        if (SetAffinity(0, sizeof(ulong), in mask) != 0)
        {
            throw new ArgumentException($"The thread cannot be kept on core {core}; this process may use {Environment.ProcessorCount} cores, counted from 0.");
        }

        IsPinned = true;
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nint maskBytes, in ulong mask);
}
