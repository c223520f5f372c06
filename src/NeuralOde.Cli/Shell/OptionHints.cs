using NeuralOde.Experiments.Commands;

namespace NeuralOde.Cli.Shell;

/// <summary>Names the options in the library's messages, which speak of what a caller of the library would set.</summary>
internal static class OptionHints
{
    private static readonly (string General, string WithOption)[] Hints =
    [
        ("Say so if they are dates.", "Give --time-format yyyymmdd if they are dates."),
        ("Say which holds the times;", "Say which holds the times with --time;"),
        ("name the state columns", "name the state columns with --states"),
        ("Leave it out of the state columns.", "Leave it out with --states, which names the others."),
        ("name the column that tells them apart", "name the column that tells them apart with --series"),
        ("Model it as it is,", "Model it as it is, without --log,"),
        ("Hold out less", "Hold out less with --hold-out"),
        ("model positive components as logarithms, or try a smaller learning rate", "model positive components as logarithms with --log, or try a smaller --learning-rate"),
        ("forecast a shorter time.", "choose an earlier --until."),
    ];

    /// <summary>A message with the options named.</summary>
    public static string Add(string message)
    {
        foreach ((string general, string withOption) in Hints)
        {
            message = message.Replace(general, withOption, StringComparison.Ordinal);
        }

        return message;
    }

    /// <summary>Runs what can fail by the user's input, and names the options in its faults.</summary>
    /// <exception cref="CommandException">It failed.</exception>
    public static T Checked<T>(Func<T> work)
    {
        try
        {
            return UserFault.Checked(work);
        }
        catch (CommandException e)
        {
            throw new CommandException(Add(e.Message), e.ExitCode, e.InnerException ?? e);
        }
    }
}
