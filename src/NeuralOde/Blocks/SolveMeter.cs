namespace NeuralOde.Blocks;

/// <summary>
/// Adds up what all solves of ODE blocks cost, and the gradients through them, on this thread between <see cref="Start"/> and <see cref="Dispose"/>: for models that
/// solve somewhere within, where no <see cref="OdeBlockSolution"/> is at hand.
/// </summary>
/// <example>
/// <code>
/// using var meter = SolveMeter.Start();
/// Loss.CrossEntropy(classifier.Forward(images), labels).Backward();
/// Console.WriteLine($"{meter.Forward.Evaluations} evaluations forward, {meter.Backward.VectorJacobianProducts} products backward");
/// </code>
/// </example>
public sealed class SolveMeter : IDisposable
{
    [ThreadStatic]
    private static SolveMeter? s_current;

    private readonly SolveMeter? _outer;

    private SolveMeter(SolveMeter? outer) => _outer = outer;

    /// <summary>The number of solves.</summary>
    public long SolveCount { get; private set; }

    /// <summary>What the solves cost together.</summary>
    public SolveStatistics Forward { get; private set; }

    /// <summary>What the gradients through them cost together.</summary>
    public SolveStatistics Backward { get; private set; }

    /// <summary>Starts to add up. Meters may be nested: an outer one counts what an inner one does.</summary>
    /// <returns>The meter; dispose of it on the same thread to stop.</returns>
    public static SolveMeter Start() => s_current = new SolveMeter(s_current);

    /// <summary>Stops; the sums stay.</summary>
    public void Dispose()
    {
        if (s_current == this)
        {
            s_current = _outer;
        }
    }

    internal static void AddForward(SolveStatistics statistics)
    {
        for (SolveMeter? meter = s_current; meter is not null; meter = meter._outer)
        {
            meter.SolveCount++;
            meter.Forward = Sum(meter.Forward, statistics);
        }
    }

    internal static void AddBackward(SolveStatistics statistics)
    {
        for (SolveMeter? meter = s_current; meter is not null; meter = meter._outer)
        {
            meter.Backward = Sum(meter.Backward, statistics);
        }
    }

    private static SolveStatistics Sum(SolveStatistics a, SolveStatistics b) => new(
        a.Evaluations + b.Evaluations, a.AcceptedSteps + b.AcceptedSteps, a.RejectedSteps + b.RejectedSteps, a.VectorJacobianProducts + b.VectorJacobianProducts);
}
