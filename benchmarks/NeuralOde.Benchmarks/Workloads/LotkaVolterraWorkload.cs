using NeuralOde.Solvers;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>x' = 1.5 x − x y, y' = x y − 3 y from (1, 1) on [0, 20], in double.</summary>
internal sealed class LotkaVolterraWorkload
{
    private static readonly double[] s_times = [0, 20];
    private static readonly double[] s_initial = [1, 1];
    private readonly StepSizeControl _steps;
    private readonly Integrator<double> _integrator;
    private readonly Equations _field = new();
    private readonly double[] _states = new double[4];

    public LotkaVolterraWorkload(double relativeTolerance)
    {
        _steps = new AdaptiveSteps { RelativeTolerance = relativeTolerance, AbsoluteTolerance = relativeTolerance };
        _integrator = new Integrator<double>(new Tsit5(), _steps, 2);
    }

    public SolveStatistics Statistics { get; private set; }

    /// <summary>The final state only, memory reused.</summary>
    public void Run(int repetitions)
    {
        for (int i = 0; i < repetitions; i++)
        {
            SolveResult result = _integrator.Solve(_field, s_initial, s_times, _states);
            result.ThrowIfFailed();
            Statistics = result.Statistics;
        }
    }

    /// <summary>The simple call with a lambda: everything allocated again, every step kept for dense output.</summary>
    public void RunSimple(int repetitions)
    {
        var options = new OdeOptions { Steps = _steps };
        for (int i = 0; i < repetitions; i++)
        {
            Ode.Solve(
                static (_, z, dz) =>
                {
                    dz[0] = (1.5 * z[0]) - (z[0] * z[1]);
                    dz[1] = (z[0] * z[1]) - (3 * z[1]);
                },
                s_initial,
                0,
                20,
                new Tsit5(),
                options);
        }
    }

    private sealed class Equations : IVectorField<double>
    {
        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
        {
            dz[0] = (1.5 * z[0]) - (z[0] * z[1]);
            dz[1] = (z[0] * z[1]) - (3 * z[1]);
        }
    }
}
