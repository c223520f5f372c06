using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Modules;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Fields;

public class HamiltonianFieldTests
{
    private const int Steps = 100_000;

    public static TheoryData<string> Symplectic => [.. OdeSolver.Names.Where(static x => OdeSolver.Parse(x).NeedsPositions)];

    [Fact]
    public void The_field_is_the_rotated_gradient_of_the_energy_eagerly_compiled_and_without_recording()
    {
        // H = 3(1 − cos q) + p², as in Greydanus et al. 2019: q′ = 2p, p′ = −3 sin q.
        var field = HamiltonianField.FromEnergy((q, p) => (3 * (1 - q.Cos())) + p.Square());
        var z = Tensor.From([0.3, -0.7, 1.1, 0.4, -2.0, 0.2], [3, 2]);
        double[] expected = [-1.4, -3 * Math.Sin(0.3), 0.8, -3 * Math.Sin(1.1), 0.4, 3 * Math.Sin(2)];
        FiniteDifference.AssertClose(expected, field.Forward(Tensor.Scalar(0.0), z).ToDoubles(), 1e-14);
        using (GradientMode.Disable())
        {
            Tensor derivative = field.Forward(Tensor.Scalar(0.0), z);
            Assert.False(derivative.RequiresGradient);
            FiniteDifference.AssertClose(expected, derivative.ToDoubles(), 1e-14);
        }

        Assert.True(GradientMode.IsEnabled);
        double[] compiled = new double[6];
        new CompiledField<double>(field, [3, 2]).Evaluate(0, z.AsSpan<double>(), compiled);
        FiniteDifference.AssertClose(expected, compiled, 1e-14);
        FiniteDifference.AssertClose([(3 * (1 - Math.Cos(0.3))) + 0.49], field.Energy(z).ToDoubles()[..1], 1e-14);
    }

    [Fact]
    public void Eagerly_the_field_can_be_differentiated_by_states_and_parameters()
    {
        var network = new Mlp(4, [5], 1, random: new RandomSource(2), dtype: DType.Float64);
        var field = new HamiltonianField(network);
        Tensor weights = new RandomSource(3).Normal([2, 4], dtype: DType.Float64);
        Tensor z = new RandomSource(4).Normal([2, 4], dtype: DType.Float64).WithGradient();
        (field.Forward(Tensor.Scalar(0.0), z) * weights).Sum().Backward();
        double[] parameters = [.. network.Parameters.SelectMany(static x => x.Gradient?.ToDoubles() ?? new double[x.ElementCount])];
        double Loss(double[] at) => (field.Forward(Tensor.Scalar(0.0), Tensor.From(at, [2, 4])) * weights).Sum().ToScalar();
        FiniteDifference.AssertClose(FiniteDifference.Gradient(Loss, z.ToDoubles()), z.Gradient!.ToDoubles());
        double[] differences =
        [
            .. network.Parameters.SelectMany(parameter =>
            {
                double[] original = parameter.ToDoubles();
                double[] result = FiniteDifference.Gradient(
                    values =>
                    {
                        parameter.SetValues<double>(values);
                        return Loss(z.ToDoubles());
                    },
                    original);
                parameter.SetValues<double>(original);
                return result;
            }),
        ];
        FiniteDifference.AssertClose(differences, parameters);
    }

    [Theory]
    [MemberData(nameof(Symplectic))]
    public void Gradients_through_symplectic_steps_of_a_batch_are_those_of_the_discrete_map(string name)
    {
        var solver = OdeSolver.Parse(name);
        foreach (VectorField field in (VectorField[])[SeparableNetworks(), Potential(), Spring()])
        {
            var problem = new GradientProblem(
                field, new RandomSource(5).Normal([3, 4], dtype: DType.Float64), [0, 0.4, 0.5, 1.3], new RandomSource(6).Normal([4, 3, 4], dtype: DType.Float64));
            var steps = FixedSteps.PerInterval(4);
            double[] initial = problem.InitialDifferences(solver, steps), times = problem.TimeDifferences(solver, steps), parameters = problem.ParameterDifferences(solver, steps);
            foreach (GradientMethod method in (GradientMethod[])[GradientMethod.Direct, GradientMethod.Reversible, GradientMethod.Auto])
            {
                (double[] Initial, double[] Times, double[] Parameters) gradient = problem.Gradient(solver, steps, method);
                Close.To(initial, gradient.Initial, 1e-9);
                Close.To(times, gradient.Times, 1e-9);
                Close.To(parameters, gradient.Parameters, 1e-9);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Symplectic))]
    public void Rows_of_a_batch_are_solved_as_they_are_alone(string name)
    {
        var ode = new OdeBlock(Potential()) { Solver = OdeSolver.Parse(name), Steps = FixedSteps.OfLength(0.1) };
        Tensor batch = new RandomSource(7).Normal([3, 4], dtype: DType.Float64);
        double[] together = ode.Forward(batch, 0, 1, 2).ToDoubles();
        for (int row = 0; row < 3; row++)
        {
            double[] alone = ode.Forward(batch.Slice(0, row, 1), 0, 1, 2).ToDoubles();
            for (int time = 0; time < 3; time++)
            {
                FiniteDifference.AssertClose(alone.AsSpan(4 * time, 4), together.AsSpan((12 * time) + (4 * row), 4), 1e-13);
            }
        }
    }

