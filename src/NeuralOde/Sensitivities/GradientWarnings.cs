namespace NeuralOde.Sensitivities;

/// <summary>
/// Collects the warnings of all gradients that are taken on this thread between <see cref="Start"/> and <see cref="Dispose"/>, the first of each reason: for models that
/// solve somewhere within. A <see cref="Training.TrainingRun"/> does it by itself.
/// </summary>
/// <example>
/// <code>
/// using var warnings = GradientWarnings.Start();
/// Loss.MeanSquared(model.Forward(x), y).Backward();
/// Console.WriteLine(string.Join(Environment.NewLine, warnings.All));
/// </code>
/// </example>
public sealed class GradientWarnings : IDisposable
{
    [ThreadStatic]
    private static GradientWarnings? s_current;

    private readonly GradientWarnings? _outer;
    private readonly List<GradientWarning> _all = [];

    private GradientWarnings(GradientWarnings? outer) => _outer = outer;

    /// <summary>The first warning of each reason.</summary>
    public IReadOnlyList<GradientWarning> All => _all;

    /// <summary>The largest relative error that a check of a gradient measured; null while there was none.</summary>
    public double? MeasuredError { get; private set; }

    /// <summary>Starts to collect. Collectors may be nested: an outer one gets what an inner one does.</summary>
    /// <returns>The collector; dispose of it on the same thread to stop.</returns>
    public static GradientWarnings Start() => s_current = new GradientWarnings(s_current);

    /// <summary>Stops; what was collected stays.</summary>
    public void Dispose()
    {
        if (s_current == this)
        {
            s_current = _outer;
        }
    }

    internal static void Add(GradientWarning warning)
    {
        for (GradientWarnings? x = s_current; x is not null; x = x._outer)
        {
            if (!x._all.Exists(y => y.Reason == warning.Reason))
            {
                x._all.Add(warning);
            }
        }
    }

    internal static void AddMeasured(double error)
    {
        for (GradientWarnings? x = s_current; x is not null; x = x._outer)
        {
            x.MeasuredError = Math.Max(x.MeasuredError ?? 0, error);
        }
    }
}
