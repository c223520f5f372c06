using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Distributed.Tests;

/// <summary>A test that starts processes by Open MPI's <c>mpirun</c>. Where there is none, the test is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MpiFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> s_isHere = new(static () => Launcher.Says("mpirun", "Open MPI"));

    public MpiFactAttribute([CallerFilePath] string? sourceFile = null, [CallerLineNumber] int sourceLine = -1) : base(sourceFile, sourceLine)
    {
        if (!s_isHere.Value)
        {
            Skip = "Open MPI's mpirun is not here: nothing of several processes was tested. Install it (apt-get install openmpi-bin).";
        }
    }
}

/// <summary>A test that starts processes by MPICH's <c>mpiexec.hydra</c>. Where there is none, the test is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MpichFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> s_isHere = new(static () => Launcher.Says(MpiJob.Hydra, "HYDRA"));

    public MpichFactAttribute([CallerFilePath] string? sourceFile = null, [CallerLineNumber] int sourceLine = -1) : base(sourceFile, sourceLine)
    {
        if (!s_isHere.Value)
        {
            Skip = "MPICH's mpiexec.hydra is not here: only Open MPI was tested, if that is. Install it (apt-get install mpich).";
        }
    }
}

/// <summary>The programs that start processes.</summary>
internal static class Launcher
{
    /// <summary>Whether a program is here and names itself so.</summary>
    public static bool Says(string program, string name)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            return process.StandardOutput.ReadToEnd().Contains(name, StringComparison.Ordinal);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
