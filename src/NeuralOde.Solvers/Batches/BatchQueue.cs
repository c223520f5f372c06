namespace NeuralOde.Solvers;

/// <summary>Hands out the problems of a batch to the threads that solve them.</summary>
/// <param name="count">Number of problems.</param>
/// <param name="problems">Which they are; the first of the batch by default.</param>
internal sealed class BatchQueue(int count, int[]? problems = null)
{
    private int _next = -1;
    private volatile bool _isStopped;

    /// <summary>Number of problems that there were at first.</summary>
    public int Count => count;

    /// <summary>Whether the solve is given up, because a thread met an exception.</summary>
    public bool IsStopped => _isStopped;

    /// <summary>Takes the next problem.</summary>
    /// <returns>Its index, or −1 where none is left.</returns>
    public int Take()
    {
        int next = _isStopped || _next >= count ? count : Interlocked.Increment(ref _next);
        return next >= count ? -1 : problems is null ? next : problems[next];
    }

    public void Stop() => _isStopped = true;
}
