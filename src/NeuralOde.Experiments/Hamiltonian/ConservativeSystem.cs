namespace NeuralOde.Experiments.Hamiltonian;

/// <summary>A system whose energy is known and constant, to be learned from states and their derivatives: those of Greydanus, Dzamba, Yosinski 2019, sections 3 and 4.</summary>
/// <remarks>Data, starts for the test and the measure of the energy's error follow the authors' repository, github.com/greydanus/hamiltonian-nn.</remarks>
public sealed class ConservativeSystem
{
    private readonly Func<RandomSource, double[]> _drawTraining;
    private readonly Func<RandomSource, double[]> _drawTest;

    private ConservativeSystem(string name, int length, Func<RandomSource, double[]> drawTraining, Func<RandomSource, double[]> drawTest)
    {
        Name = name;
        Length = length;
        _drawTraining = drawTraining;
        _drawTest = drawTest;
    }

    /// <summary>A mass on a spring, <c>H = q² + p²</c>.</summary>
    public static ConservativeSystem Spring { get; } = new("spring", 2, static random => OnCircle(random, 0.1, 1), OffCenter)
    {
        Title = "mass-spring",
        Equation = "H = q² + p²",
        Energy = static z => (z[0] * z[0]) + (z[1] * z[1]),
        Field = static (_, z, dz) => (dz[0], dz[1]) = (2 * z[1], -2 * z[0]),
        Trajectories = 50,
        TrainingTimes = Times(3, 30),
        TestTimes = Times(20, 100),
        TestShare = 0.5,
        Noise = 0.1,
        Published = (3.8416e-4, 1.7077e-1),
    };

    /// <summary>A pendulum, <c>H = 3(1 − cos q) + p²</c>.</summary>
    public static ConservativeSystem Pendulum { get; } = new("pendulum", 2, static random => OnCircle(random, 1.3, 2.3), OffCenter)
    {
        Title = "pendulum",
        Equation = "H = 3(1 − cos q) + p²",
        Energy = static z => (3 * (1 - Math.Cos(z[0]))) + (z[1] * z[1]),
        Field = static (_, z, dz) => (dz[0], dz[1]) = (2 * z[1], -3 * Math.Sin(z[0])),
        Trajectories = 50,
        TrainingTimes = Times(3, 45),
        TestTimes = Times(20, 100),
        TestShare = 0.5,
        Noise = 0.1,
        Published = (2.4852e-2, 4.1519e-2),
        PublishedMeasure = static z => (z[0] * z[0]) + (z[1] * z[1]),
    };

    /// <summary>Two bodies of mass 1 that attract each other, on nearly circular orbits; the state is x of both, y of both, then their momenta in the same order.</summary>
    public static ConservativeSystem TwoBody { get; } = new("two-body", 8, Orbit, Orbit)
    {
        Title = "two bodies",
        Equation = "H = (|p₁|² + |p₂|²)/2 − 1/|q₁ − q₂|",
        Energy = TwoBodyEnergy,
        Field = TwoBodyField,
        Trajectories = 1000,
        TrainingTimes = Times(20, 50),
        TestTimes = Times(25, 500),
        TestShare = 0.2,
        Noise = 0,
        Published = (3.8751e-5, 6.3276e-2),
    };

    /// <summary>All systems.</summary>
    public static IReadOnlyList<ConservativeSystem> All { get; } = [Spring, Pendulum, TwoBody];

    /// <summary>The name on a command line.</summary>
    public string Name { get; }

    /// <summary>The length of the state: positions, then momenta.</summary>
    public int Length { get; }

    /// <summary>The name in a sentence.</summary>
    public required string Title { get; init; }

    /// <summary>The energy as text.</summary>
    public required string Equation { get; init; }

    /// <summary>The energy of a state.</summary>
    public required Func<double[], double> Energy { get; init; }

    /// <summary>The derivative of the state.</summary>
    public required VectorFieldFunction<double> Field { get; init; }

    /// <summary>The number of trajectories, of training and test together.</summary>
    public required int Trajectories { get; init; }

    /// <summary>The times at which a trajectory of the training data is observed.</summary>
    public required IReadOnlyList<double> TrainingTimes { get; init; }

    /// <summary>The times at which the energy of a learned trajectory is compared.</summary>
    public required IReadOnlyList<double> TestTimes { get; init; }

    /// <summary>The share of the observed states that is not learned from.</summary>
    public required double TestShare { get; init; }

    /// <summary>The standard deviation of the noise on observed states; their derivatives are exact.</summary>
    public required double Noise { get; init; }

    /// <summary>The published mean squared errors of the energy, of the Hamiltonian and of the baseline network.</summary>
    public required (double Hamiltonian, double Baseline) Published { get; init; }

    /// <summary>
    /// What the authors' notebook compares where that is not the energy; null where it is. For the pendulum it is <c>q² + p²</c>, which also counts errors of the phase.
    /// </summary>
    public Func<double[], double>? PublishedMeasure { get; init; }

    /// <summary>A state from which a trajectory of the training data starts.</summary>
    internal double[] DrawTraining(RandomSource random) => _drawTraining(random);

    /// <summary>A state from which a learned trajectory is tested.</summary>
    internal double[] DrawTest(RandomSource random) => _drawTest(random);

    /// <summary>The exact trajectory, to about 1e-11.</summary>
    internal double[] Trajectory(double[] start, IReadOnlyList<double> times) => Ode.Solve(
        Field,
        start,
        [.. times],
        new Vern9(),
        new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-11, AbsoluteTolerance = 1e-12 }, DenseOutput = false }).States.ToArray();

    private static double[] Times(double end, int count) => [.. Enumerable.Range(0, count).Select(i => i * end / (count - 1))];

    private static double[] OnCircle(RandomSource random, double least, double greatest)
    {
        double q = (2 * random.NextUniform()) - 1, p = (2 * random.NextUniform()) - 1, radius = least + ((greatest - least) * random.NextUniform());
        double length = Math.Sqrt((q * q) + (p * p));
        return [q / length * radius, p / length * radius];
    }

    private static double[] OffCenter(RandomSource random)
    {
        return [Draw(), Draw()];

        double Draw()
        {
            double x = (1.6 * random.NextUniform()) - 0.8;
            return x + (0.2 * Math.Sign(x));
        }
    }

    /// <summary>One body is where the other one is mirrored; the speed is that of a circular orbit, off by 5 %.</summary>
    private static double[] Orbit(RandomSource random)
    {
        double x = 0.5 + random.NextUniform(), y = 0.5 + random.NextUniform();
        double speed = (1 + (0.05 * random.Normal([1], dtype: DType.Float64).ToScalar())) / (2 * Math.Pow((x * x) + (y * y), 0.75));
        return [x, -x, y, -y, -y * speed, y * speed, x * speed, -x * speed];
    }

    private static double TwoBodyEnergy(double[] z)
    {
        double x = z[0] - z[1], y = z[2] - z[3];
        return (0.5 * ((z[4] * z[4]) + (z[5] * z[5]) + (z[6] * z[6]) + (z[7] * z[7]))) - (1 / Math.Sqrt((x * x) + (y * y)));
    }

    private static void TwoBodyField(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        double x = z[0] - z[1], y = z[2] - z[3], distance = Math.Sqrt((x * x) + (y * y)), force = 1 / (distance * distance * distance);
        z[4..].CopyTo(dz);
        (dz[4], dz[5], dz[6], dz[7]) = (-force * x, force * x, -force * y, force * y);
    }
}
