using System.Diagnostics;
using NeuralOde.Benchmarks.Timing;
using NeuralOde.Solvers;

namespace NeuralOde.Benchmarks.WorkPrecision;

/// <summary>What a method costs on a problem, from loose tolerances to tight ones.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Points">One per tolerance at which it succeeded: error, nanoseconds, evaluations of the field.</param>
internal sealed record WorkPrecisionCurve(string Method, IReadOnlyList<(double Error, double Time, double Evaluations)> Points)
{
    // Beyond these a method is not for the problem.
    private const int MostSteps = 200_000;
    private const double LongestSolve = 1e8;
    private const double LargestError = 1;
    private const int Batches = 5;
    private const double BatchNanoseconds = 1.5e6;

    // The run time compiles hot code again on a thread of its own, and looks for it every 100 ms.
    private static readonly TimeSpan s_warmUp = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan s_warmUpOfField = TimeSpan.FromMilliseconds(150);
    private static readonly HashSet<string> s_isWarm = [];
    private static readonly double[] s_tolerances = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12];

    /// <summary>Solves at all tolerances; the method's curve ends where it fails or takes too long.</summary>
    public static WorkPrecisionCurve Measure(WorkPrecisionCase x, string method, Clock clock)
    {
        var solver = OdeSolver.Parse(method);
        List<(double, double, double)> points = [];
        double[] states = new double[2 * x.Initial.Length], times = [0, x.End];
        WarmUp(x, solver, s_isWarm.Add(method) ? s_warmUp : s_warmUpOfField);
        foreach (double tolerance in s_tolerances)
        {
            var steps = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance * x.Floor, MaxSteps = MostSteps };
            var integrator = new Integrator<double>(solver, steps, x.Initial.Length);
            double start = clock.Now();
            SolveResult result = integrator.Solve(x.Problem, x.Initial, times, states);
            double first = clock.Now() - start;
            if (result.IsSuccess && x.Error(states[x.Initial.Length..]) is <= LargestError and var error)
            {
                points.Add((Math.Max(error, 1e-16), TimeOf(clock, () => _ = integrator.Solve(x.Problem, x.Initial, times, states)), result.Statistics.Evaluations));
            }

            // A tighter tolerance takes longer still.
            if (result.Status == SolveStatus.StepLimit || first > LongestSolve)
            {
                break;
            }
        }

        return new WorkPrecisionCurve(method, points);
    }

    /// <summary>The time that an error would take, between the points on either side of it; NaN where the method does not reach it.</summary>
    public double TimeAt(double error)
    {
        double best = double.NaN;
        for (int i = 0; i < Points.Count; i++)
        {
            (double reached, double time, _) = Points[i];
            if (reached <= error)
            {
                // The time grows like a power of the error.
                (double before, double timeBefore, _) = i > 0 ? Points[i - 1] : Points[i];
                double share = before > error ? Math.Log(before / error) / Math.Log(before / reached) : 1;
                double at = timeBefore * Math.Pow(time / timeBefore, share);
                best = best < at ? best : at;
            }
        }

        return best;
    }

    private static void WarmUp(WorkPrecisionCase x, OdeSolver solver, TimeSpan time)
    {
        var steps = new AdaptiveSteps { RelativeTolerance = 1e-4, AbsoluteTolerance = 1e-4 * x.Floor, MaxSteps = 1000 };
        var integrator = new Integrator<double>(solver, steps, x.Initial.Length);
        double[] states = new double[2 * x.Initial.Length];
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time;)
        {
            _ = integrator.Solve(x.Problem, x.Initial, [0, x.End], states);
        }
    }

    private static double TimeOf(Clock clock, Action solve)
    {
        int repetitions = 1;
        double Batch()
        {
            double start = clock.Now();
            for (int i = 0; i < repetitions; i++)
            {
                solve();
            }

            return clock.Now() - start;
        }

        for (double time = Batch(); time < BatchNanoseconds; time = Batch())
        {
            repetitions *= 2;
        }

        return Measurement.Of(Enumerable.Range(0, Batches).Select(_ => Batch() / repetitions)).Median;
    }
}
