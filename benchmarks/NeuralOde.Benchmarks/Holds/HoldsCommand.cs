using NeuralOde.Benchmarks.Timing;
using NeuralOde.Solvers;
using NeuralOde.Solvers.Tests.Problems;

namespace NeuralOde.Benchmarks.Holds;

/// <summary>What <see cref="AdaptiveSteps.HoldFrom"/> costs and gains on DETEST: evaluations on all of it, time on the problems that are compiled into the loop.</summary>
/// <remarks>
/// At equal errors: the work of a method of order p grows like the error to the power −1/p, so that work · error^(1/p) of two settings is compared at each tolerance, and the
/// geometric mean over problems and tolerances is printed, with its standard error.
/// </remarks>
internal static class HoldsCommand
{
    private const double SmallestError = 1e-14;
    private const int WarmUps = 300;
    private const int Batches = 5;
    private const double BatchNanoseconds = 2e5;

    private static readonly double[] s_holds = [1, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7];
    private static readonly double[] s_tolerances = [.. Enumerable.Range(0, 15).Select(static i => Math.Pow(10, -3 - (0.5 * i)))];

    public static void Run(Clock clock)
    {
        Console.WriteLine("| method | hold from | evaluations | time, compiled into the loop |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach (OdeSolver solver in new OdeSolver[] { new Dopri5(), new Tsit5() })
        {
            (double[] Mean, double[] Error) evaluations = Compare(solver, Detest.All.Select(static x => (x, (IVectorField<double>)new FunctionField(x.Field))), clock: null);
            (double[] Mean, double[] Error) times = Compare(solver, DetestFields.All, clock);
            for (int k = 1; k < s_holds.Length; k++)
            {
                Console.WriteLine(FormattableString.Invariant(
                    $"| {solver.Name} | {s_holds[k]} | {evaluations.Mean[k]:0.000} ± {evaluations.Error[k]:0.000} | {times.Mean[k]:0.000} ± {times.Error[k]:0.000} |"));
            }
        }
    }

    /// <summary>The work of each setting over that of the first, at equal errors; by the clock, or by evaluations where there is none.</summary>
    private static (double[] Mean, double[] Error) Compare(OdeSolver solver, IEnumerable<(Detest Problem, IVectorField<double> Field)> problems, Clock? clock)
    {
        List<double>[] logarithms = Array.ConvertAll(s_holds, static _ => new List<double>());
        foreach ((Detest problem, IVectorField<double> field) in problems)
        {
            foreach (double tolerance in s_tolerances)
            {
                double[] works = Array.ConvertAll(s_holds, hold => Work(solver, problem, field, tolerance, hold, clock));
                for (int k = 0; k < works.Length; k++)
                {
                    logarithms[k].Add(Math.Log(works[k] / works[0]));
                }
            }
        }

        return (
            Array.ConvertAll(logarithms, static x => Math.Exp(x.Average())),
            Array.ConvertAll(logarithms, static x => Math.Sqrt(x.Select(y => Math.Pow(y - x.Average(), 2)).Average() / x.Count)));
    }

    private static double Work(OdeSolver solver, Detest problem, IVectorField<double> field, double tolerance, double hold, Clock? clock)
    {
        int length = problem.Initial.Length;
        var steps = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance, HoldFrom = hold };
        var integrator = new Integrator<double>(solver, steps, length);
        double[] times = [0, Detest.End], states = new double[2 * length];
        SolveStatistics statistics = integrator.Solve(field, problem.Initial, times, states).Statistics;
        double error = SmallestError;
        for (int i = 0; i < length; i++)
        {
            error = Math.Max(error, Math.Abs(states[length + i] - problem.Reference[i]) / Math.Max(1, Math.Abs(problem.Reference[i])));
        }

        double work = clock is null ? statistics.Evaluations : TimeOf(clock, () => _ = integrator.Solve(field, problem.Initial, times, states));
        return work * Math.Pow(error, 1.0 / solver.Order);
    }

    private static double TimeOf(Clock clock, Action solve)
    {
        int repetitions = WarmUps;
        Batch();
        repetitions = 1;
        while (Batch() < BatchNanoseconds)
        {
            repetitions *= 2;
        }

        return Measurement.Of(Enumerable.Range(0, Batches).Select(_ => Batch() / repetitions)).Median;

        double Batch()
        {
            double start = clock.Now();
            for (int i = 0; i < repetitions; i++)
            {
                solve();
            }

            return clock.Now() - start;
        }
    }

    private sealed class FunctionField(VectorFieldFunction<double> function) : IVectorField<double>
    {
        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz) => function(t, z, dz);
    }
}
