using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Blocks;

public class EventOdeBlockTests
{
    private static readonly StepSizeControl s_tight = new AdaptiveSteps { RelativeTolerance = 1e-11, AbsoluteTolerance = 1e-11 };

    [Fact]
    public void A_bouncing_ball_has_the_gradients_of_the_closed_form()
    {
        const double Height = 1.3, G = 9.81, E = 0.8;
        var gravity = new Parameter(Tensor.From(G), "gravity");
        var restitution = new Parameter(Tensor.From(E), "restitution");
        var bounce = new FieldEvent(static (_, z) => z.Slice(0, 0, 1))
        {
            Direction = EventDirection.Falling,
            Jump = VectorField.Define((_, z) => z * Tensor.Concatenate([Tensor.From(1.0), -restitution])),
        };
        var ball = new EventOdeBlock(VectorField.Define((_, z) => Tensor.Concatenate([z.Slice(0, 1, 1), -gravity])), bounce) { Steps = s_tight };
        var z0 = Tensor.From([Height, 0.0], [2], requiresGradient: true);
        EventSolution solution = ball.Solve(z0, [0, 1.6]);

        // t1 = √(2 h/g), and t2 = t1 + 2 e v/g with v = g t1, so t2 = t1 (1 + 2 e).
        double t1 = Math.Sqrt(2 * Height / G), t2 = t1 * (1 + (2 * E));
        Assert.Equal([0, 0], solution.EventIndices);
        Assert.Equal(t1, solution.EventTimes[0], 1e-9);
        Assert.Equal(t2, solution.EventTimes[1], 1e-9);
        Assert.Equal(-E * solution.StatesBefore[1, 1], solution.StatesAfter[1, 1], 1e-12);
        Tensor[] first = Gradients.Of(solution.EventTimes.Slice(0, 0, 1), [z0, gravity, restitution]);
        Assert.Equal(t1 / (2 * Height), first[0][0], 1e-7);
        Assert.Equal(-t1 / (2 * G), first[1][0], 1e-7);
        Assert.Equal(0, first[2][0], 1e-12);
        Tensor[] second = Gradients.Of(solution.EventTimes.Slice(0, 1, 1), [z0, gravity, restitution]);
        Assert.Equal(t2 / (2 * Height), second[0][0], 1e-7);
        Assert.Equal(-t2 / (2 * G), second[1][0], 1e-7);
        Assert.Equal(2 * t1, second[2][0], 1e-7);

        // Behind the second bounce: h = w s - g s²/2 with w = e² g t1 and s = T - t2.
        double s = 1.6 - t2, w = E * E * G * t1;
        Tensor[] end = Gradients.Of(solution.States.Slice(0, 1, 1).Reshape([2]).Slice(0, 0, 1), [restitution]);
        Assert.Equal((w * s) - (G * s * s / 2), solution.States[1, 0], 1e-8);
        Assert.Equal((2 * E * G * t1 * s) - ((w - (G * s)) * 2 * t1), end[0][0], 1e-6);
    }

    [Fact]
    public void Doses_have_gradients_by_their_amounts_and_times()
    {
        const double K = 0.7, End = 4;
        var rate = new Parameter(Tensor.From(K), "rate");
        var times = new Parameter(Tensor.From(2.5, 1.0), "times");
        var dose = new FieldEvent(times) { Jump = VectorField.Define(static (_, z, inputs) => z + inputs["dose"]) };
        var block = new EventOdeBlock(VectorField.Define((_, z) => -rate * z), dose) { Steps = s_tight };
        Tensor z0 = Tensor.From([3.0], [1], requiresGradient: true), amount = Tensor.From([1.5], [1], requiresGradient: true);
        EventSolution solution = block.Solve(z0, [0, End], new FieldInputs { ["dose"] = amount });
        double first = Math.Exp(-K * (End - 1)), second = Math.Exp(-K * (End - 2.5)), start = Math.Exp(-K * End);
        Tensor end = solution.States.Slice(0, 1, 1).Sum();
        Assert.Equal((3 * start) + (1.5 * (first + second)), end.ToScalar(), 1e-9);
        Assert.Contains(times, block.Parameters);
        end.Backward();
        Assert.Equal(start, z0.Gradient![0], 1e-8);
        Assert.Equal(first + second, amount.Gradient![0], 1e-8);
        Assert.Equal(K * 1.5 * second, times.Gradient![0], 1e-8);
        Assert.Equal(K * 1.5 * first, times.Gradient![1], 1e-8);
        Assert.Equal((-3 * End * start) - (1.5 * (((End - 1) * first) + ((End - 2.5) * second))), rate.Gradient![0], 1e-7);
    }

