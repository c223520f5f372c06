using NeuralOde.Solvers.Tests.Problems;

namespace NeuralOde.Solvers.Tests;

/// <summary>Adaptive methods for problems that are not stiff, on DETEST.</summary>
public class DetestTests
{
    // Class D are orbits of eccentricities from 0.1 to 0.9, whose phase drifts with any error of the energy. The largest error of SciPy 1.10's DOP853 there, in units of the
    // tolerance (benchmarks/peers/orbits.py); its RK45 and LSODA leave up to 860.
    private const double OrbitPeerAt6 = 176, OrbitPeerAt9 = 74;

    public static TheoryData<string, double> Methods
    {
        get
        {
            var data = new TheoryData<string, double>();
            foreach (string name in (string[])["adams", "auto", "dopri5", "dopri8", "gauss6", "radau5", "tsit5", "vern7", "vern9"])
            {
                data.Add(name, 1e-6);
                data.Add(name, 1e-9);
            }

            // Of lower order, for loose tolerances.
            data.Add("bosh3", 1e-6);
            data.Add("doubled-rk4", 1e-6);
            data.Add("gauss4", 1e-6);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_global_error_is_at_most_a_hundred_times_the_tolerance(string name, double tolerance)
    {
        foreach (Detest problem in Detest.All)
        {
            var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance }, DenseOutput = true };
            OdeSolution<double> solution = Ode.Solve(problem.Field, problem.Initial, 0, Detest.End, OdeSolver.Parse(name), options);
            double bound = problem.Name[0] == 'D' ? 10 * (tolerance == 1e-6 ? OrbitPeerAt6 : OrbitPeerAt9) : 100;
            for (int i = 0; i < problem.Initial.Length; i++)
            {
                // A component's scale is its largest magnitude on the way.
                double scale = 1;
                for (int n = 0; n < solution.Times.Length; n++)
                {
                    scale = Math.Max(scale, Math.Abs(solution.State(n)[i]));
                }

                double error = Math.Abs(solution.FinalState[i] - problem.Reference[i]) / (tolerance * scale);
                Assert.True(error <= bound, $"{problem.Name}, component {i}: {error} tolerances");
            }
        }
    }

    [Fact]
    public void The_set_is_whole()
        => Assert.Equal("ABCDE".SelectMany(c => "12345".Select(i => $"{c}{i}")), Detest.All.Select(problem => problem.Name));

    [Fact]
    public void A_method_of_order_9_near_rounding_agrees_with_the_references()
    {
        var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-14, AbsoluteTolerance = 1e-15 }, DenseOutput = false };
        foreach (Detest problem in Detest.All)
        {
            double[] final = Ode.Solve(problem.Field, problem.Initial, 0, Detest.End, new Vern9(), options).FinalState.ToArray();

            // Round-off of some hundreds of steps, and its growth along the orbits.
            Assert.All(final.Zip(problem.Reference), pair => Assert.Equal(pair.Second, pair.First, 2e-12 * Math.Max(1, Math.Abs(pair.Second))));
        }
    }
}
