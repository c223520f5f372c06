using NeuralOde.Experiments.Dynamics;

namespace NeuralOde.Experiments.Tests.Dynamics;

public class KnownDynamicsTests
{
    [Fact]
    public void Trajectory_of_the_spiral_equals_its_closed_form()
    {
        // A = −0.1 I + R with R a quarter turn, so z(t) = e^(−0.1 t) rotated by t.
        double[] times = KnownDynamics.Spiral.Times();
        double[] states = KnownDynamics.Spiral.Trajectory(times);
        for (int i = 0; i < times.Length; i++)
        {
            double shrunk = Math.Exp(-0.1 * times[i]);
            (double sine, double cosine) = Math.SinCos(times[i]);

            // The solve has tolerances of 1e-10 a step and some 100 steps along which errors shrink.
            Assert.Equal(shrunk * ((cosine * 0.6) - (sine * 0.3)), states[2 * i], 1e-8);
            Assert.Equal(shrunk * ((sine * 0.6) + (cosine * 0.3)), states[(2 * i) + 1], 1e-8);
        }
    }

    [Fact]
    public void Times_are_equally_spaced_from_zero_to_the_end()
    {
        foreach (KnownDynamics dynamics in KnownDynamics.All)
        {
            double[] times = dynamics.Times();
            Assert.Equal(0, times[0]);
            Assert.Equal(dynamics.End, times[^1]);
            Assert.All(times.Zip(times.Skip(1)), x => Assert.Equal(dynamics.End / (times.Length - 1), x.Second - x.First, 1e-12));
        }
    }

    [Fact]
    public void Euler_data_of_the_published_experiments_are_off_the_truth_as_an_independent_program_says()
    {
        // A few lines of Python in double precision: Euler with ceil(Δt / 0.05) = 4 steps an interval against RK4 with 40.
        Assert.Equal(0.0300574106, EulerError(KnownDynamics.Spiral), 1e-8);
        Assert.Equal(0.1001363305, EulerError(KnownDynamics.Nonlinear), 1e-8);
    }

    private static double EulerError(KnownDynamics dynamics)
    {
        double[] times = dynamics.Times();
        double[] euler = dynamics.Trajectory(times, new Solvers.Euler(), Solvers.FixedSteps.OfLength(0.05));
        return Math.Sqrt(euler.Zip(dynamics.Trajectory(times), (a, b) => (a - b) * (a - b)).Average());
    }
}
