namespace NeuralOde.Solvers.Tests;

/// <summary>Derivatives of states by a few parameters, solved along with the state.</summary>
public class ForwardSensitivityTests
{
    private static readonly double[] s_initial = [0.7, -0.4, 0.9];

    public static TheoryData<string> Transposable => SolverNames.Transposable;

    public static TheoryData<string> Adaptive => SolverNames.Adaptive;

    [Theory]
    [MemberData(nameof(Transposable))]
    public void Sensitivities_are_the_derivatives_of_the_discrete_map_as_the_transposes_are(string name)
    {
        var solver = OdeSolver.Parse(name);
        double[] times = [0.17, 0.5, 1.4, 1.9], gradients = [.. Enumerable.Range(0, 12).Select(i => Math.Cos(1.7 * i) + 0.1)];
        var control = FixedSteps.OfLength(0.06);
        var field = new NonlinearField<double>();
        var recording = new SolveRecording<double>();
        var integrator = new Integrator<double>(solver, control, 3);
        double[] states = new double[12], initial = new double[3];
        integrator.Solve(field, s_initial, times, states, recording).ThrowIfFailed();
        integrator.Transpose(recording, field, gradients, initial, []);
        foreach (bool withJacobian in new[] { false, true })
        {
            ForwardSensitivity<double> sensitivity = Joint(field, withJacobian);
            double[] joint = new double[4 * sensitivity.Length];
            new Integrator<double>(solver, control, sensitivity.Length).Solve(sensitivity.ProblemFor(solver), Initial(sensitivity), times, joint).ThrowIfFailed();
            double[] products = new double[6];
            for (int i = 0; i < 4; i++)
            {
                ReadOnlySpan<double> state = joint.AsSpan(i * sensitivity.Length, sensitivity.Length);
                FiniteDifference.AssertClose(states.AsSpan(3 * i, 3), state[..3], 1e-11);
                for (int k = 0; k < 6; k++)
                {
                    products[k] += Reductions.Dot(sensitivity.Sensitivity(state, k), gradients.AsSpan(3 * i, 3));
                }
            }

            FiniteDifference.AssertClose([.. field.ParameterGradient, .. initial], products, 1e-10);
        }
    }

