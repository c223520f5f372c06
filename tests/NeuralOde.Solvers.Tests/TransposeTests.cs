namespace NeuralOde.Solvers.Tests;

public class TransposeTests
{
    private static readonly double[] s_initial = [0.7, -0.4, 0.9];

    // Uneven on purpose: several lengths of step, several outputs within one adaptive step, and a last interval shorter than a step before it.
    // No step is close to twice another, where Adams-Bashforth changes its formula and a finite difference would straddle the jump.
    private static readonly double[] s_times = [0.17, 0.5, 0.55, 1.4, 1.45, 1.5, 2.6, 2.72];

    // The equations of an implicit Euler step of 1.1 have no solution (by a scan over the second component of the first and third's elimination).
    private static readonly double[] s_shorter = [0.17, 0.5, 0.55, 1.4, 1.45, 1.5, 1.9, 2.02];

    public static TheoryData<string, bool> AllBothWays => SolverNames.TransposableBothWays;

    public static TheoryData<string, bool> AdaptiveBothWays => SolverNames.AdaptiveRungeKuttaBothWays;

    [Theory]
    [MemberData(nameof(AllBothWays))]
    public void Transpose_of_fixed_steps_equals_finite_difference_of_the_discrete_map(string name, bool forward)
        => Check_fixed(name, FixedSteps.OfLength(0.13), Direct(forward));

    [Theory]
    [MemberData(nameof(AllBothWays))]
    public void Transpose_of_one_step_an_interval_equals_finite_difference_of_the_discrete_map(string name, bool forward)
        => Check_fixed(name, FixedSteps.PerInterval(1), Direct(forward, name == "implicit-euler" ? s_shorter : s_times));

    [Theory]
    [MemberData(nameof(AllBothWays))]
    public void Transpose_of_even_steps_over_one_interval_equals_finite_difference_of_the_discrete_map(string name, bool forward)
        => Check_fixed(name, FixedSteps.PerInterval(11), forward ? [0.17, 2.72] : [2.72, 0.17]);

    [Theory]
    [MemberData(nameof(AdaptiveBothWays))]
    public void Transpose_of_adaptive_steps_equals_finite_difference_with_the_steps_held_constant(string name, bool forward)
    {
        double[] times = Direct(forward);
        double[] gradients = StateGradients(times.Length, 3);
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(OdeSolver.Parse(name), new AdaptiveSteps { RelativeTolerance = 1e-4, AbsoluteTolerance = 1e-5 }, 3);
        var recording = new SolveRecording<double>();
        double[] states = new double[times.Length * 3];
        integrator.Solve(field, s_initial, times, states, recording).ThrowIfFailed();
        ButcherTableau tableau = ((ExplicitRungeKutta)integrator.Solver).Tableau;
        double[] nodes = recording.Times.ToArray();

        FiniteDifference.AssertClose(Replay.Run(tableau, nodes, field, s_initial, times), states, 1e-14);

        double[] initialGradient = new double[3];
        double[] timeGradients = new double[times.Length];
        integrator.Transpose(recording, field, gradients, initialGradient, timeGradients);
        FiniteDifference.AssertClose(
            FiniteDifference.Gradient(z0 => Loss(gradients, Replay.Run(tableau, nodes, field, z0, times)), s_initial), initialGradient);
        FiniteDifference.AssertClose(
            FiniteDifference.Gradient(p => Loss(gradients, Replay.Run(tableau, nodes, new NonlinearField<double> { Parameters = p }, s_initial, times)), field.Parameters),
            field.ParameterGradient);

        // Interior times read the dense output. A smaller shift stays within a step, across whose end the interpolant of some methods has a kink.
        double[] expected = FiniteDifference.Gradient(
            inner => Loss(gradients, DenseOutputs(recording, s_initial, inner, states)), times[1..^1], epsilon: 1e-5);

        // Dense weights in the thousands cancel, which a difference over 1e-5 magnifies.
        FiniteDifference.AssertClose(expected, timeGradients[1..^1], tableau.DenseStageCount > 0 ? 1e-6 : 1e-9);
        Assert.Equal(SlopeProduct(field, times[^1], states[^3..], gradients[^3..]), timeGradients[^1], 1e-13);
        double[] beforeFirst = [.. initialGradient.Zip(gradients, (a, g) => a - g)];
        Assert.Equal(-SlopeProduct(field, times[0], s_initial, beforeFirst), timeGradients[0], 1e-13);
    }

    [Theory]
    [MemberData(nameof(AllBothWays))]
    public void Time_gradients_may_be_left_out(string name, bool forward)
    {
        double[] times = Direct(forward);
        double[] gradients = StateGradients(times.Length, 3);
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(OdeSolver.Parse(name), FixedSteps.OfLength(0.1), 3);
        SolveRecording<double> recording = Record(integrator, field, times);
        double[] with = new double[3];
        double[] without = new double[3];
        integrator.Transpose(recording, field, gradients, with, new double[times.Length]);
        integrator.Transpose(recording, field, gradients, without, []);
        Assert.Equal(with, without);
    }