    [Fact]
    public void Symplectic_methods_keep_the_energy_of_a_network_over_a_hundred_thousand_steps_and_Runge_Kutta_does_not()
    {
        var random = new RandomSource(8);
        var general = new HamiltonianField(new Mlp(2, [16], 1, random: random, dtype: DType.Float64));
        var potential = HamiltonianField.Separable(new Confined(new Mlp(1, [16], 1, random: random, dtype: DType.Float64)));
        (double verlet, double verletLate) = Errors(potential, new VelocityVerlet(), 0.1);
        (double yoshida, double yoshidaLate) = Errors(potential, new Yoshida4(), 0.1);
        (double gauss, double gaussLate) = Errors(Bound(general), new GaussLegendre4(), 0.1);
        (_, double euler) = Errors(potential, new Heun(), 0.1);

        // In each, the largest error over the second half is that over the first: nothing accumulates but 1e5 roundings of 1e-16.
        Assert.InRange(verlet, 0, 1e-2);
        Assert.InRange(verletLate, 0, (1.05 * verlet) + 1e-11);
        Assert.InRange(yoshida, 0, 1e-4);
        Assert.InRange(yoshidaLate, 0, (1.05 * yoshida) + 1e-11);
        Assert.InRange(gauss, 0, 1e-4);
        Assert.InRange(gaussLate, 0, (1.05 * gauss) + 1e-11);
        Assert.True(euler > 1, $"Heun's error after {Steps} steps is {euler}.");
    }

    [Fact]
    public void A_clone_has_the_values_and_its_own_parameters()
    {
        HamiltonianField field = SeparableNetworks();
        var copy = (HamiltonianField)field.Clone();
        Tensor z = new RandomSource(9).Normal([3, 4], dtype: DType.Float64);
        Assert.Equal(field.Energy(z).ToDoubles(), copy.Energy(z).ToDoubles());
        Assert.True(copy.IsSeparable);
        Assert.Empty(field.Parameters.Intersect(copy.Parameters));
        var second = (SecondOrderField)Spring().Clone();
        Assert.NotSame(Assert.Single(Spring().Parameters), Assert.Single(second.Parameters));
    }

