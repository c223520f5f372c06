using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Distributed.Tests;

/// <summary>A test that starts processes by Open MPI's <c>mpirun</c>. Where there is none, the test is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MpiFactAttribute : FactAttribute
{
    public MpiFactAttribute([CallerFilePath] string? sourceFile = null, [CallerLineNumber] int sourceLine = -1) : base(sourceFile, sourceLine)
    {
        if (!IsHere.Value)
        {
            Skip = "Open MPI's mpirun is not here: nothing of several processes was tested. Install it (apt-get install openmpi-bin).";
        }
    }

    private static Lazy<bool> IsHere { get; } = new(static () =>
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("mpirun", "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            return process.StandardOutput.ReadToEnd().Contains("Open MPI", StringComparison.Ordinal);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });
}
