using System.Numerics;

namespace NeuralOde.Solvers.Tests;

/// <summary>
/// The problems that torchdiffeq tests its solvers with (its tests/problems.py), at the tolerances of its defaults (1e-7 and 1e-9), from 1 to 8 and back, with 10 output times.
/// Its own bounds of the largest relative error are 1e-4, 2e-3 for the linear problem, and 3e-3 and 4e-3 for Bosh3 and Heun; here all are a tenth of that.
/// </summary>
public class TorchdiffeqProblemTests
{
    private const int Points = 10;

    public static TheoryData<string, string, bool, bool> Cases
    {
        get
        {
            var data = new TheoryData<string, string, bool, bool>();
            foreach (string method in (string[])["adams", "auto", "bosh3", "dopri5", "dopri8", "heun", "radau5", "rodas5p", "tsit5", "vern7", "vern9"])
            {
                foreach (string problem in (string[])["constant", "linear", "sine"])
                {
                    foreach (bool forward in (bool[])[true, false])
                    {
                        data.Add(method, problem, forward, true);

                        // Into a Rosenbrock method's formula a Jacobian by differences in float carries their round-off.
                        if (method != "rodas5p")
                        {
                            data.Add(method, problem, forward, false);
                        }
                    }
                }
            }

            return data;
        }
    }

    public static TheoryData<string, bool> FixedCases
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string method in (string[])["euler", "midpoint", "rk4", "rk38", "heun3", "ab5", "abm4"])
            {
                data.Add(method, true);
                data.Add(method, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_error_is_at_most_a_tenth_of_what_torchdiffeq_allows(string method, string problem, bool forward, bool inDouble)
    {
        double allowed = method switch { "heun" => 4e-3, "bosh3" => 3e-3, _ => problem == "linear" ? 2e-3 : 1e-4 };
        var steps = new AdaptiveSteps { RelativeTolerance = 1e-7, AbsoluteTolerance = 1e-9, MaxSteps = 1_000_000 };
        Assert.InRange(inDouble ? Error<double>(method, problem, forward, steps) : Error<float>(method, problem, forward, steps), 0, allowed / 10);
    }

    [Theory]
    [MemberData(nameof(FixedCases))]
    public void Methods_with_fixed_steps_solve_the_constant_problem(string method, bool forward)
    {
        // One step for an interval between outputs, as in torchdiffeq. Its bound is 1e-4; the solution is linear, so that only round-off remains.
        Assert.InRange(Error<double>(method, "constant", forward, FixedSteps.PerInterval(1)), 0, 1e-13);
        Assert.InRange(Error<float>(method, "constant", forward, FixedSteps.PerInterval(1)), 0, 1e-5);
    }

    private static double Error<T>(string method, string name, bool forward, StepSizeControl steps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (VectorFieldFunction<T> field, Func<double, double[]> exact) = name switch
        {
            "constant" => (Constant, (Func<double, double[]>)(t => [(0.2 * t) + 3])),
            "sine" => (Sine, t => [SineAt(t)]),
            _ => ((VectorFieldFunction<T>)Linear, (Func<double, double[]>)LinearAt),
        };
        double[] times = [.. Enumerable.Range(0, Points).Select(i => 1 + (7.0 * i / (Points - 1)))];
        times = forward ? times : [.. times.Reverse()];
        T[] initial = [.. exact(times[0]).Select(T.CreateTruncating)];
        OdeSolution<T> solution = Ode.Solve(field, initial, times, OdeSolver.Parse(method), new OdeOptions { Steps = steps });
        double worst = 0;
        for (int n = 0; n < Points; n++)
        {
            double[] right = exact(times[n]);
            for (int i = 0; i < right.Length; i++)
            {
                worst = Math.Max(worst, Math.Abs((double.CreateTruncating(solution.State(n)[i]) / right[i]) - 1));
            }
        }

        return worst;
    }

    private static void Constant<T>(double t, ReadOnlySpan<T> y, Span<T> dy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T distance = y[0] - T.CreateTruncating((0.2 * t) + 3), square = distance * distance;
        dy[0] = T.CreateTruncating(0.2) + (square * square * distance);
    }

    private static void Sine<T>(double t, ReadOnlySpan<T> y, Span<T> dy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => dy[0] = T.CreateTruncating((2 * double.CreateTruncating(y[0]) / t) + (Math.Pow(t, 4) * Math.Sin(2 * t)) - (t * t) + (4 * t * t * t));

    private static double SineAt(double t)
        => (-0.5 * Math.Pow(t, 4) * Math.Cos(2 * t)) + (0.5 * t * t * t * Math.Sin(2 * t)) + (0.25 * t * t * Math.Cos(2 * t)) - (t * t * t) + (2 * Math.Pow(t, 4))
            + ((Math.PI - 0.25) * t * t);

    /// <summary>Ten components and an antisymmetric matrix, as there; its entries are not random here: A = Σ over five planes of a rotation, mixed by a reflection.</summary>
    private static void Linear<T>(double t, ReadOnlySpan<T> y, Span<T> dy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> inner = stackalloc T[10], turned = stackalloc T[10];
        Reflect(y, inner);
        for (int i = 0; i < 10; i += 2)
        {
            T rate = T.CreateTruncating(Rate(i));
            turned[i] = rate * inner[i + 1];
            turned[i + 1] = -rate * inner[i];
        }

        Reflect<T>(turned, dy);
    }

    /// <summary>exp(A t) times ones.</summary>
    private static double[] LinearAt(double t)
    {
        double[] ones = [.. Enumerable.Repeat(1.0, 10)], inner = new double[10], turned = new double[10], result = new double[10];
        Reflect<double>(ones, inner);
        for (int i = 0; i < 10; i += 2)
        {
            (double sine, double cosine) = Math.SinCos(Rate(i) * t);
            turned[i] = (cosine * inner[i]) + (sine * inner[i + 1]);
            turned[i + 1] = (cosine * inner[i + 1]) - (sine * inner[i]);
        }

        Reflect<double>(turned, result);
        return result;
    }

    // Such that no component comes near 0 at an output time: relative errors are measured.
    private static double Rate(int plane) => 0.03 * (plane + 1);

    /// <summary>Householder's reflection I − 2 v vᵀ / (vᵀ v), v = (1, …, 10): its own inverse, and orthogonal.</summary>
    private static void Reflect<T>(ReadOnlySpan<T> x, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T product = T.Zero;
        for (int i = 0; i < 10; i++)
        {
            product += T.CreateTruncating(i + 1) * x[i];
        }

        T factor = T.CreateTruncating(2.0 / 385) * product;
        for (int i = 0; i < 10; i++)
        {
            destination[i] = x[i] - (factor * T.CreateTruncating(i + 1));
        }
    }
}
