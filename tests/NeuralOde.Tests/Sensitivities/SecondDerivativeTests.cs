using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Sensitivities;

/// <summary>Hessian-vector products through a solve, for initial state, parameters and an input together.</summary>
public class SecondDerivativeTests
{
    private static readonly double[] s_times = [0.2, 0.53, 1.11, 1.5];

    public static TheoryData<string> FixedSolvers() =>
        [.. OdeSolver.Names.Where(static x => OdeSolver.Parse(x) is { TakesFixedSteps: true, HasTranspose: true, NeedsPositions: false })];

    public static TheoryData<string> AdaptiveSolvers() =>
        [.. OdeSolver.Names.Where(static x => OdeSolver.Parse(x) is { TakesFixedSteps: true, HasTranspose: true, NeedsPositions: false, IsAdaptive: true })];

    [Theory]
    [MemberData(nameof(FixedSolvers))]
    public void With_fixed_steps_they_are_the_derivatives_of_the_gradient(string name)
    {
        var solver = OdeSolver.Parse(name);
        Problem problem = new(solver, FixedSteps.PerInterval(3));
        CheckAgainstDifferences(problem);
        if (GradientMethod.Reversible.Unfit(solver, FixedSteps.PerInterval(3)) is null)
        {
            CheckAgainstDifferences(new Problem(solver, FixedSteps.PerInterval(3)) { Method = GradientMethod.Reversible });
        }
    }

    [Theory]
    [InlineData("dopri5")]
    [InlineData("kvaerno5")]
    public void With_given_steps_and_dense_output_they_are_the_derivatives_of_the_gradient(string name)
    {
        CheckAgainstDifferences(new Problem(OdeSolver.Parse(name), GivenSteps.OfLengths(0.11, 0.2, 0.3)));
        CheckAgainstDifferences(new Problem(OdeSolver.Parse(name), GivenSteps.OfLengths(0.11, 0.05)) { Method = new DirectGradient { MemoryBudget = 6_000 } });
    }

