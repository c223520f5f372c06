namespace NeuralOde.Sensitivities;

/// <summary>
/// Which gradients are checked, and so perhaps replaced, where several processes share a run: that may not depend on how many gradients this process took before, nor on
/// what it found. The number of a gradient decides, and what any process found in the step before.
/// </summary>
internal static class SharedChecks
{
    [ThreadStatic]
    private static bool s_isShared;

    [ThreadStatic]
    private static long s_number;

    [ThreadStatic]
    private static bool s_areAllDue;

    [ThreadStatic]
    private static bool s_hasFailed;

    /// <summary>Decides about the gradients on this thread until <see cref="End"/>.</summary>
    /// <param name="number">The number of the gradient that is about to be taken, from 0.</param>
    /// <param name="areAllDue">Whether it is checked in any case.</param>
    public static void Begin(long number, bool areAllDue) => (s_isShared, s_number, s_areAllDue, s_hasFailed) = (true, number, areAllDue, false);

    /// <summary>Leaves the decision to each check again.</summary>
    /// <returns>Whether a check found a gradient that was off.</returns>
    public static bool End()
    {
        s_isShared = false;
        return s_hasFailed;
    }

    /// <summary>Whether the gradient is to be checked; null where each check counts for itself.</summary>
    public static bool? IsDue(int interval) => s_isShared ? s_areAllDue || s_number % interval == 0 : null;

    /// <summary>Tells that a gradient was off.</summary>
    public static void Fail() => s_hasFailed = true;
}
