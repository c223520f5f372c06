using System.Runtime.CompilerServices;
using NeuralOde.Solvers;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>x' = 1.5 x − x y, y' = x y − 3 y from (1, 1), in double.</summary>
internal sealed class LotkaVolterraWorkload
{
    private static readonly double[] s_initial = [1, 1];
    private readonly double[] _times;
    private readonly StepSizeControl _steps;
    private readonly Integrator<double> _integrator;
    private readonly OdeSolver _solver;
    private readonly IVectorField<double> _field;
    private readonly double[] _states;

    /// <param name="solver">Method.</param>
    /// <param name="tolerance">Relative and absolute tolerance.</param>
    /// <param name="end">Final time; the initial one is 0.</param>
    /// <param name="intervals">Output times are the ends of so many equal intervals.</param>
    /// <param name="isInlined">Whether the field is compiled into the loop over the steps.</param>
    /// <param name="holdFrom">Errors from which steps stay as they are.</param>
    public LotkaVolterraWorkload(OdeSolver solver, double tolerance, double end, int intervals = 1, bool isInlined = false, double? holdFrom = null)
    {
        _field = isInlined ? State2<double>.Field(default(Function)) : new Equations();
        _solver = solver;
        _times = [.. Enumerable.Range(0, intervals + 1).Select(i => end * i / intervals)];
        _states = new double[2 * _times.Length];
        _steps = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance, HoldFrom = holdFrom };
        _integrator = new Integrator<double>(solver, _steps, 2);
    }

    public SolveStatistics Statistics { get; private set; }

    /// <summary>The largest error of the final state, against a solve by a method of order 9 at 1e-14.</summary>
    public double Error
    {
        get
        {
            double[] states = new double[4];
            var exact = new Integrator<double>(new Vern9(), new AdaptiveSteps { RelativeTolerance = 1e-14, AbsoluteTolerance = 1e-14 }, 2);
            exact.Solve(_field, s_initial, [0, _times[^1]], states).ThrowIfFailed();
            return Math.Max(Math.Abs(states[2] - _states[^2]), Math.Abs(states[3] - _states[^1]));
        }
    }

    /// <summary>The states at the output times only, memory reused.</summary>
    public void Run(int repetitions)
    {
        for (int i = 0; i < repetitions; i++)
        {
            SolveResult result = _integrator.Solve(_field, s_initial, _times, _states);
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
                _times[^1],
                _solver,
                options);
        }
    }

    private readonly struct Function : IStateField<State2<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State2<double> Evaluate(double t, State2<double> z) => new((1.5 * z.X) - (z.X * z.Y), (z.X * z.Y) - (3 * z.Y));
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
