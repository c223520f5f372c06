using NeuralOde.Fields;
using NeuralOde.Flows;
using NeuralOde.Flows.Divergences;
using NeuralOde.Optimizers;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>
/// A flow on two moons with RNODE's regularizers: half circles with noise of deviation 0.08, scaled to about unit deviations, and a concatsquash network 2-64-64-64-2 with tanh.
/// It is trained by Tsit5 at 1e-3 on 256 fresh points in each of 1,000 iterations with a cosine schedule from 5e-3, and measured by Dopri5 at 1e-5.
/// </summary>
internal sealed class RegularizedFlowWorkload
{
    private const int Batch = 256;
    private const int Iterations = 1000;

    // Other points than those that the settings were chosen by, which had 12345.
    private const long TestSeed = 54321;
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
        _training = new ContinuousFlow(field, start)
        {
            Steps = new AdaptiveSteps { RelativeTolerance = 1e-3, AbsoluteTolerance = 1e-3 },
            Regularization = new FlowRegularization { KineticEnergy = weight, JacobianNorm = weight },
        };
        _measured = new ContinuousFlow(field, start)
        {
            Solver = new Dopri5(),
            Steps = new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-5, InitialStep = 0.1 },
            Regularization = new FlowRegularization { KineticEnergy = 1 },
        };
    }

    /// <summary>Evaluations of a training solve, in the mean.</summary>
    public double TrainingEvaluations { get; private set; }

    public void Train()
    {
        var optimizer = new Adam(_training.Parameters);
        var schedule = LearningRateSchedule.Cosine();
        double evaluations = 0;
        for (int i = 0; i < Iterations; i++)
        {
            optimizer.LearningRate = 5e-3 * schedule.Factor((double)i / Iterations);
            FlowLoss loss = _training.Loss(Moons(Batch, _random));
            loss.Total.Backward();
            optimizer.Step();
            evaluations += loss.Solution.Forward.Evaluations;
        }

        TrainingEvaluations = evaluations / Iterations;
    }

    /// <summary>Evaluations of a solve, mean negative log-likelihood and kinetic energy of fresh points.</summary>
    public (long Evaluations, double NegativeLogLikelihood, double KineticEnergy) Test(int count)
    {
        using IDisposable scope = GradientMode.Disable();
        FlowLoss loss = _measured.Loss(Moons(count, new RandomSource(TestSeed)));
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
