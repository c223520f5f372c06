namespace NeuralOde.Experiments.Commands;

/// <summary>Tells of a file that cannot be read as the fault of the command line that names it.</summary>
internal static class UserFault
{
    /// <summary>Runs what reads files that the user named.</summary>
    /// <exception cref="CommandException">A file cannot be read.</exception>
    public static T Checked<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(e.Message, inner: e);
        }
    }
}
