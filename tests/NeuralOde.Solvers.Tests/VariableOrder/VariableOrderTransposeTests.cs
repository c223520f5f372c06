namespace NeuralOde.Solvers.Tests;

/// <summary>Transposes of methods of variable order, with the orders and lengths of the steps as constants.</summary>
public class VariableOrderTransposeTests
{
    private static readonly double[] s_initial = [0.7, -0.4, 0.9];
    private static readonly double[] s_times = [0.17, 0.9, 1.05, 4.2];

    public static TheoryData<string, bool> Methods
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string name in new[] { "bdf", "bdf-2", "adams", "adams-newton", "adams-4" })
            {
                data.Add(name, true);
                data.Add(name, false);
            }

            return data;
        }
    }

    /// <summary>The corrector leaves a share of the tolerance: with a small one the map is the exact one of the recorded orders and lengths.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void Gradient_is_that_of_the_map_with_the_same_orders_and_lengths(string name, bool forward)
    {
        double[] times = forward ? s_times : [.. s_times.Reverse()];
        double[] gradients = [.. Enumerable.Range(0, 12).Select(i => Math.Cos(1.7 * i) + 0.1)];
        var field = new NonlinearField<double>();
        var steps = new AdaptiveSteps { RelativeTolerance = 1e-9, AbsoluteTolerance = 1e-9 };
        var integrator = new Integrator<double>(Method(name), steps, 3);
        var recording = new SolveRecording<double>();
        double[] states = new double[12], initial = new double[3], byTime = new double[4];
        integrator.Solve(field, s_initial, times, states, recording).ThrowIfFailed();
        integrator.Transpose(recording, field, gradients, initial, byTime);

        // Functional iteration solves the same equations, but not to rounding in three iterations.
        var again = new Integrator<double>(Method(name, byNewton: true), new RecordedSteps(recording), 3);
        double Loss(double[] z0, double[] parameters)
        {
            double[] solved = new double[12];
            again.Solve(new NonlinearField<double> { Parameters = parameters }, z0, times, solved).ThrowIfFailed();
            return gradients.Zip(solved, (g, z) => g * z).Sum();
        }

        double[] same = new double[12];
        var exact = new SolveRecording<double>();
        again.Solve(field, s_initial, times, same, exact).ThrowIfFailed();

        // What the corrector leaves in each step, a third of the tolerance at most, adds up.
        FiniteDifference.AssertClose(states, same, 1e-8);
        FiniteDifference.AssertClose(FiniteDifference.Gradient(z0 => Loss(z0, field.Parameters), s_initial), initial, 1e-7);
        FiniteDifference.AssertClose(FiniteDifference.Gradient(p => Loss(s_initial, p), field.Parameters), field.ParameterGradient, 1e-7);
        for (int i = 0; i < 4; i++)
        {
            double[] slope = new double[3];
            field.Evaluate(times[i], states.AsSpan(3 * i, 3), slope);
            double[] by = i == 0 ? [.. initial.Zip(gradients, (a, g) => g - a)] : gradients[(3 * i)..((3 * i) + 3)];
            Assert.Equal(slope.Zip(by, (s, g) => s * g).Sum(), byTime[i], 1e-4);
        }

        // Where the corrector meets the equations to rounding, so does the gradient. Differences of sixth order are as exact as that.
        var exactField = new NonlinearField<double>();
        double[] exactInitial = new double[3];
        again.Transpose(exact, exactField, gradients, exactInitial, []);
        double[] right = [.. Differences(z0 => Loss(z0, field.Parameters), s_initial), .. Differences(p => Loss(s_initial, p), field.Parameters)];
        double[] found = [.. exactInitial, .. exactField.ParameterGradient];
        Assert.Equal(0, found.Zip(right, static (x, y) => Math.Abs(x - y)).Max() / right.Max(Math.Abs), 1e-10);
    }

    /// <summary>Central differences of sixth order.</summary>
    private static double[] Differences(Func<double[], double> function, double[] at)
    {
        const double H = 0.005;
        double[] result = new double[at.Length];
        for (int i = 0; i < at.Length; i++)
        {
            double[] value = [.. Enumerable.Range(-3, 7).Select(k => function([.. at.Select((x, j) => j == i ? x + (k * H) : x)]))];
            result[i] = ((value[6] - value[0]) - (9 * (value[5] - value[1])) + (45 * (value[4] - value[2]))) / (60 * H);
        }

        return result;
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Gradient_approaches_the_exact_one_as_the_tolerance_falls(string name, bool forward)
    {
        double[] times = forward ? [0.17, 4.2] : [4.2, 0.17];
        double[] gradients = [0, 0, 0, 1, 0.5, -0.7], exact = new double[3], exactParameters;
        double[] end = [];
        exactParameters = Gradient(new Vern9(), 1e-13, exact);
        double[] exactState = end;
        foreach (double tolerance in new[] { 1e-4, 1e-6, 1e-8 })
        {
            double[] initial = new double[3], parameters = Gradient(Method(name), tolerance, initial);
            double[] state = end;
            double scale = exact.Concat(exactParameters).Max(Math.Abs);
            double error = initial.Zip(exact, (x, y) => Math.Abs(x - y)).Concat(parameters.Zip(exactParameters, (x, y) => Math.Abs(x - y))).Max() / scale;

            // A hundred tolerances: errors of steps add up. Those of order 2 are thousands, and the solution itself is thousands of tolerances off; its gradient is less so.
            Assert.InRange(error, 0, name == "bdf-2" ? state.Zip(exactState, static (x, y) => Math.Abs(x - y)).Max() : 100 * tolerance);
        }

        double[] Gradient(OdeSolver solver, double tolerance, double[] initial)
        {
            var field = new NonlinearField<double>();
            var integrator = new Integrator<double>(solver, new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance }, 3);
            var recording = new SolveRecording<double>();
            integrator.Solve(field, s_initial, times, new double[6], recording).ThrowIfFailed();
            integrator.Transpose(recording, field, gradients, initial, []);
            end = recording.State(recording.StepCount).ToArray();
            return field.ParameterGradient;
        }
    }

    [Fact]
    public void A_stiff_solution_has_its_gradient()
    {
        // z0' = −1000 (z0 − z1), z1' = −z1: behind the layer z0 = 1000/999 z1.
        var field = new LinearField(new double[,] { { -1000, 1000 }, { 0, -1 } });
        var integrator = new Integrator<double>(new Bdf(), new AdaptiveSteps { RelativeTolerance = 1e-8, AbsoluteTolerance = 1e-10 }, 2);
        var recording = new SolveRecording<double>();
        double[] initial = new double[2];
        integrator.Solve(new OdeProblem<double>(field), [2.0, 1.0], [0, 3], new double[4], recording).ThrowIfFailed();
        integrator.Transpose(recording, field, [0, 0, 1, 0], initial, []);
        Assert.Equal(0, initial[0], 1e-8);
        Assert.Equal(1000.0 / 999 * Math.Exp(-3), initial[1], 1e-7);
    }

    [Fact]
    public void A_mass_matrix_is_refused()
    {
        var mass = new SquareMatrix<double>(1) { [0, 0] = 2 };
        var field = new LinearField(new double[,] { { -1 } });
        var integrator = new Integrator<double>(new Bdf(), new AdaptiveSteps(), 1);
        var recording = new SolveRecording<double>();
        integrator.Solve(new OdeProblem<double>(field) { MassMatrix = mass }, [1.0], [0, 1], new double[2], recording).ThrowIfFailed();
        Assert.Throws<NotSupportedException>(() => integrator.Transpose(recording, field, [0, 1], new double[1], []));
    }

    private static OdeSolver Method(string name, bool byNewton = false)
    {
        MultistepCorrector corrector = byNewton || name == "adams-newton" ? MultistepCorrector.Newton : MultistepCorrector.Functional;
        return name switch
        {
            "bdf" => new Bdf(),
            "bdf-2" => new Bdf(2),
            "adams-4" => new Adams(4, corrector),
            _ => new Adams(corrector: corrector),
        };
    }

    /// <summary>Steps and orders of a recorded solve, at a tolerance that the corrector meets to rounding.</summary>
    private sealed record RecordedSteps(SolveRecording<double> Recording) : StepSizeControl
    {
        public override Tolerances Tolerances => new(1e-13, 1e-13);

        public override StepController CreateController(string parameter) => new Controller(Recording);

        private sealed class Controller(SolveRecording<double> recording) : StepController
        {
            private int _next;

            public override void Start(double t, double end, double initialStep) => _next = 0;

            public override StepPlan Plan(double t, double stop)
            {
                int degree = HistoryChanges.Degree(recording.Tag(_next)) - ((NordsieckStepper<double>)recording.Stepper!).DenseDegrees;
                return new StepPlan(recording.Times[_next + 1], recording.StepSize(_next), recording.Times[_next + 1] == stop, degree);
            }

            public override bool Accepts(in StepAttempt attempt) => attempt.IsComplete;

            public override void OnAccepted(in StepPlan plan, in StepAttempt attempt) => _next++;

            public override bool OnRejected(in StepPlan plan, in StepAttempt attempt) => false;
        }
    }
}
