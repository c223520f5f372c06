namespace NeuralOde.Experiments.Hamiltonian;

/// <summary>
/// Learns a conservative system from states and derivatives twice, by a network that gives its energy (<see cref="HamiltonianField"/>) and by one that gives the derivative, and
/// compares the true energy along learned trajectories from new states: table 1 of Greydanus, Dzamba, Yosinski 2019 (arXiv 1906.01563).
/// </summary>
public static class HamiltonianExperiment
{
    private const int Groups = 5;

    /// <summary>Makes the data, learns both networks, and measures.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Reported about 20 times per second for each of the two; losses are mean squared differences.</param>
    /// <param name="cancellationToken">Ends training early; the result then is of the networks so far.</param>
    /// <returns>The result.</returns>
    /// <exception cref="SettingException">A setting is out of range.</exception>
    /// <exception cref="TrainingException">The loss or its gradient left the range of single precision.</exception>
    /// <exception cref="OdeSolveException">A learned field could not be solved.</exception>
    public static HamiltonianResult Run(HamiltonianOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        HamiltonianOptions.Settings.Check(options);
        ConservativeSystem system = options.System;
        var random = new RandomSource(options.Seed);
        (ObservedStates training, ObservedStates test) = ObservedStates.Draw(system, random.Split());

        // Starts of the test are of another seed, so that no setting of this run reaches them.
        var testRandom = new RandomSource(~options.Seed);
        double[][] starts = [.. Enumerable.Range(0, options.TestCount).Select(_ => system.DrawTest(testRandom))];
        double[][] exact = [.. starts.Select(x => system.Trajectory(x, system.TestTimes))];
        LearnedDynamics hamiltonian = Learn(new HamiltonianField(Network(options, 1, random.Split())), random.Split());
        LearnedDynamics baseline = Learn(Network(options, system.Length, random.Split()).AsField(), random.Split());
        return new HamiltonianResult(options, exact, hamiltonian, baseline, cancellationToken.IsCancellationRequested);

        LearnedDynamics Learn(VectorField field, RandomSource batches)
        {
            var task = new SlopeTask(field, training, options.BatchSize, options.WeightDecay, batches);
            var run = new TrainingOptions
            {
                Iterations = options.Iterations,
                Schedule = options.Schedule,
                Selection = ModelSelection.Last,
                Validation = ValidationPlan.None,
                Failures = FailurePolicy.GiveUp,
            };
            TrainingResult result = new TrainingRun(task, new Adam(field.Parameters, options.LearningRate), run).Run(progress, cancellationToken);
            if (result.Failure is { } failure)
            {
                throw new TrainingException(failure, "Try a smaller learning rate.");
            }

            double[][] paths = Solve(field, starts, system.TestTimes);
            return new LearnedDynamics(
                field,
                result.Losses,
                SlopeTask.Error(field, training),
                SlopeTask.Error(field, test),
                Error(system.Energy),
                system.PublishedMeasure is { } measure ? Error(measure) : Error(system.Energy),
                paths,
                result.Elapsed);

            MeanAndError Error(Func<double[], double> quantity) => EnergyError(quantity, system.Length, exact, paths);
        }
    }

    private static Mlp Network(HamiltonianOptions options, int outputs, RandomSource random)
    {
        var network = new Mlp(options.System.Length, options.Hidden, outputs, random: random);
        Initializer.Orthogonal.Apply(network, random);
        return network;
    }

    /// <summary>Trajectories of a learned field, each as one array of states.</summary>
    private static double[][] Solve(VectorField field, double[][] starts, IReadOnlyList<double> times)
    {
        using IDisposable scope = GradientMode.Disable();

        // In single precision, steps that are right to 1e-6 add nothing to the error of a learned field.
        var ode = new OdeBlock(field) { Solver = new Vern7(), Steps = new AdaptiveSteps { RelativeTolerance = 1e-6, AbsoluteTolerance = 1e-6 } };
        int length = starts[0].Length;
        double[] states = ode.Forward(Tensor.From([.. starts.SelectMany(static x => x.Select(static y => (float)y))], [starts.Length, length]), [.. times]).ToDoubles();
        return [.. starts.Select((_, i) => (double[])[.. Enumerable.Range(0, times.Count).SelectMany(t => states.AsSpan(((t * starts.Length) + i) * length, length).ToArray())])];
    }

    /// <summary>
    /// The mean, over trajectories and times, of the squared difference of a quantity, and its standard error from the means of five groups of trajectories, as in the paper.
    /// </summary>
    private static MeanAndError EnergyError(Func<double[], double> quantity, int length, double[][] exact, double[][] learned)
    {
        double[] errors = [.. exact.Zip(learned, (x, y) => x.Chunk(length).Zip(y.Chunk(length), (a, b) => quantity(a) - quantity(b)).Average(static d => d * d))];
        double mean = errors.Average();
        double[] means = [.. errors.Chunk((errors.Length + Groups - 1) / Groups).Select(static x => x.Average())];
        return new MeanAndError(mean, Math.Sqrt(means.Average(x => (x - mean) * (x - mean)) / means.Length));
    }
}
