namespace NeuralOde.Solvers.Tests;

/// <summary>Gradients through Rosenbrock methods beyond what all methods are held to: where the Jacobian comes from.</summary>
public class RosenbrockTransposeTests
{
    private static readonly double[] s_initial = [0.7, -0.4, 0.9, 0.2, 0.5, -0.8];
    private static readonly double[] s_times = [0.17, 0.9, 1.05, 2.2];
    private static readonly double[] s_gradients = [.. Enumerable.Range(0, 24).Select(static i => Math.Cos(1.7 * i) + 0.1)];

    public static TheoryData<bool, bool, double> Cases => new()
    {
        // Differences of second order have errors of ε^(2/3), times second and third derivatives of about one, and those of first order ε^(1/2).
        { true, true, 1e-8 },
        { true, false, 1e-8 },
        { false, true, 1e-6 },
        { false, false, 1e-6 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Differences_are_differentiated_as_the_Jacobian_is(bool isTight, bool isBanded, double error)
    {
        double tolerance = isTight ? 1e-7 : 1e-4;
        var exact = new NonlinearField<double>();
        var differences = new NonlinearField<double>();
        Bandwidth? band = isBanded ? new Bandwidth(2, 2) : null;
        var steps = GivenSteps.OfLengths(0.11, 0.06, 0.14);
        double[] expected = Gradient(new OdeProblem<double>(exact) { Jacobian = exact, JacobianBandwidth = band }, exact, steps);
        FiniteDifference.AssertClose(expected, Gradient(new OdeProblem<double>(differences) { JacobianBandwidth = band }, differences, steps), 1e-8);
        FiniteDifference.AssertClose(exact.ParameterGradient, differences.ParameterGradient, 1e-8);

        // The controller's steps differ by as much as the errors of the differences change the estimates.
        var adaptive = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance };
        var fresh = new NonlinearField<double>();
        var recording = new SolveRecording<double>();
        var integrator = new Integrator<double>(new Rodas5P(), adaptive, 6);
        integrator.Solve(new OdeProblem<double>(fresh) { JacobianBandwidth = band }, s_initial, s_times, new double[24], recording).ThrowIfFailed();
        double[] gradient = new double[6];
        integrator.Transpose(recording, fresh, s_gradients, gradient, new double[4]);
        var given = new OdeProblem<double>(fresh) { Jacobian = fresh, JacobianBandwidth = band };
        FiniteDifference.AssertClose(Gradient(given, fresh, GivenSteps.At([.. recording.Times[1..]])), gradient, error);
    }

    [Fact]
    public void A_given_Jacobian_needs_a_product_that_knows_its_derivative()
    {
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(new Rodas5P(), new AdaptiveSteps(), 6);
        var recording = new SolveRecording<double>();
        integrator.Solve(new OdeProblem<double>(field) { Jacobian = field }, s_initial, s_times, new double[24], recording).ThrowIfFailed();
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => integrator.Transpose(recording, new OnlyFirst(field), s_gradients, new double[6], []));
        Assert.Contains(nameof(ISecondDerivative<double>), error.Message, StringComparison.Ordinal);
        integrator.Transpose(recording, field, s_gradients, new double[6], []);
    }

    private static double[] Gradient(OdeProblem<double> problem, NonlinearField<double> field, GivenSteps steps)
    {
        var integrator = new Integrator<double>(new Rodas5P(), steps, 6);
        var recording = new SolveRecording<double>();
        integrator.Solve(problem, s_initial, s_times, new double[24], recording).ThrowIfFailed();
        double[] gradient = new double[6];
        integrator.Transpose(recording, field, s_gradients, gradient, []);
        return gradient;
    }

    private sealed class OnlyFirst(NonlinearField<double> field) : IVectorJacobianProduct<double>
    {
        public double Evaluate(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> zGradient) => field.Evaluate(t, z, a, zGradient);
    }
}
