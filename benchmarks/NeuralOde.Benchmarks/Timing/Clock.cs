using System.Diagnostics;
using System.Runtime.InteropServices;
using NeuralOde.Layers;
using NeuralOde.Persistence;

namespace NeuralOde.Benchmarks.Timing;

/// <summary>Reads time in nanoseconds: on the wall, or what this thread spent on a processor.</summary>
/// <remarks>
/// On a quiet machine both say the same. Where other programs want the same cores, the thread's own time leaves out what they took,
/// and what they did to the caches stays in.
/// </remarks>
internal sealed partial class Clock
{
    private const int ThreadProcessorTime = 3;
    private static readonly double s_nanosecondsPerTick = 1e9 / Stopwatch.Frequency;
    private readonly bool _processor;

    private Clock(bool processor)
    {
        _processor = processor;
    }

    public static Clock Wall { get; } = new(processor: false);

    public bool IsWall => !_processor;

    public string Name => _processor ? "processor" : "wall";

    public static Clock Parse(string name) => name switch
    {
        "wall" => Wall,
        "cpu" when OperatingSystem.IsLinux() => new Clock(processor: true),
        "cpu" => throw new ArgumentException("The clock 'cpu' is the Linux thread clock; on this system use 'wall'.", nameof(name)),
        _ => throw new ArgumentException($"There is no clock '{name}'; clocks are wall and cpu.", nameof(name)),
    };

    public double Now()
    {
        if (!_processor)
        {
            return Stopwatch.GetTimestamp() * s_nanosecondsPerTick;
        }

        return ReadClock(ThreadProcessorTime, out TimeSpecification time) == 0
            ? (time.Seconds * 1e9) + time.Nanoseconds
            : throw new InvalidOperationException($"The thread's clock cannot be read: error {Marshal.GetLastPInvokeError()}.");
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int ReadClock(int clock, out TimeSpecification time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpecification
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