    [Fact]
    public void A_threshold_that_ends_the_solve_is_learned_by_the_time()
    {
        const double K = 0.5, Z0 = 2, Threshold = 0.3;
        var rate = new Parameter(Tensor.From(K), "rate");
        var threshold = new Parameter(Tensor.From(Threshold), "threshold");
        var stop = new FieldEvent((_, z) => z - threshold) { IsTerminal = true };
        var block = new EventOdeBlock(VectorField.Define((_, z) => -rate * z), stop) { Steps = s_tight };
        var z0 = Tensor.From([Z0], [1], requiresGradient: true);
        EventSolution solution = block.Solve(z0, [0, 1, 10]);
        double time = Math.Log(Z0 / Threshold) / K;
        Assert.Equal(time, solution.EndTime, 1e-9);
        Assert.Equal(double.NaN, solution.States[2, 0]);
        Tensor[] gradients = Gradients.Of(solution.EventTimes.Sum(), [z0, rate, threshold]);
        Assert.Equal(1 / (K * Z0), gradients[0][0], 1e-8);
        Assert.Equal(-time / K, gradients[1][0], 1e-7);
        Assert.Equal(-1 / (K * Threshold), gradients[2][0], 1e-7);

        // The state there is the threshold, whatever the rest.
        Tensor[] state = Gradients.Of(solution.StatesAfter.Sum(), [z0, rate, threshold]);
        Assert.Equal(0, state[0][0], 1e-9);
        Assert.Equal(0, state[1][0], 1e-9);
        Assert.Equal(1, state[2][0], 1e-8);
    }

    [Theory]
    [InlineData("tsit5")]
    [InlineData("kvaerno5")]
    public void Networks_as_field_function_and_jump_have_gradients_equal_to_differences(string solver)
    {
        Mlp network = new(2, [4], 2, Activation.Tanh, new RandomSource(2), DType.Float64), kick = new(2, [3], 2, Activation.Tanh, new RandomSource(4), DType.Float64);
        Linear surface = new(2, 1, random: new RandomSource(3), dtype: DType.Float64);
        LayerField field = network.AsField();
        FieldEvent[] events =
        [
            new((t, z) => (0.2 * surface.Forward(z).Sum()) + t - 1.3, surface) { Jump = VectorField.Define((t, z, inputs) => z + (inputs["size"] * kick.Forward(z)), kick) },
            new(0.9) { Jump = VectorField.Define((_, z, inputs) => z - (0.5 * inputs["size"])) },
        ];
        var block = new EventOdeBlock(VectorField.Define((t, z) => field.Forward(t, z) + (t * 0.5).Cos(), field), events) { Steps = s_tight, Solver = OdeSolver.Parse(solver) };
        Parameter[] parameters = [.. block.Parameters];
        double[] start = [0.4, -0.6], size = [0.3];
        (double loss, double[] gradient) = Run(start, size);
        double[] point = [.. start, .. size, .. parameters.SelectMany(static x => x.ToDoubles())];
        double[][] originals = [.. parameters.Select(static x => x.ToDoubles())];
        Assert.Equal(point.Length, gradient.Length);
        for (int i = 0; i < point.Length; i++)
        {
            const double H = 1e-5;
            double difference = (At(i, H) - At(i, -H)) / (2 * H);
            Assert.True(Math.Abs(difference - gradient[i]) <= 1e-6 * gradient.Max(Math.Abs), FormattableString.Invariant($"{i}: {gradient[i]:R} instead of {difference:R}"));
        }

        double At(int index, double step)
        {
            double[] moved = [.. point];
            moved[index] += step;
            int at = 3;
            foreach (Parameter parameter in parameters)
            {
                parameter.SetValues<double>(moved.AsSpan(at, parameter.ElementCount));
                at += parameter.ElementCount;
            }

            double value = Run(moved[..2], moved[2..3]).Loss;
            foreach ((Parameter parameter, double[] original) in parameters.Zip(originals))
            {
                parameter.SetValues<double>(original);
            }

            return value;
        }

        (double Loss, double[] Gradient) Run(double[] z, double[] by)
        {
            Tensor z0 = Tensor.From(z, [1, 2], requiresGradient: true), input = Tensor.From(by, [1], requiresGradient: true);
            EventSolution solution = block.Solve(z0, [0, 0.7, 2], new FieldInputs { ["size"] = input });
            Assert.Equal([0, 1], solution.EventIndices.Distinct().Order().ToArray());
            Tensor total = solution.States.Square().Sum() + solution.EventTimes.Sin().Sum() + (solution.StatesAfter * solution.StatesBefore).Sum();
            Tensor[] gradients = Gradients.Of(total, [z0, input, .. parameters]);
            return (total.ToScalar(), [.. gradients.SelectMany(static x => x.ToDoubles())]);
        }
    }

    [Fact]
    public void What_cannot_be_is_said()
    {
        var field = VectorField.Define(static (_, z) => -z);
        Assert.Contains(nameof(OdeBlock), Assert.Throws<ArgumentException>(() => new EventOdeBlock(field)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new EventOdeBlock(field, new FieldEvent(1.0)) { Solver = new VelocityVerlet() });
        Assert.Throws<ArgumentException>(() => new FieldEvent(1.0, 1.0));
        var block = new EventOdeBlock(field, new FieldEvent(static (_, z) => z - 0.5));
        Assert.Contains(
            "Neither the vector field nor an event reads the input 'dose'",
            Assert.Throws<ArgumentException>(() => block.Solve(Tensor.From(1.0), [0, 1], new FieldInputs { ["dose"] = Tensor.From(1.0) })).Message,
            StringComparison.Ordinal);
        Assert.Contains("one number", Assert.Throws<ArgumentException>(() => block.Solve(Tensor.From(1.0, 2.0), [0, 1])).Message, StringComparison.Ordinal);
        Assert.Empty(block.Solve(Tensor.From(1.0), [0, 0.1]).EventIndices);
    }
}
