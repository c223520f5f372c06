namespace NeuralOde.Cli.Shell;

/// <summary>Whether a program such as <c>mpirun</c> started this process as one of several. Asking costs nothing, and loads nothing of MPI.</summary>
internal static class ProcessLauncher
{
    // What Open MPI's launcher sets, then that of MPICH, Intel MPI and MS-MPI, then Slurm's.
    private static readonly string[] s_marks = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"];
    private static readonly string[] s_sizesHere = ["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_NTASKS_PER_NODE"];

    public static bool HasStartedThis => Array.Exists(s_marks, static x => Environment.GetEnvironmentVariable(x) is { Length: > 0 });

    /// <summary>How many of the processes run on this machine, as far as the launcher says; at least 1.</summary>
    public static int ProcessesHere =>
        s_sizesHere.Select(Environment.GetEnvironmentVariable).Select(static x => int.TryParse(x, out int count) ? count : 0).FirstOrDefault(static x => x > 0, 1);
}