    [Fact]
    public void Products_are_one_for_each_evaluation_that_the_states_depend_on()
    {
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(new Dopri5(), FixedSteps.PerInterval(10), 3);
        SolveRecording<double> recording = Record(integrator, field, [0, 1, 2]);
        SolveStatistics both = integrator.Transpose(recording, field, StateGradients(3, 3), new double[3], []);

        // Six stages a step: the seventh is the next step's first, and the one at the end reaches no state.
        Assert.Equal(20 * 6, both.VectorJacobianProducts);

        double[] onlyMiddle = StateGradients(3, 3);
        onlyMiddle.AsSpan(6).Clear();
        SolveStatistics half = integrator.Transpose(recording, field, onlyMiddle, new double[3], []);
        Assert.Equal(10 * 6, half.VectorJacobianProducts);

        SolveStatistics none = integrator.Transpose(recording, field, new double[9], new double[3], []);
        Assert.Equal(0, none.VectorJacobianProducts);
    }

    [Theory]
    [MemberData(nameof(AllBothWays))]
    public void Gradient_in_float_equals_gradient_in_double(string name, bool forward)
    {
        double[] times = Direct(forward);
        double[] gradients = StateGradients(times.Length, 39);
        double[] initial = [.. Enumerable.Range(0, 13).SelectMany(i => s_initial.Select(z => z + (0.01 * i)))];
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(OdeSolver.Parse(name), FixedSteps.OfLength(0.1), 39);
        var recording = new SolveRecording<double>();
        integrator.Solve(field, initial, times, new double[times.Length * 39], recording).ThrowIfFailed();
        double[] gradient = new double[39];
        double[] timeGradients = new double[times.Length];
        integrator.Transpose(recording, field, gradients, gradient, timeGradients);

        var single = new Integrator<float>(OdeSolver.Parse(name), FixedSteps.OfLength(0.1), 39);
        var singleRecording = new SolveRecording<float>();
        single.Solve(new NonlinearField<float>(), [.. initial.Select(z => (float)z)], times, new float[times.Length * 39], singleRecording).ThrowIfFailed();
        float[] singleGradient = new float[39];
        double[] singleTimes = new double[times.Length];
        single.Transpose(singleRecording, new NonlinearField<float>(), [.. gradients.Select(g => (float)g)], singleGradient, singleTimes);

        // About 25 steps of a few roundings of 6e-8 each; time gradients divide by a step of 0.05 or more and sum 39 components.
        FiniteDifference.AssertClose(gradient, [.. singleGradient.Select(g => (double)g)], 1e-5);
        FiniteDifference.AssertClose(timeGradients, singleTimes, 1e-4);
    }

    private static void Check_fixed(string name, FixedSteps control, double[] times)
    {
        double[] gradients = StateGradients(times.Length, 3);
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(OdeSolver.Parse(name), control, 3);
        SolveRecording<double> recording = Record(integrator, field, times);
        double[] initialGradient = new double[3];
        double[] timeGradients = new double[times.Length];
        integrator.Transpose(recording, field, gradients, initialGradient, timeGradients);

        FiniteDifference.AssertClose(FiniteDifference.Gradient(z0 => Loss(gradients, Solve(field, z0, times)), s_initial), initialGradient);
        FiniteDifference.AssertClose(
            FiniteDifference.Gradient(p => Loss(gradients, Solve(new NonlinearField<double> { Parameters = p }, s_initial, times)), field.Parameters), field.ParameterGradient);
        FiniteDifference.AssertClose(FiniteDifference.Gradient(ts => Loss(gradients, Solve(field, s_initial, ts)), times), timeGradients);

        double[] Solve(NonlinearField<double> f, double[] z0, double[] ts)
        {
            double[] states = new double[ts.Length * 3];
            integrator.Solve(f.ProblemFor(integrator.Solver), z0, ts, states).ThrowIfFailed();
            return states;
        }
    }

    private static SolveRecording<double> Record(Integrator<double> integrator, NonlinearField<double> field, double[] times)
    {
        var recording = new SolveRecording<double>();
        integrator.Solve(field.ProblemFor(integrator.Solver), s_initial, times, new double[times.Length * 3], recording).ThrowIfFailed();
        return recording;
    }

    private static double[] DenseOutputs(SolveRecording<double> recording, double[] z0, double[] inner, double[] states)
    {
        double[] all = [.. z0, .. new double[inner.Length * 3], .. states[^3..]];
        for (int i = 0; i < inner.Length; i++)
        {
            recording.Interpolate(inner[i], all.AsSpan((i + 1) * 3, 3));
        }

        return all;
    }

    private static double SlopeProduct(NonlinearField<double> field, double t, double[] z, double[] g)
    {
        double[] slope = new double[3];
        field.Evaluate(t, z, slope);
        return slope.Zip(g, (s, d) => s * d).Sum();
    }

    private static double[] Direct(bool forward) => Direct(forward, s_times);

    private static double[] Direct(bool forward, double[] times) => forward ? times : [.. times.Reverse()];

    private static double[] StateGradients(int times, int length) => [.. Enumerable.Range(0, times * length).Select(i => Math.Cos(1.7 * i) + 0.1)];

    private static double Loss(double[] gradients, double[] states) => gradients.Zip(states, (g, z) => g * z).Sum();
}
