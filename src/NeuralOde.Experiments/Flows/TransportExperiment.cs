using System.Diagnostics;
using NeuralOde.Flows;
using NeuralOde.Flows.Matching;

namespace NeuralOde.Experiments.Flows;

/// <summary>Flow matching between two laws of the plane, with torchcfm's settings, measured by the distance of what is pushed there to what should be there.</summary>
public static class TransportExperiment
{
    /// <summary>Points that a model is measured by.</summary>
    public const int EvaluationCount = 2_048;

    /// <summary>Trains and measures.</summary>
    /// <param name="source">Where the flow starts.</param>
    /// <param name="target">Where it should end.</param>
    /// <param name="options">Pairs and paths.</param>
    /// <param name="iterations">Training steps of 256 fresh pairs, Adam at 0.001.</param>
    /// <param name="schedule">How the learning rate changes.</param>
    /// <param name="seed">Where all draws and first values come from.</param>
    /// <returns>What was measured.</returns>
    public static TransportResult Run(
        PlaneDistribution source, PlaneDistribution target, FlowMatchingOptions options, int iterations, LearningRateSchedule schedule, long seed)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        var random = new RandomSource(seed);
        LayerField field = new Mlp(3, [64, 64, 64], 2, Activation.Selu, random.Split()).AsField(TimeInput.Concatenated);
        var task = new FlowMatchingTask(field, new FlowMatching<float>(field, 256, 2, options), source.Draw, target.Draw, random.Split());
        var settings = new TrainingOptions { Iterations = iterations, Schedule = schedule, Selection = ModelSelection.Last, Validation = ValidationPlan.None };
        TrainingResult training = new TrainingRun(task, new Adam(field.Parameters, 0.001), settings).Run();
        return Measure(field, source, target, seed) with { Elapsed = training.Elapsed };
    }

    /// <summary>W2 between a model's points and the target's, beside that between two sets of the target's points, and the energy of the paths.</summary>
    /// <param name="field">The model.</param>
    /// <param name="source">Where it starts.</param>
    /// <param name="target">Where it should end.</param>
    /// <param name="seed">The scrambling of the points.</param>
    /// <returns>What was measured.</returns>
    public static TransportResult Measure(VectorField field, PlaneDistribution source, PlaneDistribution target, long seed)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        long start = Stopwatch.GetTimestamp();
        using IDisposable noGradients = GradientMode.Disable();
        float[] from = source.Even(EvaluationCount, (3 * seed) + 1), goal = target.Even(EvaluationCount, (3 * seed) + 2), other = target.Even(EvaluationCount, (3 * seed) + 3);

        // The energy of the paths is solved with them: one more component, whose derivative is the squared speed.
        var measured = VectorField.Define(
            (t, z) =>
            {
                Tensor velocity = field.Forward(t, z.Slice(1, 0, 2));
                return Tensor.Concatenate([velocity, velocity.Square().Sum([1], keepAxes: true)], 1);
            },
            field);
        var z0 = Tensor.Concatenate([Tensor.From(from, [EvaluationCount, 2]), Tensor.Zeros([EvaluationCount, 1])], 1);
        var ode = new OdeBlock(measured) { Solver = new Dopri5(), Steps = SolverChoice.Tolerances(1e-5, 1e-5) };
        OdeBlockSolution solution = ode.Solve(z0, 0, 1);
        Tensor end = solution.States.Select(0, 1);
        float[] pushed = end.Slice(1, 0, 2).ToArray<float>();
        double optimal = Distance(from, goal);
        return new TransportResult(
            Distance(pushed, goal), Distance(other, goal), end.Select(1, 2).Mean().ToScalar() / (optimal * optimal), solution.Forward.Evaluations, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>The Wasserstein distance of order 2 between two sets of equally many points in the plane.</summary>
    /// <param name="points">Points, row-major.</param>
    /// <param name="others">The other points.</param>
    /// <returns>The root of the mean squared distance between partners.</returns>
    public static double Distance(ReadOnlySpan<float> points, ReadOnlySpan<float> others)
    {
        int count = points.Length / 2;
        return Math.Sqrt(new LinearAssignment(count).Pair(points, others, 2, new int[count]) / count);
    }
}

/// <summary>How far a model's points are from where they should be.</summary>
/// <param name="Distance">W2 between the model's points and the target's.</param>
/// <param name="Floor">W2 between two sets of the target's points: what a perfect model has.</param>
/// <param name="EnergyRatio">The energy of the model's paths over W2² between source and target; below 1 where the target is missed.</param>
/// <param name="Evaluations">Evaluations of the field by Dopri5 at 1e-5.</param>
/// <param name="Elapsed">The time of training.</param>
public sealed record TransportResult(double Distance, double Floor, double EnergyRatio, long Evaluations, TimeSpan Elapsed);
