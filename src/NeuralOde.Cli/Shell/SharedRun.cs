using System.Runtime.InteropServices;
using NeuralOde.Distributed;
using NeuralOde.Tensors;

namespace NeuralOde.Cli.Shell;

/// <summary>Runs the tool as one of several processes: the first one tells of progress and results, and a failure anywhere ends them all.</summary>
internal static class SharedRun
{
    private const int UserSignal = 10;

    // Where all processes fail alike, the first one says so and ends the others before they repeat it.
    private static readonly TimeSpan s_others = TimeSpan.FromSeconds(2);

    /// <param name="context">What one process alone would have.</param>
    /// <param name="cancellation">Stops the command.</param>
    /// <param name="run">Runs the command; says whether its exit code is that of a failure that was thrown.</param>
    public static int Run(CommandContext context, CancellationTokenSource cancellation, Func<CommandContext, (int Code, bool HasThrown)> run)
    {
        Communicator processes;
        try
        {
            processes = Communicator.Start();
        }
        catch (DistributedException e)
        {
            context.Error.WriteLine($"neuralode: {e.Message}");
            return ExitCode.Usage;
        }

        ShareProcessors();
        using PosixSignalRegistration? stop = StopOnSignal(cancellation);
        using var failures = new StringWriter();
        bool isFirst = processes.Rank == 0;
        context = context with { Processes = processes, Failures = failures };
        if (!isFirst)
        {
            context = context with { Out = TextWriter.Null, Error = TextWriter.Null, Progress = null };
        }

        (int code, bool hasThrown) = run(context);
        if (hasThrown)
        {
            if (!isFirst)
            {
                Thread.Sleep(s_others);
            }

            Console.Error.Write(isFirst ? failures.ToString() : failures.ToString().Replace("neuralode: ", $"neuralode: process {processes.Rank} of "
                + $"{processes.Size}: ", StringComparison.Ordinal));
            processes.Abort(code);
        }

        processes.End();
        return code;
    }

    /// <summary>The processes of one machine share its processors, unless the launcher or the user has done so.</summary>
    private static void ShareProcessors()
    {
        int here = ProcessLauncher.ProcessesHere;
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(ComputeSettings.ThreadsVariable)) && here > 1)
        {
            // A process that is bound to some processors sees only those.
            int all = (int)Math.Max(1, File.Exists("/sys/devices/system/cpu/online") ? OnlineProcessors() : Environment.ProcessorCount);
            ComputeSettings.Process.MaxThreads = Math.Clamp(all / here, 1, Environment.ProcessorCount);
        }
    }

    private static int OnlineProcessors() => File.ReadAllText("/sys/devices/system/cpu/online").Trim().Split(',').Select(static x => x.Split('-').Select(int.Parse).ToArray())
        .Sum(static x => x[^1] - x[0] + 1);

    /// <summary>mpirun passes SIGUSR1 on to all, and Slurm sends it before the end of a job's time: training then stops after the step in hand, and is kept.</summary>
    private static PosixSignalRegistration? StopOnSignal(CancellationTokenSource cancellation) => OperatingSystem.IsLinux()
        ? PosixSignalRegistration.Create((PosixSignal)UserSignal, signal =>
        {
            signal.Cancel = true;
            cancellation.Cancel();
        })
        : null;
}
