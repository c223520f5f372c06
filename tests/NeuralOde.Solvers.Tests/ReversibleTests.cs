namespace NeuralOde.Solvers.Tests;

public class ReversibleTests
{
    [Theory]
    [InlineData("alf")]
    [InlineData("leapfrog")]
    [InlineData("reversible-heun")]
    public void Output_times_within_given_steps_are_differentiated(string name)
    {
        double[] initial = [0.7, -0.4, 0.9], times = [0, 0.35, 0.5, 0.95, 1.4], weights = [.. Enumerable.Range(0, 15).Select(i => Math.Cos(1.7 * i) + 0.1)];
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(OdeSolver.Parse(name), GivenSteps.At(0.2, 0.4, 0.7, 1), 3);
        var recording = new SolveRecording<double>();
        integrator.Solve(field, initial, times, new double[15], recording).ThrowIfFailed();
        double[] gradient = new double[3];
        integrator.Transpose(recording, field, weights, gradient, []);
        FiniteDifference.AssertClose(
            FiniteDifference.Gradient(
                z =>
                {
                    double[] states = new double[15];
                    integrator.Solve(field, z, times, states);
                    return states.Zip(weights, (x, w) => x * w).Sum();
                },
                initial),
            gradient);
    }

    [Fact]
    public void Leapfrog_steps_back_to_where_it_came_from()
    {
        // Two steps from (z0, z1) forward, and the same formula backward from the last two states.
        static double F(double t, double z) => Math.Sin(t) - (z * z);
        OdeSolution<double> forward = Ode.Solve((t, y, dy) => dy[0] = F(t, y[0]), [0.5], 0, 1, new LeapfrogMidpoint(), new OdeOptions { Steps = FixedSteps.PerInterval(50) });
        double next = forward.State(50)[0], now = forward.State(49)[0];
        for (int i = 48; i >= 0; i--)
        {
            (next, now) = (now, next - (2 * 0.02 * F((i + 1) * 0.02, now)));
        }

        Assert.Equal(0.5, now, 1e-12);
    }
}
