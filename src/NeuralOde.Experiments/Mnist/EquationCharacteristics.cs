using System.Diagnostics;

namespace NeuralOde.Experiments.Mnist;

/// <summary>Measures the equation of a trained classifier: how exact a solve is, and what it costs (Chen et al. 2018, figure 3 (a) to (c)).</summary>
/// <remarks>The network is in evaluation mode, so that an image's solution does not depend on the others.</remarks>
public static class EquationCharacteristics
{
    /// <summary>The tolerance of the reference, which is solved in double precision.</summary>
    public const double ReferenceTolerance = 1e-10;

    // The shortest of a few is what the work takes; longer ones were disturbed.
    private const int Repeats = 3;

    /// <summary>Solves to several tolerances, forward and, for the adjoint, backward.</summary>
    /// <param name="classifier">A classifier that solves an equation.</param>
    /// <param name="images">The images, all in one batch; their labels define the loss whose gradient goes backward.</param>
    /// <param name="tolerances">Relative and absolute tolerances, each above 0.</param>
    /// <param name="solver">A method that chooses its steps; <see cref="Dopri5"/> where null.</param>
    /// <param name="cancellationToken">Looked at between solves.</param>
    /// <returns>What each tolerance gave, in the order of <paramref name="tolerances"/>.</returns>
    /// <exception cref="ArgumentException">The images are of another size, or the method does not choose its steps.</exception>
    /// <exception cref="InvalidOperationException">The classifier solves no equation.</exception>
    /// <exception cref="OdeSolveException">The reference could not be solved.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IEnumerable<SolverCharacteristic> Measure(
        ImageClassifier classifier, ImageDataset images, IReadOnlyList<double> tolerances, OdeSolver? solver = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(tolerances);
        solver ??= new Dopri5();
        ArgumentException.ThrowIf(!solver.IsAdaptive, $"'{solver.Name}' has no error estimate to choose steps by. Take a method that has one, such as Dopri5.", nameof(solver));
        Tensor start;
        using (GradientMode.Disable())
        {
            start = ImageClassifier.Apply(classifier.With(static x => x).Parts().Before, classifier.Inputs(images.Pixels, images.Count));
        }

        return Each();

        IEnumerable<SolverCharacteristic> Each()
        {
            double[] reference = Reference(classifier, start);
            foreach (double tolerance in tolerances)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return Measure(classifier, images, start, reference, solver, tolerance);
            }
        }
    }

    private static double[] Reference(ImageClassifier classifier, Tensor start)
    {
        using IDisposable noGradients = GradientMode.Disable();
        MnistModelOptions exact = classifier.Options with
        {
            Solver = new Dopri5(),
            Steps = new AdaptiveSteps { RelativeTolerance = ReferenceTolerance, AbsoluteTolerance = ReferenceTolerance },
        };
        return classifier.Copy(exact, DType.Float64).Parts().Equation.Forward(start.ToDouble()).ToArray<double>();
    }

    private static SolverCharacteristic Measure(ImageClassifier classifier, ImageDataset images, Tensor start, double[] reference, OdeSolver solver, double tolerance)
    {
        (_, OdeLayer equation, Layer[] after) = classifier
            .With(x => x with { Solver = solver, Steps = SolverChoice.Tolerances(tolerance, tolerance), Gradient = GradientMethod.BacksolveAdjoint }).Parts();
        var right = Tensor.From(OneHot(images), [images.Count, images.Classes]);
        double error = double.NaN;
        (long forward, long backward) = (0, 0);
        (TimeSpan time, TimeSpan backwardTime) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        try
        {
            for (int i = 0; i <= Repeats; i++)
            {
                using var scope = TensorScope.Begin();
                using var meter = SolveMeter.Start();
                long began = Stopwatch.GetTimestamp();
                Tensor end = equation.Forward(start);
                TimeSpan took = Stopwatch.GetElapsedTime(began);
                forward = meter.Forward.Evaluations;
                error = RelativeError(end.AsSpan<float>(), reference);

                // The first solve compiles.
                time = i == 0 ? TimeSpan.MaxValue : took < time ? took : time;
                Tensor logits = ImageClassifier.Apply(after, end);
                Tensor loss = (logits.LogSumExp() - (logits * right).Sum([1])).Mean();
                began = Stopwatch.GetTimestamp();
                loss.Backward();
                took = Stopwatch.GetElapsedTime(began);
                backward = meter.Backward.Evaluations;
                backwardTime = i == 0 ? TimeSpan.MaxValue : took < backwardTime ? took : backwardTime;
            }
        }
        catch (OdeSolveException e)
        {
            return new SolverCharacteristic(tolerance, error, forward, Known(time), 0, TimeSpan.Zero, e.Problem);
        }

        return new SolverCharacteristic(tolerance, error, forward, time, backward, backwardTime, null);

        static TimeSpan Known(TimeSpan time) => time == TimeSpan.MaxValue ? TimeSpan.Zero : time;
    }

    private static double RelativeError(ReadOnlySpan<float> values, double[] reference)
    {
        (double off, double size) = (0, 0);
        for (int i = 0; i < values.Length; i++)
        {
            off += (values[i] - reference[i]) * (values[i] - reference[i]);
            size += reference[i] * reference[i];
        }

        return Math.Sqrt(off / size);
    }

    private static float[] OneHot(ImageDataset images)
    {
        float[] values = new float[images.Count * images.Classes];
        for (int i = 0; i < images.Count; i++)
        {
            values[(i * images.Classes) + images.Labels[i]] = 1;
        }

        return values;
    }
}
