using NeuralOde.Flows;
using NeuralOde.Flows.Discrete;
using NeuralOde.Series.Densities;

namespace NeuralOde.Experiments.Flows;

/// <summary>A flow that was fitted to a density known up to a factor, and how far it is from it.</summary>
/// <param name="Target">The density.</param>
/// <param name="Depth">The layers of a planar flow, or the hidden units of a continuous one.</param>
/// <param name="Options">How the flow was trained; its method says which kind it is.</param>
/// <param name="Distance">KL(flow‖target), in nats, over fresh draws of the flow.</param>
/// <param name="ParameterCount">The numbers that were learned.</param>
/// <param name="Training">What training recorded.</param>
/// <param name="LogDensity">The flow's log-density, from points, <c>[batch, 2]</c>.</param>
internal sealed record EnergyFit(
    EnergyTarget Target, int Depth, DensityOptions Options, double Distance, long ParameterCount, TrainingResult Training, Func<Tensor, Tensor> LogDensity)
{
    private const int Draws = 20_000;
    private const int DrawsAtOnce = 2_000;
    private const double MeasuredTolerance = 1e-5;

    public bool IsContinuous => Options.Method == DensityMethod.Likelihood;

    public string Label => IsContinuous ? $"continuous, {InWords.Counted(Depth, "unit", "units")}" : $"planar, {InWords.Counted(Depth, "layer", "layers")}";

    /// <summary>Fits a flow by the least KL(flow‖target): from draws of the flow, of which both densities are known.</summary>
    public static EnergyFit Run(EnergyTarget target, int depth, DensityOptions options, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var random = new RandomSource(options.Seed);
        return options.Method == DensityMethod.Likelihood ? Continuous() : Planar();

        EnergyFit Planar()
        {
            var flow = DiscreteFlow.Planar(2, depth, LayerDirection.BaseToData, random.Split());
            var task = DiscreteFlowTask.DensityFit(flow, options.BatchSize, target.Energy, random.Split());
            TrainingResult training = Train(task);
            return new(target, depth, options, Measured(flow.Base, z => flow.Through(z)), flow.Parameters.ValueCount, training, flow.LogDensity);
        }

        EnergyFit Continuous()
        {
            var field = new GatedUnitsField(2, depth, random: random.Split());
            ContinuousFlow trained = Flow(options.Tolerance, 0.1 * options.Tolerance), measured = Flow(MeasuredTolerance, MeasuredTolerance);
            TrainingResult training = Train(new ContinuousTask(trained, target, options.BatchSize, random.Split()));
            double distance = Measured(measured.Base, z =>
            {
                FlowSolution solution = measured.FromBase(z);
                return new FlowMap(solution.Points, solution.LogDeterminant);
            });
            return new(target, depth, options, distance, trained.Parameters.ValueCount, training, x => measured.LogDensity(x));

            ContinuousFlow Flow(double relative, double absolute) => new(field, new NormalDistribution(2)) { Steps = SolverChoice.Tolerances(relative, absolute) };
        }

        TrainingResult Train(ITrainingTask task)
        {
            var settings = new TrainingOptions
            {
                Iterations = options.Iterations,
                Schedule = options.Schedule,
                GradientNormBound = 10,
                Selection = ModelSelection.Last,
                Validation = ValidationPlan.None,
            };
            return new TrainingRun(task, new Adam(task.Model.Parameters, options.LearningRate), settings).Run(progress, cancellationToken);
        }

        double Measured(BaseDistribution start, Func<Tensor, FlowMap> map)
        {
            using IDisposable noGradients = GradientMode.Disable();
            var draws = new RandomSource(options.Seed + 1);
            double total = 0;
            for (int i = 0; i < Draws; i += DrawsAtOnce)
            {
                using var scope = TensorScope.Begin();
                Tensor z = start.Sample(DrawsAtOnce, draws);
                total += Excess(target, start.LogDensity(z), map(z)).Sum().ToScalar();
            }

            return (total / Draws) + target.LogNormalizer();
        }
    }

    /// <summary>log q + energy of what a map makes of points with a log-density; its mean is KL(q‖p) less the logarithm of p's normalizer.</summary>
    private static Tensor Excess(EnergyTarget target, Tensor logDensity, FlowMap map) => logDensity - map.LogDeterminant + target.Energy(map.Points);

    private sealed class ContinuousTask(ContinuousFlow flow, EnergyTarget target, int batchSize, RandomSource random) : ITrainingTask
    {
        public Module Model => flow;

        public IReadOnlyList<(string Name, RandomSource Source)> RandomSources => [("points", random)];

        public double Step(TrainingPosition position)
        {
            using var scope = TensorScope.Begin();
            Tensor z = flow.Base.Sample(batchSize, random);
            FlowSolution solution = flow.FromBase(z);
            Tensor loss = Excess(target, flow.Base.LogDensity(z), new FlowMap(solution.Points, solution.LogDeterminant)).Mean();
            loss.Backward();
            return loss.ToScalar();
        }
    }
}
