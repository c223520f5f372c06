using System.Globalization;

namespace NeuralOde.Benchmarks.Timing;

/// <summary>
/// The managed memory that work holds at its end. Models, programs and solves keep what they need at most, so it is the work's peak without the garbage of one step.
/// </summary>
internal readonly struct HeldMemory
{
    private readonly long _before;

    private HeldMemory(long before) => _before = before;

    /// <summary>Starts before the work is made.</summary>
    public static HeldMemory Start() => new(GC.GetTotalMemory(forceFullCollection: true));

    /// <summary>What the work has added, for a row's note. The work must still be in use.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"holds {Math.Max(0, GC.GetTotalMemory(forceFullCollection: true) - _before) / 1048576.0:0.00} MiB");
}
