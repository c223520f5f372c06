namespace NeuralOde.Experiments.Dynamics;

/// <summary>A two-dimensional system whose right-hand side is known, to be learned back from observations of one trajectory.</summary>
/// <param name="name">The name on a command line.</param>
/// <param name="equation">The right-hand side as text.</param>
/// <param name="vectorField">The right-hand side.</param>
/// <param name="initial">The state at time 0.</param>
/// <param name="end">The last time.</param>
/// <param name="count">The number of equally spaced times on <c>[0, end]</c>.</param>
/// <param name="noise">The standard deviation of the observations' noise.</param>
public sealed class KnownDynamics(string name, string equation, VectorFieldFunction<double> vectorField, double[] initial, double end, int count, double noise)
{
    private const double SpiralEnd = 6.29 * 5;

    /// <summary>A spiral towards the origin, <c>z' = A z</c> with eigenvalues −0.1 ± i.</summary>
    public static KnownDynamics Spiral { get; } = new(
        "spiral",
        "z' = A z, A = [[-0.1, -1], [1, -0.1]]",
        static (_, z, dz) =>
        {
            dz[0] = (-0.1 * z[0]) - z[1];
            dz[1] = z[0] - (0.1 * z[1]);
        },
        [0.6, 0.3],
        SpiralEnd,
        200,
        0.01);

    /// <summary>Two linear fields joined by a sigmoid that depends on the side of the plane.</summary>
    public static KnownDynamics Nonlinear { get; } = new(
        "nonlinear",
        "z' = σ(z·x0) A (z − x0) + σ(−z·x0) B (z + x0), A = [[-0.1, -0.5], [0.5, -0.1]], B = [[0.2, 1], [-1, 0.2]], x0 = (-1, 0)",
        static (_, z, dz) =>
        {
            double side = 1 / (1 + Math.Exp(z[0]));
            (double u, double w) = (z[0] + 1, z[0] - 1);
            dz[0] = (side * ((-0.1 * u) - (0.5 * z[1]))) + ((1 - side) * ((0.2 * w) + z[1]));
            dz[1] = (side * ((0.5 * u) - (0.1 * z[1]))) + ((1 - side) * (-w + (0.2 * z[1])));
        },
        [0.6, 0.3],
        SpiralEnd,
        200,
        0.01);

    /// <summary>The system of torchdiffeq's demonstration, <c>z' = A z³</c>, observed without noise.</summary>
    public static KnownDynamics Cubic { get; } = new(
        "cubic",
        "z' = (z³) A, A = [[-0.1, 2], [-2, -0.1]]",
        static (_, z, dz) =>
        {
            double x = z[0] * z[0] * z[0];
            double y = z[1] * z[1] * z[1];
            dz[0] = (-0.1 * x) - (2 * y);
            dz[1] = (2 * x) - (0.1 * y);
        },
        [2, 0],
        25,
        1000,
        0);

    /// <summary>All systems.</summary>
    public static IReadOnlyList<KnownDynamics> All { get; } = [Spiral, Nonlinear, Cubic];

    /// <summary>The systems by the names that a command line gives them.</summary>
    internal static IReadOnlyList<(string Name, KnownDynamics System)> Choices { get; } = [.. All.Select(static x => (x.Name, x))];

    /// <summary>The name on a command line.</summary>
    public string Name => name;

    /// <summary>The right-hand side as text.</summary>
    public string Equation => equation;

    /// <summary>The right-hand side.</summary>
    public VectorFieldFunction<double> Field => vectorField;

    /// <summary>The state at time 0.</summary>
    public IReadOnlyList<double> Initial => initial;

    /// <summary>The last time.</summary>
    public double End => end;

    /// <summary>The standard deviation of the observations' noise.</summary>
    public double Noise => noise;

    /// <summary>The times of the observations, equally spaced from 0 to <see cref="End"/>.</summary>
    /// <returns>A new array.</returns>
    public double[] Times() => [.. Enumerable.Range(0, count).Select(i => i * end / (count - 1))];

    /// <summary>The exact trajectory, to about 1e-9 (relative and absolute tolerance 1e-10), or by another method where the published data came from one.</summary>
    /// <param name="times">When.</param>
    /// <param name="solver">The method; adaptive Tsit5 at 1e-10 if not given.</param>
    /// <param name="steps">Its steps.</param>
    /// <returns>States, <c>[times, 2]</c> row-major.</returns>
    public double[] Trajectory(double[] times, OdeSolver? solver = null, StepSizeControl? steps = null) => Solve(initial, times, solver, steps);

    /// <summary>The exact trajectory from any state at the first time.</summary>
    internal double[] TrajectoryFrom(double[] start, double[] times) => Solve(start, times, null, null);

    private double[] Solve(double[] start, double[] times, OdeSolver? solver, StepSizeControl? steps)
    {
        var integrator = new Integrator<double>(solver ?? new Tsit5(), steps ?? new AdaptiveSteps { RelativeTolerance = 1e-10, AbsoluteTolerance = 1e-10 }, 2);
        double[] states = new double[times.Length * 2];
        integrator.Solve(new Adapter(vectorField), start, times, states).ThrowIfFailed();
        return states;
    }

    /// <summary>Noisy observations of a trajectory.</summary>
    /// <param name="trajectory">Exact states.</param>
    /// <param name="random">Where the noise comes from.</param>
    /// <returns>States with noise of deviation <see cref="Noise"/>.</returns>
    public float[] Observe(double[] trajectory, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        ArgumentNullException.ThrowIfNull(random);
        double[] draws = new double[trajectory.Length];
        random.FillNormal<double>(draws);
        return [.. trajectory.Zip(draws, (z, e) => (float)(z + (noise * e)))];
    }

    private sealed class Adapter(VectorFieldFunction<double> function) : IVectorField<double>
    {
        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz) => function(t, z, dz);
    }
}
