namespace NeuralOde.Solvers.Tests;

/// <summary>Transposes of implicit steps that a controller chose: finite differences of the map with the same steps, whose equations are solved to rounding.</summary>
public class ImplicitTransposeTests
{
    private static readonly double[] s_initial = [0.7, -0.4, 0.9];

    public static TheoryData<string, bool> BothWays
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string name in OdeSolver.Names.Where(
                name => SolverNames.SolvesEquations(OdeSolver.Parse(name)) && OdeSolver.Parse(name) is { HasTranspose: true, TakesFixedSteps: true }))
            {
                data.Add(name, true);
                data.Add(name, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public void Transpose_of_adaptive_steps_equals_finite_difference_with_the_steps_held_constant(string name, bool forward)
    {
        var solver = OdeSolver.Parse(name);
        double[] times = forward ? [0.17, 0.9, 1.05, 2.2] : [2.2, 1.05, 0.9, 0.17];
        double tolerance = solver.Order <= 2 ? 1e-6 : 1e-9;
        double[] gradients = [.. Enumerable.Range(0, 12).Select(i => Math.Cos(1.7 * i) + 0.1)];
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(solver, new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance }, 3);
        var recording = new SolveRecording<double>();
        double[] solved = new double[12];
        integrator.Solve(field, s_initial, times, solved, recording).ThrowIfFailed();
        double[] initialGradient = new double[3], timeGradients = new double[4];
        integrator.Transpose(recording, field, gradients, initialGradient, timeGradients);

        var replay = new Integrator<double>(solver, new GivenSteps([.. recording.Times]), 3);
        double Loss(double[] z0, NonlinearField<double> f)
        {
            double[] states = new double[12];
            replay.Solve(f, z0, times, states).ThrowIfFailed();
            return gradients.Zip(states, (g, z) => g * z).Sum();
        }

        // The recorded states satisfy their equations to a share of the tolerance, so that the gradient is that of states nearby.
        double close = 30 * tolerance;
        FiniteDifference.AssertClose(FiniteDifference.Gradient(z0 => Loss(z0, field), s_initial), initialGradient, close);

        // Inner times read the dense output, the outer ones the field.
        double[] slopes = FiniteDifference.Gradient(
            inner =>
            {
                double sum = 0;
                double[] state = new double[3];
                for (int i = 0; i < inner.Length; i++)
                {
                    recording.Interpolate(inner[i], state);
                    sum += state.Select((z, j) => z * gradients[((i + 1) * 3) + j]).Sum();
                }

                return sum;
            },
            times[1..^1],
            epsilon: 1e-5);
        FiniteDifference.AssertClose(slopes, timeGradients[1..^1], 1e-8);
        double[] last = new double[3];
        field.Evaluate(times[^1], solved.AsSpan(9), last);
        Assert.Equal(last.Select((f, j) => f * gradients[9 + j]).Sum(), timeGradients[^1], Math.Max(1e-12, 1e4 * tolerance));
        FiniteDifference.AssertClose(
            FiniteDifference.Gradient(p => Loss(s_initial, new NonlinearField<double> { Parameters = p }), field.Parameters), field.ParameterGradient, close);
    }

    [Fact]
    public void Products_are_few_where_the_Jacobian_is_given()
    {
        // A linear field whose Jacobian is exact needs one product a stage.
        var field = new LinearField(new double[,] { { -1, 0.3 }, { 0.2, -2 } });
        var integrator = new Integrator<double>(new Kvaerno3(), FixedSteps.PerInterval(10), 2);
        var recording = new SolveRecording<double>();
        var problem = new OdeProblem<double>(field) { Jacobian = new Constant() };
        integrator.Solve(problem, [1, 2], [0, 1], new double[4], recording).ThrowIfFailed();
        SolveStatistics statistics = integrator.Transpose(recording, field, [1, 2, 3, 4], new double[2], []);
        Assert.InRange(statistics.VectorJacobianProducts, 31, 62);
    }

    private sealed class Constant : IJacobian<double>
    {
        public void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination)
            => (destination[0, 0], destination[0, 1], destination[1, 0], destination[1, 1]) = (-1, 0.3, 0.2, -2);
    }

    /// <summary>The steps of another solve.</summary>
    private sealed record GivenSteps(double[] Nodes) : StepSizeControl
    {
        public override Tolerances Tolerances => new(1e-6, 1e-9);

        public override StepController CreateController(string parameter) => new Controller(Nodes);

        private sealed class Controller(double[] nodes) : StepController
        {
            private int _next;

            public override bool NeedsError => false;

            public override void Start(double t, double end, double initialStep) => _next = 0;

            public override StepPlan Plan(double t, double stop) => new(nodes[_next + 1], nodes[_next + 1] - nodes[_next], nodes[_next + 1] == stop);

            public override void OnAccepted(in StepPlan plan, in StepAttempt attempt) => _next++;

            public override bool OnRejected(in StepPlan plan, in StepAttempt attempt) => false;
        }
    }
}
