using NeuralOde.Fields;
using NeuralOde.Flows;
using NeuralOde.Flows.Divergences;
using NeuralOde.Optimizers;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>
/// A flow on two moons with RNODE's regularizers: half circles with noise of deviation 0.08, scaled to about unit deviations, a concatsquash network 2-64-64-64-2 with tanh, 512 fresh
/// points an iteration. It is trained with few fixed steps, and measured by Dopri5 at 1e-5.
/// </summary>
internal sealed class RegularizedFlowWorkload
{
    private readonly RandomSource _random;
    private readonly ContinuousFlow _training;
    private readonly ContinuousFlow _measured;

    /// <param name="weight">The weight of both the kinetic energy and the Jacobian's norm.</param>
    /// <param name="seed">The seed of first values and draws.</param>
    public RegularizedFlowWorkload(double weight, int seed)
    {
        _random = new RandomSource(seed);
        var field = new ConcatSquashField(2, [64, 64, 64], random: _random.Split());
        var start = new NormalDistribution(2);
        var regularization = new FlowRegularization { KineticEnergy = weight, JacobianNorm = weight };
        _training = new ContinuousFlow(field, start) { Solver = TrainingSolver, Steps = TrainingSteps, Regularization = regularization, Divergence = Divergence };
        _measured = new ContinuousFlow(field, start)
        {
            Solver = new Dopri5(),
            Steps = new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-5 },
            Regularization = new FlowRegularization { KineticEnergy = 1, JacobianNorm = 1 },
        };
    }

    public static OdeSolver TrainingSolver { get; set; } = new RungeKutta4();

    public static StepSizeControl TrainingSteps { get; set; } = FixedSteps.PerInterval(4);

    public static int Batch { get; set; } = 512;

    public static DivergenceMethod Divergence { get; set; } = DivergenceMethod.Exact;

    public static double LearningRate { get; set; } = 1e-3;

    public static int Iterations { get; set; } = 1500;

    public long Train2 { get; private set; }

    public void Train()
    {
        var optimizer = new Adam(_training.Parameters, LearningRate);
        for (int i = 0; i < Iterations; i++)
        {
            optimizer.LearningRate = LearningRate * 0.5 * (1 + Math.Cos(Math.PI * i / Iterations));
            FlowLoss loss = _training.Loss(Moons(Batch, _random), random: _random); Train2 += loss.Solution.Forward.Evaluations; loss.Total.Backward();
            optimizer.Step();
        }
    }

    /// <summary>Evaluations of a solve, mean negative log-likelihood and kinetic energy of fresh points.</summary>
    public (long Evaluations, double NegativeLogLikelihood, double KineticEnergy) Test(int count)
    {
        using IDisposable scope = GradientMode.Disable();
        FlowLoss loss = _measured.Loss(Moons(count, new RandomSource(12345)));
        return (loss.Solution.Forward.Evaluations, loss.NegativeLogLikelihood.ToScalar(), loss.Solution.KineticEnergy!.ToScalar());
    }

    private static Tensor Moons(int count, RandomSource random)
    {
        float[] points = new float[2 * count];
        float[] noise = new float[2 * count];
        float[] angles = new float[count];
        random.FillNormal<float>(noise);
        random.FillUniform<float>(angles);
        for (int i = 0; i < count; i++)
        {
            (double sin, double cos) = Math.SinCos(Math.PI * angles[i]);
            (double x, double y) = i % 2 == 0 ? (cos, sin) : (1 - cos, 0.5 - sin);
            points[2 * i] = (float)((x + (0.08 * noise[2 * i]) - 0.5) / 0.87);
            points[(2 * i) + 1] = (float)((y + (0.08 * noise[(2 * i) + 1]) - 0.25) / 0.5);
        }

        return Tensor.From(points, [count, 2]);
    }
}
