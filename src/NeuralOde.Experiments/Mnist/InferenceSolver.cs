namespace NeuralOde.Experiments.Mnist;

/// <summary>A way to solve a trained classifier's equation: train precisely, infer cheaply.</summary>
/// <param name="Solver">The method.</param>
/// <param name="Steps">Its steps.</param>
public sealed record InferenceSolver(OdeSolver Solver, StepSizeControl Steps)
{
    /// <summary>From one Euler step to tolerances of 1e-6.</summary>
    public static IReadOnlyList<InferenceSolver> All { get; } =
    [
        .. new[] { 1, 2, 5, 20 }.Select(static n => new InferenceSolver(new Euler(), FixedSteps.PerInterval(n))),
        .. new[] { 1, 2 }.Select(static n => new InferenceSolver(new Midpoint(), FixedSteps.PerInterval(n))),
        .. new[] { 1, 2, 4 }.Select(static n => new InferenceSolver(new RungeKutta4(), FixedSteps.PerInterval(n))),
        .. new[] { 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6 }.Select(static x => new InferenceSolver(new Dopri5(), SolverChoice.Tolerances(x, x))),
    ];

    /// <summary>Classifies images with a classifier's parameters and this solver.</summary>
    /// <param name="classifier">A classifier that solves an equation.</param>
    /// <param name="images">The images.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>What came out.</returns>
    /// <exception cref="InvalidOperationException">The classifier solves no equation.</exception>
    /// <exception cref="OdeSolveException">A solve failed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public ClassifierEvaluation Evaluate(ImageClassifier classifier, ImageDataset images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(images);
        ImageClassifier other = classifier.With(x => x with { Solver = Solver, Steps = Steps });
        other.Parts();
        const int BatchSize = 100;

        // Compiles, so that only the work is timed.
        ClassifierEvaluation.Of(other.Network, images.Take(BatchSize), classifier.Collection.Scale, BatchSize, cancellationToken);
        return ClassifierEvaluation.Of(other.Network, images, classifier.Collection.Scale, BatchSize, cancellationToken);
    }

    /// <summary>Such as "rk4, 2 steps" or "dopri5, rtol = atol = 1e-3".</summary>
    public override string ToString() => Steps switch
    {
        FixedSteps { StepsPerInterval: int count } => string.Create(CultureInfo.InvariantCulture, $"{Solver.Name}, {count} {(count == 1 ? "step" : "steps")}"),
        FixedSteps x => string.Create(CultureInfo.InvariantCulture, $"{Solver.Name}, steps of {x.MaxStep}"),
        AdaptiveSteps x when x.RelativeTolerance == x.AbsoluteTolerance => $"{Solver.Name}, rtol = atol = {Text(x.RelativeTolerance)}",
        AdaptiveSteps x => $"{Solver.Name}, rtol {Text(x.RelativeTolerance)}, atol {Text(x.AbsoluteTolerance)}",
        _ => Solver.Name,
    };

    private static string Text(double value) => value.ToString("0.##e-0", CultureInfo.InvariantCulture);
}
