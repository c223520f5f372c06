namespace NeuralOde.Experiments.Commands;

/// <summary>How the tool ends.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The work failed.</summary>
    public const int Failure = 1;

    /// <summary>The command line or a file that it names is wrong; no work was started.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl+C (128 and the signal's number); what was reached is kept.</summary>
    public const int Canceled = 130;
}
