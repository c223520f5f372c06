using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Modules;
using NeuralOde.Optimizers;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Architecture.Tests;

/// <summary>What a user can write, from outside of the library: fields around fields, layers, optimizers.</summary>
public class OwnFieldTests
{
    [Fact]
    public void An_augmented_field_solves_as_the_larger_system_and_all_of_its_parameters_are_learned()
    {
        // Dupont, Doucet, Teh 2019: the state gets further components that start at 0.
        var network = new Mlp(5, [8], 5, random: new RandomSource(1), dtype: DType.Float64);
        var field = new AugmentedField(network.AsField(), 2);
        var ode = new OdeBlock(field);
        var z0 = new Parameter(new RandomSource(2).Normal([4, 3], dtype: DType.Float64));
        Tensor end = field.Strip(ode.Forward(field.Augment(z0), 0, 1).Select(0, 1));
        Tensor larger = new OdeBlock(network.AsField()) { Steps = ode.Steps }.Forward(
            Tensor.Concatenate([z0, Tensor.Zeros([4, 2], DType.Float64)], -1), 0, 1).Select(0, 1).Slice(-1, 0, 3);
        Assert.Equal([4, 3], end.Shape.Lengths.ToArray());

        // The steps differ, since the added components do not count in the error: both are within the tolerance of 1e-5.
        Assert.All(end.ToDoubles().Zip(larger.ToDoubles()), static x => Assert.Equal(x.First, x.Second, 1e-4));
        end.Square().Sum().Backward();
        Assert.Equal(4, ode.Parameters.Count);
        Assert.All(ode.Parameters, static x => Assert.Contains(x.Gradient!.ToDoubles(), static y => y != 0));
        Assert.All(z0.Gradient!.ToDoubles(), static x => Assert.NotEqual(0, x));
    }

    [Fact]
    public void A_rescaled_field_reaches_at_1_what_the_field_reaches_at_its_span()
    {
        var rate = new Parameter(Tensor.From(-0.7), "rate");
        var scaled = new RescaledField(VectorField.Define((t, z) => rate * z * t), start: 1, span: 2);
        var ode = new OdeBlock(scaled) { Steps = new AdaptiveSteps { RelativeTolerance = 1e-10, AbsoluteTolerance = 1e-12 } };
        double end = ode.Forward(Tensor.From([1.5], [1, 1]), 0, 1)[1, 0, 0];

        // z' = a t z from 1 to 3: z = z₀ exp(a (9 - 1) / 2).
        Assert.Equal(1.5 * Math.Exp(-0.7 * 4), end, 1e-8);
        Assert.Same(rate, Assert.Single(ode.Parameters));
    }

    [Fact]
    public void Parameters_that_code_within_a_wrapper_captured_are_those_of_the_code_that_uses_them()
    {
        var a = new Parameter(Tensor.From(-0.5), "a");
        var b = new Parameter(Tensor.From(0.25), "b");
        var first = VectorField.Define((t, z) => a * z);
        var second = VectorField.Define((t, z) => b * z);
        var ode = new OdeBlock(new SumField(first, second));
        Assert.Throws<InvalidOperationException>(() => ode.Save("never.safetensors"));
        ode.Forward(Tensor.From([1.0], [1, 1]), 0, 1);
        Assert.Equal(["field.first.a", "field.second.b"], ode.NamedParameters().Select(static x => x.Name));
        Assert.Same(b, Assert.Single(second.Parameters));
        Assert.Equal(["a", "b"], ode.Parameters.Select(static x => x.Name));
    }

    [Fact]
    public void Modules_within_a_wrapper_follow_it_to_evaluation()
    {
        var dropout = new Dropout(0.5, new RandomSource(1));
        var ode = new OdeBlock(new RescaledField(VectorField.Define((t, z) => dropout.Forward(z)), 0, 1));
        ode.SwitchToEvaluation();
        Assert.Throws<InvalidOperationException>(() => ode.Forward(Tensor.Ones([1, 1]), 0, 1));
        dropout.SwitchToEvaluation();
        ode.Forward(Tensor.Ones([1, 1]), 0, 1);
        ode.SwitchToTraining();
        Assert.True(dropout.IsTraining);
    }

