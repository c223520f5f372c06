namespace NeuralOde.Solvers;

/// <summary>Hands out the problems of a batch to the threads that solve them.</summary>
internal sealed class BatchQueue(int count)
{
    private int _next = -1;
    private volatile bool _isStopped;

    /// <summary>Whether the solve is given up, because a thread met an exception.</summary>
    public bool IsStopped => _isStopped;

    /// <summary>Takes the next problem.</summary>
    /// <returns>Its index, or −1 where none is left.</returns>
    public int Take()
    {
        int next = _isStopped || _next >= count ? count : Interlocked.Increment(ref _next);
        return next < count ? next : -1;
    }

    public void Stop() => _isStopped = true;
}
