namespace NeuralOde.Experiments.Commands;

/// <summary>The options for stopping and resuming a long run.</summary>
/// <param name="resumeNote">What may change when a run is resumed.</param>
internal sealed class CheckpointOptions(string resumeNote)
{
    public CommandOption<string?> File { get; } = Options.Text(
        "--checkpoint", "Saves the state of the run to this file during training, so that it can be resumed.", "FILE.safetensors");

    public CommandOption<bool> Resume { get; } = Options.Flag("--resume", $"Resumes from the --checkpoint file; starts a new run if there is none yet. {resumeNote}");

    /// <summary>Whether the run resumes from its checkpoint. An existing checkpoint is never replaced by a new run.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="every">The option that says how often it is written.</param>
    /// <param name="path">The checkpoint; null where none is kept.</param>
    /// <exception cref="CommandException">An option lacks the file, or the file is there and was not to be resumed.</exception>
    public bool IsResumed(CommandValues parsed, CommandOption every, string? path)
    {
        bool wantsResume = parsed.GetValue(Resume);
        if (path is null)
        {
            return wantsResume || parsed.IsGiven(every)
                ? throw new CommandException($"{(wantsResume ? Resume.Name : every.Name)} needs --checkpoint FILE, the file in which the run is kept.")
                : false;
        }

        return System.IO.File.Exists(path) && !wantsResume
            ? throw new CommandException($"The file {path} exists already, which may be the checkpoint of another run. Add --resume to resume from it, or name another file.")
            : System.IO.File.Exists(path);
    }
}
