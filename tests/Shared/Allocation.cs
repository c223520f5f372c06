namespace NeuralOde.TestSupport;

/// <summary>Measures managed allocations.</summary>
internal static class Allocation
{
    private const int Rounds = 5;

    /// <summary>
    /// The bytes that an action allocates on this thread once it has run before: the least of a few rounds. One round alone may count bytes
    /// that are not the action's: when another test's thread collects, the runtime takes this thread's allocation buffer away and charges it for the rest.
    /// </summary>
    public static long InSteadyState(Action action)
    {
        action();
        action();
        long least = long.MaxValue;
        for (int round = 0; round < Rounds && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
