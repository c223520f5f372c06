namespace NeuralOde.Experiments.Commands;

/// <summary>The options by which a long run can be stopped and resumed.</summary>
/// <param name="resumeNote">What may change when a run is resumed.</param>
internal sealed class CheckpointOptions(string resumeNote)
{
    public CommandOption<string?> File { get; } = Options.Text("--checkpoint", "Keeps the whole run in this file while it trains, so that it can be resumed.", "FILE.safetensors");

    public CommandOption<bool> Resume { get; } = Options.Flag("--resume", $"Goes on where the --checkpoint file stands; begins anew where there is none yet. {resumeNote}");

    /// <summary>Whether the run goes on from its checkpoint. One that is there already is never replaced by a run that begins anew.</summary>
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
            ? throw new CommandException($"There is a file {path} already, which may be the checkpoint of another run. Add --resume to go on with that one, or name another file.")
            : System.IO.File.Exists(path);
    }
}