    [Theory]
    [InlineData("dopri5")]
    [InlineData("tsit5")]
    [InlineData("vern7")]
    public void Out_of_the_error_control_the_steps_are_those_of_the_state_alone(string name)
    {
        var steps = new AdaptiveSteps { RelativeTolerance = 1e-6, AbsoluteTolerance = 1e-6, LimitsAtRest = false };
        double[] times = [0.17, 4], gradients = [0, 0, 0, 1, 2, 3];
        var field = new NonlinearField<double>();
        var recording = new SolveRecording<double>();
        var integrator = new Integrator<double>(OdeSolver.Parse(name), steps, 3);
        double[] initial = new double[3];
        SolveResult alone = integrator.Solve(field, s_initial, times, new double[6], recording);
        integrator.Transpose(recording, field, gradients, initial, []);
        ForwardSensitivity<double> sensitivity = Joint(field, withJacobian: false);
        double[] joint = new double[2 * sensitivity.Length];

        // But for the first step, whose length is chosen by the size of all of the state.
        AdaptiveSteps first = steps with { InitialStep = recording.StepSize(0) };
        var both = new Integrator<double>(OdeSolver.Parse(name), first, sensitivity.Length, errorNorm: sensitivity.StateNorm);
        SolveResult together = both.Solve(sensitivity.ProblemFor(both.Solver), Initial(sensitivity), times, joint);
        Assert.Equal(alone.Statistics.AcceptedSteps, together.Statistics.AcceptedSteps);
        double[] products = [.. Enumerable.Range(0, 6).Select(k => Reductions.Dot(sensitivity.Sensitivity(joint.AsSpan(sensitivity.Length), k), gradients.AsSpan(3)))];
        FiniteDifference.AssertClose([.. field.ParameterGradient, .. initial], products, 1e-10);
        var inControl = new Integrator<double>(OdeSolver.Parse(name), first, sensitivity.Length);
        Assert.True(inControl.Solve(sensitivity.ProblemFor(both.Solver), Initial(sensitivity), times, joint).Statistics.AcceptedSteps > alone.Statistics.AcceptedSteps);
    }

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Sensitivities_of_a_decay_are_those_of_the_closed_form(string name)
    {
        // z' = −r z + c: z = c/r + (z0 − c/r) e^(−r t).
        double rate = 3, source = 2, start = 1.5, t = 1.2, left = Math.Exp(-rate * t);
        var solver = OdeSolver.Parse(name);
        var problem = new OdeProblem<double>((t, z, dz) => dz[0] = (-rate * z[0]) + source);
        var sensitivity = new ForwardSensitivity<double>(
            problem, 1, 3, (t, z, k, d) => d[0] = k == 0 ? -z[0] : k == 1 ? 1 : 0, (t, z, v, d) => d[0] = -rate * v[0]);
        double tolerance = solver.Order <= 3 ? 1e-6 : 1e-9;
        var steps = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance };
        var integrator = new Integrator<double>(solver, steps, sensitivity.Length);
        double[] states = new double[8];
        integrator.Solve(sensitivity.ProblemFor(solver), sensitivity.Initial([start], [0, 0, 1]), [0, t], states).ThrowIfFailed();
        double byRate = (-source / (rate * rate) * (1 - left)) - (t * (start - (source / rate)) * left);
        double[] expected = [(source / rate) + ((start - (source / rate)) * left), byRate, (1 - left) / rate, left];
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(expected[i], states[4 + i], (solver.Order == 1 ? 1000 : 100) * tolerance);
        }
    }

    [Theory]
    [InlineData("bdf")]
    [InlineData("kvaerno5")]
    [InlineData("tr-bdf2")]
    public void Implicit_methods_solve_for_all_sensitivities_with_the_factorizations_of_the_state(string name)
    {
        // The system has ten times as many components, but no matrix of its size is factored.
        var solver = OdeSolver.Parse(name);
        var field = new NonlinearField<double>();
        ForwardSensitivity<double> sensitivity = Joint(field, withJacobian: true);
        int largest = 0;
        var counting = new OdeProblem<double>(field)
        {
            Jacobian = new NonlinearJacobian(field),
            LinearSolver = () => new Counting(length => largest = Math.Max(largest, length)),
        };
        var counted = new ForwardSensitivity<double>(counting, 3, 6, ByParameter);
        var steps = new AdaptiveSteps { RelativeTolerance = 1e-7, AbsoluteTolerance = 1e-7 };
        double[] joint = new double[2 * sensitivity.Length], other = new double[joint.Length];
        new Integrator<double>(solver, steps, counted.Length).Solve(counted.ProblemFor(solver), Initial(counted), [0, 2], joint).ThrowIfFailed();
        new Integrator<double>(solver, steps, counted.Length).Solve(sensitivity.ProblemFor(solver), Initial(counted), [0, 2], other).ThrowIfFailed();
        Assert.Equal(3, largest);
        FiniteDifference.AssertClose(joint, other, 1e-12);
    }

    [Theory]
    [InlineData("rodas5p")]
    [InlineData("adams")]
    [InlineData("bdf")]
    [InlineData("radau5")]
    [InlineData("auto")]
    public void Sensitivities_of_a_nonlinear_solution_approach_the_exact_ones(string name)
    {
        var solver = OdeSolver.Parse(name);
        ForwardSensitivity<double> sensitivity = Joint(new NonlinearField<double>(), withJacobian: true);
        double[] exact = Final(new Vern9(), 1e-12);
        foreach (double tolerance in new[] { 1e-5, 1e-8 })
        {
            FiniteDifference.AssertClose(exact, Final(solver, tolerance), 1000 * tolerance);
        }

        double[] Final(OdeSolver method, double tolerance)
        {
            double[] states = new double[2 * sensitivity.Length];
            var steps = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance };
            new Integrator<double>(method, steps, sensitivity.Length).Solve(sensitivity.ProblemFor(method), Initial(sensitivity), [0.17, 3], states).ThrowIfFailed();
            return states[sensitivity.Length..];
        }
    }

    [Fact]
    public void What_it_cannot_do_says_so()
    {
        var field = new NonlinearField<double>();
        Assert.Throws<ArgumentException>(() => new ForwardSensitivity<double>(new OdeProblem<double>(field), 3, 2, ByParameter));
        var events = new OdeProblem<double>(field) { Events = [new(1.0)] };
        Assert.Throws<NotSupportedException>(() => new ForwardSensitivity<double>(events, 3, 2, ByParameter, Product));
        var sensitivity = new ForwardSensitivity<double>(new OdeProblem<double>(field), 3, 2, ByParameter, Product);
        Assert.Throws<ArgumentException>(() => sensitivity.Initial([1.0]));
        Assert.Throws<ArgumentException>(() => sensitivity.Initial(s_initial, [1.0]));
    }

    private static ForwardSensitivity<double> Joint(NonlinearField<double> field, bool withJacobian)
        => withJacobian
            ? new ForwardSensitivity<double>(new OdeProblem<double>(field) { Jacobian = new NonlinearJacobian(field) }, 3, 6, ByParameter)
            : new ForwardSensitivity<double>(new OdeProblem<double>(field), 3, 6, ByParameter, Product);

    /// <summary>Three parameters, then the three components of the initial state.</summary>
    private static double[] Initial(ForwardSensitivity<double> sensitivity)
        => sensitivity.Initial(s_initial, [.. new double[9], 1, 0, 0, 0, 1, 0, 0, 0, 1]);

    private static void ByParameter(double t, ReadOnlySpan<double> z, int parameter, Span<double> derivative)
    {
        if (parameter < 3)
        {
            derivative[parameter] = parameter switch { 0 => z[1] * Math.Cos(t), 1 => -z[1], _ => -z[2] };
        }
    }

    private static void Product(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> v, Span<double> destination)
    {
        var jacobian = new SquareMatrix<double>(3);
        new NonlinearJacobian(new NonlinearField<double>()).Evaluate(t, z, jacobian);
        jacobian.Multiply(v, destination);
    }

    private sealed class NonlinearJacobian(NonlinearField<double> field) : IJacobian<double>
    {
        public void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination)
        {
            double[] p = field.Parameters;
            destination[0, 1] = p[0] * Math.Cos(t);
            (destination[1, 0], destination[1, 1], destination[1, 2]) = (-Math.Cos(z[0]), -p[1], t / 4);
            (destination[2, 0], destination[2, 1], destination[2, 2]) = (z[1], z[0], -p[2]);
        }
    }

    private sealed class Counting(Action<int> seen) : ILinearSolver<double>
    {
        private readonly LuSolver<double> _inner = new();

        public bool Prepare(SquareMatrix<double> jacobian, SquareMatrix<double>? massMatrix, double gamma)
        {
            seen(jacobian.Length);
            return _inner.Prepare(jacobian, massMatrix, gamma);
        }

        public void Solve(Span<double> b) => _inner.Solve(b);

        public void SolveTransposed(Span<double> b) => _inner.SolveTransposed(b);
    }
}