    [Fact]
    public void What_symplectic_methods_cannot_solve_is_refused_with_what_can()
    {
        var general = new HamiltonianField(new Mlp(2, [4], 1, dtype: DType.Float64));
        var damped = new SecondOrderField(new Mlp(2, [4], 1, dtype: DType.Float64).AsField(), takesVelocities: true);
        foreach (VectorField field in (VectorField[])[general, damped])
        {
            var ode = new OdeBlock(field) { Solver = new VelocityVerlet(), Steps = FixedSteps.OfLength(0.1) };
            string message = Assert.Throws<ArgumentException>(() => ode.Forward(Tensor.From([1.0, 0.0], [1, 2]), 0, 1)).Message;
            Assert.Contains(nameof(HamiltonianField), message, StringComparison.Ordinal);
            Assert.Contains(nameof(GaussLegendre4), message, StringComparison.Ordinal);
        }

        foreach (GradientMethod method in (GradientMethod[])[GradientMethod.BacksolveAdjoint, GradientMethod.TruncatedAdjoint, GradientMethod.InterpolatedAdjoint,
            GradientMethod.GaussAdjoint])
        {
            Assert.NotNull(method.Unfit(new VelocityVerlet()));
            Assert.Null(method.Unfit(new Tsit5()));
        }

        Assert.Null(new BacksolveAdjoint { Solver = new Tsit5() }.Unfit(new VelocityVerlet()));
        Assert.Contains("2n", Assert.Throws<ArgumentException>(() => general.Forward(Tensor.Scalar(0.0), Tensor.From([1.0, 2, 3], [1, 3]))).Message, StringComparison.Ordinal);
        var twoEnergies = new HamiltonianField(new Mlp(2, [4], 2, dtype: DType.Float64));
        Assert.Contains("[1, 1]", Assert.Throws<ArgumentException>(() => twoEnergies.Energy(Tensor.From([1.0, 2], [1, 2]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_sample_of_a_batch_is_solved_over_its_own_span_by_a_symplectic_method()
    {
        VectorField field = Potential();
        var block = new PerSampleOdeBlock(field) { Solver = new Yoshida4(), StepCount = 20 };
        Tensor z0 = new RandomSource(10).Normal([2, 4], dtype: DType.Float64);
        double[] together = block.Forward(z0, Tensor.From([0.7, 1.9], [2, 1])).ToDoubles();
        for (int row = 0; row < 2; row++)
        {
            var alone = new OdeBlock(field) { Solver = new Yoshida4(), Steps = FixedSteps.PerInterval(20) };
            double[] end = alone.Forward(z0.Slice(0, row, 1), 0, row == 0 ? 0.7 : 1.9).ToDoubles()[4..];
            FiniteDifference.AssertClose(end, together.AsSpan(4 * row, 4), 1e-12);
        }
    }

    [Fact]
    public void A_damped_spring_follows_its_closed_form()
    {
        // q″ = −q − 0.2 q′ from rest at 1: e^(−0.1 t)(cos ωt + 0.1/ω sin ωt), ω² = 0.99.
        var field = new SecondOrderField(VectorField.Define((t, z) => -z.Slice(-1, 0, 1) - (0.2 * z.Slice(-1, 1, 1))), takesVelocities: true);
        var ode = new OdeBlock(field) { Steps = new AdaptiveSteps { RelativeTolerance = 1e-11, AbsoluteTolerance = 1e-12 } };
        double omega = Math.Sqrt(0.99), expected = Math.Exp(-0.3) * (Math.Cos(3 * omega) + (0.1 / omega * Math.Sin(3 * omega)));
        Assert.Equal(expected, ode.Forward(Tensor.From([1.0, 0.0], [1, 2]), 0, 3)[1, 0, 0], 1e-9);
    }

    private static HamiltonianField SeparableNetworks()
    {
        var random = new RandomSource(1);
        return HamiltonianField.Separable(
            new Mlp(2, [4], 1, random: random, dtype: DType.Float64), new Mlp(2, [4], 1, random: random, dtype: DType.Float64));
    }

    private static HamiltonianField Potential() => HamiltonianField.Separable(new Mlp(2, [4], 1, random: new RandomSource(2), dtype: DType.Float64));

    private static SecondOrderField Spring() => new(new LinearField(2, new RandomSource(3), dtype: DType.Float64));

    /// <summary>A network's energy beside that of a spring, which keeps orbits within bounds.</summary>
    private static HamiltonianField Bound(HamiltonianField network) =>
        HamiltonianField.FromEnergy((q, p) => network.Energy(Tensor.Concatenate([q, p], -1)) + (0.5 * (q.Square() + p.Square())), network);

    /// <summary>The largest error of the energy over the first and over the second half of the steps.</summary>
    private static (double Early, double Late) Errors(HamiltonianField field, OdeSolver solver, double step)
    {
        using IDisposable scope = GradientMode.Disable();
        var ode = new OdeBlock(field) { Solver = solver, Steps = FixedSteps.OfLength(step) };
        double[] times = [.. Enumerable.Range(0, 1001).Select(i => i * (Steps / 1000) * step)];
        Tensor path = ode.Forward(Tensor.From([1.2, 0.3], [1, 2]), times);
        double[] energies = field.Energy(path).ToDoubles();
        double[] errors = [.. energies.Select(x => Math.Abs(x - energies[0]))];
        return (errors[..500].Max(), errors[500..].Max());
    }

    private sealed class Confined : Layer
    {
        private readonly Mlp _network;

        public Confined(Mlp network) => _network = AddModule("network", network);

        public override Tensor Forward(Tensor x) => _network.Forward(x) + (0.5 * x.Square());
    }
}