    [Theory]
    [MemberData(nameof(AdaptiveSolvers))]
    public void With_adaptive_steps_the_Hessian_is_symmetric(string name)
    {
        // For the same steps it is exact, and so symmetric, however loose the tolerance. That of steps chosen anew would not be.
        // Iterations of implicit methods stop at a share of it, and the steps of low order are many.
        var solver = OdeSolver.Parse(name);
        bool isExplicit = solver is ExplicitRungeKutta or StepDoubling;
        double tolerance = isExplicit ? 1e-3 : 1e-6;
        Problem problem = new(solver, new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance }) { Method = new DirectGradient { CheckInterval = 0 } };
        double[] v = problem.Direction(4), w = problem.Direction(5);
        double one = Dot(v, problem.HessianProduct(w)), other = Dot(w, problem.HessianProduct(v));
        Assert.True(Math.Abs(one - other) <= (isExplicit ? 1e-10 : 100 * tolerance) * Math.Abs(one), FormattableString.Invariant($"{one:R}, {other:R}"));
    }

    [Fact]
    public void With_adaptive_steps_they_come_to_the_derivatives_of_the_solution()
    {
        double[] direction = new Problem(new Dopri5(), FixedSteps.PerInterval(1)).Direction(4);
        double[] product = new Problem(new Dopri5(), new AdaptiveSteps { RelativeTolerance = 1e-8, AbsoluteTolerance = 1e-8 }).HessianProduct(direction);
        double[] right = new Problem(new Vern9(), FixedSteps.PerInterval(20)).HessianProduct(direction);
        Assert.True(product.Zip(right, static (x, y) => Math.Abs(x - y)).Max() <= 1e-6 * right.Max(Math.Abs));
    }

    [Fact]
    public void A_single_precision_solve_with_times_in_double_precision_has_them_too()
    {
        // z' = -k (t - s) z from s to s + 2: z = z0 exp(-2 k).
        var rate = new Parameter(Tensor.From([0.3f]), "rate");
        var field = VectorField.Define((t, z, inputs) => -rate * (t - inputs["start"]) * z);
        var ode = new OdeBlock(field) { Steps = new AdaptiveSteps { RelativeTolerance = 1e-6, AbsoluteTolerance = 1e-6 } };
        var start = Tensor.From([1.7e9], [1], requiresGradient: true);
        Tensor states = ode.Forward(Tensor.From([2f]), [1.7e9, 1.7e9 + 2], new FieldInputs { ["start"] = start });
        Tensor end = states.Slice(0, 1, 1).Sum();
        Tensor[] gradient = Gradients.Of(end, [rate, start], createGraph: true);
        double z = 2 * Math.Exp(-0.6);
        Assert.Equal(-2 * z, gradient[0].ToScalar(), 1e-4);
        Assert.Equal(0.6 * z, gradient[1].ToScalar(), 1e-4);
        Assert.Equal(4 * z, Gradients.Of(gradient[0].Sum(), [rate])[0].ToScalar(), 1e-4);

        // d/ds z = 2 k z, so d²/ds² z = (2 k)² z and d²/(dk ds) = (2 - 4 k) z.
        Tensor[] second = Gradients.Of(gradient[1].Sum(), [rate, start]);
        Assert.Equal((2 - 1.2) * z, second[0].ToScalar(), 1e-4);
        Assert.Equal(0.36 * z, second[1].ToScalar(), 1e-4);
    }

    [Theory]
    [InlineData("verlet")]
    [InlineData("yoshida4")]
    public void Symplectic_methods_have_them(string name)
    {
        // q'' = -k sin q: the derivative of the gradient by k, against a difference of it.
        var rate = new Parameter(Tensor.From([1.3]), "rate");
        var ode = new OdeBlock(new SecondOrderField(VectorField.Define((_, q) => -rate * q.Sin()))) { Solver = OdeSolver.Parse(name), Steps = FixedSteps.PerInterval(20) };
        double[] Gradient(double k, bool again, out double second)
        {
            rate.SetValues<double>([k]);
            var z0 = Tensor.From([0.4, 0.2], [1, 2], requiresGradient: true);
            Tensor[] gradient = Gradients.Of(ode.Forward(z0, 0, 2).Square().Sum(), [z0, rate], createGraph: again);
            second = again ? Gradients.Of(gradient[0].Sum() + (2 * gradient[1].Sum()), [rate])[0].ToScalar() : 0;
            return [.. gradient[0].ToDoubles(), .. gradient[1].ToDoubles()];
        }

        _ = Gradient(1.3, again: true, out double product);
        const double H = 1e-4;
        double[] high = Gradient(1.3 + H, again: false, out _), low = Gradient(1.3 - H, again: false, out _);
        double difference = (high[0] + high[1] + (2 * high[2]) - low[0] - low[1] - (2 * low[2])) / (2 * H);
        Assert.Equal(difference, product, 1e-7 * Math.Abs(product));
    }

    [Fact]
    public void What_is_not_available_is_an_error_that_says_what_to_do()
    {
        Check(new Problem(new Dopri5(), new AdaptiveSteps()) { Method = GradientMethod.BacksolveAdjoint }, "GradientMethod.Direct");
        Check(new Problem(new Bdf(), new AdaptiveSteps()), "a method of one formula");
        Check(new Problem(new Dopri5(), new AdaptiveSteps()) { DifferentiatesTimes = true }, "times that require no gradient");

        static void Check(Problem problem, string part)
            => Assert.Contains(part, Assert.Throws<NotSupportedException>(() => problem.HessianProduct(problem.Direction(4))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_that_has_changed_is_an_error()
    {
        var rate = new Parameter(Tensor.From([0.3]), "rate");
        var ode = new OdeBlock(VectorField.Define((t, z) => -rate * z * z));
        Tensor gradient = Gradients.Of(ode.Forward(Tensor.From([2.0]), 0, 1).Sum(), [rate], createGraph: true)[0];
        rate.SetValues<double>([0.4]);
        Assert.Throws<InvalidOperationException>(() => Gradients.Of(gradient, [rate]));
    }

    private static void CheckAgainstDifferences(Problem problem)
    {
        double[] direction = problem.Direction(4), product = problem.HessianProduct(direction);
        const double H = 2e-3;

        // A difference of sixth order: its own error is about h⁶, and that of rounding 1e-13.
        double[][] at = [.. Enumerable.Range(-3, 7).Select(k => problem.Gradient(direction, k * H))];
        for (int i = 0; i < product.Length; i++)
        {
            double difference = ((at[6][i] - at[0][i]) - (9 * (at[5][i] - at[1][i])) + (45 * (at[4][i] - at[2][i]))) / (60 * H);
            Assert.True(Math.Abs(product[i] - difference) <= 1e-9 * product.Max(Math.Abs), FormattableString.Invariant($"{i}: {product[i]:R} instead of {difference:R}"));
        }
    }

    private static double Dot(double[] x, double[] y) => x.Zip(y, static (a, b) => a * b).Sum();

    /// <summary>A loss that is not linear, over a driven network of two rows, with an input, in double.</summary>
    private sealed class Problem
    {
        private readonly Mlp _network = new(3, [4], 2, Activation.Tanh, new RandomSource(2), DType.Float64);
        private readonly VectorField _field;
        private readonly OdeSolver _solver;
        private readonly StepSizeControl _steps;
        private readonly double[] _z0 = new RandomSource(3).Normal([2, 2], dtype: DType.Float64).ToDoubles();
        private readonly double[] _force = [0.7, -0.4];
        private readonly Tensor _weights = new RandomSource(5).Normal([4, 2, 2], dtype: DType.Float64);
        private OdeBlock? _ode;

        public Problem(OdeSolver solver, StepSizeControl steps)
        {
            LayerField layer = _network.AsField(TimeInput.Concatenated);
            _field = VectorField.Define((t, z, inputs) => layer.Forward(t, z) + (inputs["force"] * (2 * t).Sin()) - (0.2 * z), layer);
            (_solver, _steps) = (solver, steps);
        }

        public GradientMethod Method { get; init; } = GradientMethod.Direct;

        public bool DifferentiatesTimes { get; init; }

        private OdeBlock Ode => _ode ??= new OdeBlock(_field) { Solver = _solver, Steps = _steps, GradientMethod = Method };

        public double[] Direction(int seed) =>
            new RandomSource(seed).Uniform([_z0.Length + _force.Length + Ode.Parameters.Sum(static x => x.ElementCount)], -1, 1, DType.Float64).ToDoubles();

        public double[] Gradient(double[] direction, double size) => Flat(Gradients(direction, size, createGraph: false, out _));

        public double[] HessianProduct(double[] direction)
        {
            Tensor[] gradients = Gradients(direction, 0, createGraph: true, out Tensor[] leaves);
            int start = 0;
            Tensor? product = null;
            foreach (Tensor gradient in gradients)
            {
                Tensor part = (gradient * Tensor.From(direction.AsSpan(start, gradient.ElementCount), gradient.Shape)).Sum();
                product = product is null ? part : product + part;
                start += gradient.ElementCount;
            }

            return Flat(NeuralOde.Tensors.Gradients.Of(product!, leaves));
        }

        private Tensor[] Gradients(double[] direction, double size, bool createGraph, out Tensor[] leaves)
        {
            int start = 0;
            Tensor z0 = Tensor.From(Moved(_z0), [2, 2], requiresGradient: true), force = Tensor.From(Moved(_force), [2], requiresGradient: true);
            double[][] originals = [.. Ode.Parameters.Select(static x => x.ToDoubles())];
            if (size != 0)
            {
                foreach (Parameter parameter in Ode.Parameters)
                {
                    parameter.SetValues<double>(Moved(parameter.ToDoubles()));
                }
            }

            var inputs = new FieldInputs { ["force"] = force };
            Tensor states = DifferentiatesTimes ? Ode.Forward(z0, Tensor.From(s_times, [4], requiresGradient: true), inputs) : Ode.Forward(z0, s_times, inputs);
            leaves = [z0, force, .. Ode.Parameters];
            Tensor[] gradients = NeuralOde.Tensors.Gradients.Of(((states * _weights).Sin() + (states * states * _weights)).Sum(), leaves, createGraph);
            if (size != 0)
            {
                foreach ((Parameter parameter, double[] original) in Ode.Parameters.Zip(originals))
                {
                    parameter.SetValues<double>(original);
                }
            }

            return gradients;

            double[] Moved(double[] values)
            {
                double[] moved = [.. values.Select((x, i) => x + (size * direction[start + i]))];
                start += values.Length;
                return moved;
            }
        }

        private static double[] Flat(Tensor[] tensors) => [.. tensors.SelectMany(static x => x.ToDoubles())];
    }
}
