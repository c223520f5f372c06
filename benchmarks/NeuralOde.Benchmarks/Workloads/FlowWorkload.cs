using NeuralOde.Benchmarks.Timing;
using NeuralOde.Fields;
using NeuralOde.Flows;
using NeuralOde.Flows.Divergences;
using NeuralOde.Optimizers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>
/// A flow on two circles with the settings of torchdiffeq's example: a hypernetwork of hidden width 32 that gives the weights of 64 units, 512 fresh points an iteration, Dopri5
/// at 1e-5 from 10 to 0, a base of variance 0.1, Adam at 1e-3.
/// </summary>
internal sealed class FlowWorkload
{
    private const int Batch = 512;
    private readonly RandomSource _random;
    private readonly Adam _optimizer;

    public FlowWorkload(int seed, GradientMethod gradient, DivergenceMethod divergence)
    {
        _random = new RandomSource(seed);
        Flow = new ContinuousFlow(new HypernetworkField(2, 64, 32, _random.Split()), new NormalDistribution(2, Math.Sqrt(0.1)))
        {
            DataTime = 10,
            Solver = new Dopri5(),
            Steps = new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-5 },
            GradientMethod = gradient,
            Divergence = divergence,
        };
        _optimizer = new Adam(Flow.Parameters, 1e-3);
    }

    public ContinuousFlow Flow { get; }

    /// <summary>The evaluations of the last iteration's solve.</summary>
    public int ForwardEvaluations { get; private set; }

    /// <summary>The vector-Jacobian products, or evaluations of the adjoint system, of the last iteration.</summary>
    public int BackwardEvaluations { get; private set; }

    /// <summary>Trains, and writes each iteration's time.</summary>
    public void Train(Clock clock, double[] nanoseconds)
    {
        for (int i = 0; i < nanoseconds.Length; i++)
        {
            double begun = clock.Now();
            Step(Circles(Batch, _random), update: true);
            nanoseconds[i] = clock.Now() - begun;
        }
    }

    /// <summary>The work of one iteration on the same points again and again, without the optimizer's step.</summary>
    public Action<int> Repeat()
    {
        Tensor x = Circles(Batch, new RandomSource(1));
        return n =>
        {
            for (int i = 0; i < n; i++)
            {
                Step(x, update: false);
            }
        };
    }

    /// <summary>The mean negative log-likelihood of fresh points, in nats.</summary>
    public double Test(int count)
    {
        using IDisposable scope = GradientMode.Disable();
        return -Flow.LogDensity(Circles(count, new RandomSource(12345))).Mean().ToScalar();
    }

    /// <summary>The integral of the learned density over a square that holds nearly all of it, by the midpoint rule: 1 for a right density.</summary>
    public double Integral()
    {
        const int N = 240;
        const double Edge = 2.4;
        float[] points = new float[N * N * 2];
        for (int i = 0; i < N * N; i++)
        {
            points[2 * i] = (float)(Edge * ((((2 * (i / N)) + 1.0) / N) - 1));
            points[(2 * i) + 1] = (float)(Edge * ((((2 * (i % N)) + 1.0) / N) - 1));
        }

        using IDisposable scope = GradientMode.Disable();
        return Flow.LogDensity(Tensor.From(points, [N * N, 2])).Exp().Mean().ToScalar() * 4 * Edge * Edge;
    }

    /// <summary>Points on circles of radius 1 and 0.5, half on each, evenly spaced, with noise of deviation 0.06 (scikit-learn's <c>make_circles</c>).</summary>
    public static Tensor Circles(int count, RandomSource random)
    {
        float[] points = new float[2 * count];
        float[] noise = new float[2 * count];
        random.FillNormal<float>(noise);
        int half = count / 2;
        for (int i = 0; i < count; i++)
        {
            double radius = i < half ? 1 : 0.5;
            double angle = 2 * Math.PI * (i < half ? (double)i / half : (double)(i - half) / (count - half));
            points[2 * i] = (float)(radius * Math.Cos(angle)) + (0.06f * noise[2 * i]);
            points[(2 * i) + 1] = (float)(radius * Math.Sin(angle)) + (0.06f * noise[(2 * i) + 1]);
        }

        return Tensor.From(points, [count, 2]);
    }

    private void Step(Tensor x, bool update)
    {
        FlowLoss loss = Flow.Loss(x);
        loss.Total.Backward();
        if (update)
        {
            _optimizer.Step();
        }
        else
        {
            Flow.Parameters.ClearGradients();
        }

        SolveStatistics back = loss.Solution.Backward!.Value;
        (ForwardEvaluations, BackwardEvaluations) = ((int)loss.Solution.Forward.Evaluations, (int)Math.Max(back.VectorJacobianProducts, back.Evaluations));
    }
}
