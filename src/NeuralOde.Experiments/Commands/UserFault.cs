namespace NeuralOde.Experiments.Commands;

/// <summary>Tells the library's faults as the user's.</summary>
internal static class UserFault
{
    /// <summary>Runs what can fail by the user's input.</summary>
    /// <exception cref="CommandException">It failed.</exception>
    public static T Checked<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ArgumentException e)
        {
            // The name of a method's parameter means nothing on a command line.
            throw new CommandException(e.ParamName is null ? e.Message : e.Message.Split($" (Parameter '{e.ParamName}')")[0], inner: e);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(e.Message, inner: e);
        }
    }
}
