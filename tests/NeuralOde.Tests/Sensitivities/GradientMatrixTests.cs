using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Sensitivities;

/// <summary>Every method with every solver that it applies to: by initial state, times, input and parameters, forward and backward in time.</summary>
public class GradientMatrixTests
{
    // No step is twice one of the interval before: there a multistep method starts afresh to one side, and its map has a jump.
    private static readonly double[] s_times = [0.2, 0.53, 1.11, 1.5];

    private static readonly Dictionary<bool, double[]> s_references = [];

    public static TheoryData<string> Solvers() => [.. OdeSolver.Names.Where(static x => !OdeSolver.Parse(x).NeedsPositions)];

    public static TheoryData<string, string> AdaptiveSolvers()
    {
        var data = new TheoryData<string, string>();
        foreach (string solver in OdeSolver.Names.Where(static x => OdeSolver.Parse(x) is { IsAdaptive: true, NeedsPositions: false, Order: > 2 }))
        {
            foreach (GradientMethod method in GradientMethod.All.Where(static x => x is not TruncatedAdjoint))
            {
                if (method.Unfit(OdeSolver.Parse(solver), new AdaptiveSteps()) is null)
                {
                    data.Add(solver, method.Name);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(AdaptiveSolvers))]
    public void With_adaptive_steps_every_method_comes_to_the_gradient_of_the_solution(string solver, string method)
    {
        foreach (bool backward in (bool[])[false, true])
        {
            double[] right = Reference(backward);
            double loose = Error(1e-5), tight = Error(1e-8);

            // Errors of steps add up: a hundred tolerances; the direct method reads times off the derivative of dense output, of an order less. They fall with the tolerance,
            // until the reference's own error.
            Assert.True(tight <= (method is "direct" or "auto" ? 3e-6 : 1e-6), FormattableString.Invariant($"{loose:0.0e+0}, {tight:0.0e+0}"));

            // Which method auto takes is measured, so the two errors may be of different ones.
            Assert.True(method is "auto" || tight <= 0.2 * loose || tight <= 1e-8, FormattableString.Invariant($"{loose:0.0e+0}, {tight:0.0e+0}"));

            double Error(double tolerance) => Difference(
                Gradient(OdeSolver.Parse(solver), new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance }, GradientMethod.Parse(method), backward),
                right);
        }
    }

    [Theory]
    [MemberData(nameof(AdaptiveSolvers))]
    public void Spans_and_starts_of_samples_whose_state_is_two_tensors_have_their_gradients(string solver, string method)
    {
        if (solver is not ("tsit5" or "kvaerno5" or "bdf" or "rodas5p"))
        {
            return;
        }

        double[] right = PerSampleGradient(new Vern9(), 1e-12, GradientMethod.Direct);
        double error = Difference(PerSampleGradient(OdeSolver.Parse(solver), 1e-8, GradientMethod.Parse(method)), right);
        Assert.True(error <= 1e-6, FormattableString.Invariant($"{error:0.0e+0}"));
    }

    private static double[] PerSampleGradient(OdeSolver solver, double tolerance, GradientMethod method)
    {
        Mlp network = new(2, [3], 1, Activation.Tanh, new RandomSource(6), DType.Float64);
        var field = new TupleField([1, 1], (t, z) => [z[1] * t.Cos(), network.Forward(Tensor.Concatenate(z, -1)) - z[0]], network);
        var block = new PerSampleOdeBlock(field)
        {
            Solver = solver,
            AdaptiveSteps = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance },
            GradientMethod = method,
        };
        var z0 = Tensor.From([0.3, -0.5, 0.8, 0.1], [2, 2], requiresGradient: true);
        Tensor spans = Tensor.From([1.2, -0.7], [2, 1], requiresGradient: true), starts = Tensor.From([0.1, 0.4], [2, 1], requiresGradient: true);
        Tensor loss = (block.Forward(z0, spans, starts) * Tensor.From([0.7, -1.1, 0.4, 0.9], [2, 2])).Sin().Sum();
        Tensor[] gradients = Gradients.Of(loss, [z0, spans, starts, .. network.Parameters]);
        return [.. gradients.SelectMany(static x => x.ToDoubles())];
    }