    [Fact]
    public void A_wrapper_that_does_not_register_what_it_wraps_is_refused()
    {
        var ode = new OdeBlock(new ForgetfulField(new LinearField(2)));
        Assert.Contains("AddModule", Assert.Throws<InvalidOperationException>(() => ode.Forward(Tensor.Ones([1, 2]), 0, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Networks_own_layers_and_equations_stand_in_one_sequence_and_an_own_optimizer_moves_them()
    {
        var random = new RandomSource(3);
        var network = new Sequential(
            new Mlp(2, [8], 4, random: random),
            new ScaleLayer(4),
            new OdeLayer(new OdeBlock(new Mlp(5, [6], 4, random: random).AsField(TimeInput.Concatenated))),
            new Linear(4, 1, random: random));
        var optimizer = new SignDescent(network.Parameters, 0.002);
        Tensor x = random.Normal([64, 2]);
        Tensor y = x.Square().Sum([1], keepAxes: true);
        double Step()
        {
            Tensor loss = Loss.MeanSquared(network.Forward(x), y);
            loss.Backward();
            optimizer.Step();
            return loss.ToScalar();
        }

        double first = Step();
        for (int i = 0; i < 200; i++)
        {
            Step();
        }

        Assert.True(Step() < 0.3 * first);
        Assert.Contains("1.scale", network.NamedParameters().Select(static p => p.Name));
        Assert.Contains("2.ode.field.network.layer0.weight", network.NamedParameters().Select(static p => p.Name));
    }

    private sealed class AugmentedField : VectorField
    {
        private readonly VectorField _field;
        private readonly int _added;

        public AugmentedField(VectorField field, int added)
        {
            _field = AddModule("field", field);
            _added = added;
        }

        public Tensor Augment(Tensor z) => Tensor.Concatenate([z, Tensor.Zeros(z.Shape.With(-1, _added), z.DType)], -1);

        public Tensor Strip(Tensor z) => z.Slice(-1, 0, z.Shape[-1] - _added);

        public override Tensor Forward(Tensor t, Tensor z) => _field.Forward(t, z);

        // The added components of one sample count less than those of the state of all: a range of the flat state is what a norm can be.
        public override ErrorNorm? ErrorNormOf(Shape state) => new ErrorNorm(0, state.ElementCount - _added);
    }

    private sealed class RescaledField : VectorField
    {
        private readonly VectorField _field;
        private readonly double _start;
        private readonly double _span;

        public RescaledField(VectorField field, double start, double span)
        {
            _field = AddModule("field", field);
            _start = start;
            _span = span;
        }

        public override Tensor Forward(Tensor t, Tensor z) => _field.Forward(_start + (t * _span), z) * _span;

        public override ErrorNorm? ErrorNormOf(Shape state) => _field.ErrorNormOf(state);
    }

    private sealed class SumField : VectorField
    {
        private readonly VectorField _first;
        private readonly VectorField _second;

        public SumField(VectorField first, VectorField second)
        {
            _first = AddModule("first", first);
            _second = AddModule("second", second);
        }

        public override Tensor Forward(Tensor t, Tensor z) => _first.Forward(t, z) + _second.Forward(t, z);
    }

    private sealed class ForgetfulField(VectorField field) : VectorField
    {
        public override Tensor Forward(Tensor t, Tensor z) => field.Forward(t, z);
    }

    private sealed class ScaleLayer : Layer
    {
        private readonly Parameter _scale;

        public ScaleLayer(int features) => _scale = AddParameter("scale", Tensor.Ones([features]));

        public override Tensor Forward(Tensor x) => x * _scale;
    }

    /// <summary>Moves each value by the sign of its gradient (Riedmiller, Braun 1993, without their adaptation).</summary>
    private sealed class SignDescent(IReadOnlyList<Parameter> parameters, double learningRate) : Optimizer(parameters, learningRate)
    {
        protected override int MemoryCount => 0;

        protected override void Update<T>(Span<T> values, ReadOnlySpan<T> gradient, Span<T> memory)
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] -= T.CreateTruncating(LearningRate * T.Sign(gradient[i]));
            }
        }
    }
}