    [Theory]
    [MemberData(nameof(Solvers))]
    public void With_fixed_steps_the_direct_gradient_equals_differences_of_the_discrete_map_within_a_budget_too(string name)
    {
        var solver = OdeSolver.Parse(name);
        if (solver is not { TakesFixedSteps: true, HasTranspose: true })
        {
            return;
        }

        var steps = FixedSteps.PerInterval(7);
        foreach (bool backward in (bool[])[false, true])
        {
            double[] direct = Gradient(solver, steps, GradientMethod.Direct, backward);
            Assert.Equal(direct, Gradient(solver, steps, new DirectGradient { MemoryBudget = 6_000 }, backward));
            if (GradientMethod.Forward.Unfit(solver, steps) is null && solver is not Rosenbrock)
            {
                // Steps end on the times and move with them, which the forward gradient does not follow.
                double[] forward = Gradient(solver, steps, new ForwardGradient { Norm = AdjointNorm.Seminorm }, backward);
                Assert.True(Difference([.. forward.Where(IsNoTime)], [.. direct.Where(IsNoTime)]) <= 1e-10);
            }

            if (GradientMethod.Reversible.Unfit(solver, steps) is null)
            {
                Assert.True(Difference(Gradient(solver, steps, GradientMethod.Reversible, backward), direct) <= 1e-10);
            }

            Problem problem = new(backward);
            Random random = new(4);
            double[] direction = [.. direct.Select(_ => (2 * random.NextDouble()) - 1)];
            const double H = 1e-3;

            // A difference of sixth order: its own error is about h⁶, and that of rounding 1e-13.
            double[] at = [.. Enumerable.Range(-3, 7).Select(k => problem.Loss(solver, steps, direction, k * H))];
            double difference = ((at[6] - at[0]) - (9 * (at[5] - at[1])) + (45 * (at[4] - at[2]))) / (60 * H);
            double product = direct.Zip(direction, static (x, y) => x * y).Sum();
            Assert.True(Math.Abs(product - difference) <= 1e-10 * Math.Max(1, Math.Abs(difference)), FormattableString.Invariant($"{product:R} instead of {difference:R}"));
        }
    }

    /// <summary>By initial state, four components, four times, and the rest.</summary>
    private static bool IsNoTime(double value, int index) => index is < 4 or >= 8;

    private static double[] Reference(bool backward)
    {
        lock (s_references)
        {
            if (!s_references.TryGetValue(backward, out double[]? known))
            {
                var steps = new AdaptiveSteps { RelativeTolerance = 1e-12, AbsoluteTolerance = 1e-12 };
                s_references[backward] = known = Gradient(new Vern9(), steps, GradientMethod.Direct, backward);
            }

            return known;
        }
    }

    private static double[] Gradient(OdeSolver solver, StepSizeControl steps, GradientMethod method, bool backward) => new Problem(backward).Gradient(solver, steps, method);

    private static double Difference(double[] x, double[] right) =>
        x.Zip(right, static (a, b) => Math.Abs(a - b)).Max() / right.Max(Math.Abs);

    /// <summary>A loss over a driven network of two rows, with an input, in double.</summary>
    private sealed class Problem
    {
        private readonly Mlp _network = new(3, [5], 2, Activation.Tanh, new RandomSource(2), DType.Float64);
        private readonly VectorField _field;
        private readonly double[] _times;
        private readonly double[] _z0 = new RandomSource(3).Normal([2, 2], dtype: DType.Float64).ToDoubles();
        private readonly double[] _force = [0.7, -0.4];
        private readonly Tensor _weights = new RandomSource(5).Normal([4, 2, 2], dtype: DType.Float64);

        public Problem(bool backward)
        {
            LayerField layer = _network.AsField(TimeInput.Concatenated);
            _field = VectorField.Define((t, z, inputs) => layer.Forward(t, z) + (inputs["force"] * (2 * t).Sin()) - (0.2 * z), layer);
            _times = backward ? [.. s_times.Reverse()] : s_times;
        }

        public double[] Gradient(OdeSolver solver, StepSizeControl steps, GradientMethod method)
        {
            var ode = new OdeBlock(_field) { Solver = solver, Steps = steps, GradientMethod = method };
            Tensor z0 = Tensor.From(_z0, [2, 2], requiresGradient: true), times = Tensor.From(_times, [4], requiresGradient: true);
            var force = Tensor.From(_force, [2], requiresGradient: true);
            ode.Parameters.ClearGradients();
            (ode.Forward(z0, times, new FieldInputs { ["force"] = force }) * _weights).Sum().Backward();
            return [.. z0.Gradient!.ToDoubles(), .. times.Gradient!.ToDoubles(), .. force.Gradient!.ToDoubles(), .. ode.Parameters.SelectMany(static x => x.Gradient!.ToDoubles())];
        }

        public double Loss(OdeSolver solver, StepSizeControl steps, double[] direction, double size)
        {
            using IDisposable scope = GradientMode.Disable();
            var ode = new OdeBlock(_field) { Solver = solver, Steps = steps };
            int start = 0;
            Tensor z0 = Tensor.From(Moved(_z0), [2, 2]), times = Tensor.From(Moved(_times), [4]), force = Tensor.From(Moved(_force), [2]);
            double[][] originals = [.. ode.Parameters.Select(static x => x.ToDoubles())];
            foreach (Parameter parameter in ode.Parameters)
            {
                parameter.SetValues<double>(Moved(parameter.ToDoubles()));
            }

            double loss = (ode.Forward(z0, times, new FieldInputs { ["force"] = force }) * _weights).Sum().ToScalar();
            foreach ((Parameter parameter, double[] original) in ode.Parameters.Zip(originals))
            {
                parameter.SetValues<double>(original);
            }

            return loss;

            double[] Moved(double[] values)
            {
                double[] moved = [.. values.Select((x, i) => x + (size * direction[start + i]))];
                start += values.Length;
                return moved;
            }
        }
    }
}
