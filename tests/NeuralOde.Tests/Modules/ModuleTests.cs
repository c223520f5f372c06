using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Modules;
using NeuralOde.Persistence;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Modules;

public class ModuleTests
{
    [Fact]
    public void Buffers_have_dotted_names_and_are_no_parameters()
    {
        var network = new Sequential(new Linear(3, 2), new Counter(2));
        Assert.Equal(["0.weight", "0.bias", "1.scale"], network.NamedParameters().Select(x => x.Name));
        Assert.Equal(["1.total"], network.NamedBuffers().Select(x => x.Name));
        Assert.Equal("total", network.NamedBuffers().Single().Buffer.Name);
        Assert.Equal(3, network.Parameters.Count);
    }

    [Fact]
    public void Buffers_are_saved_and_loaded_with_the_module()
    {
        using var folder = new TemporaryFolder();
        var saved = new Sequential(new Linear(3, 2), new Counter(2));
        saved.Forward(Tensor.Ones([1, 3]));
        saved.Save(folder.File("m.safetensors"));
        var loaded = new Sequential(new Linear(3, 2), new Counter(2));
        loaded.Load(folder.File("m.safetensors"));
        Assert.NotEqual([0, 0], ((Counter)saved.Layers[1]).Total.ToDoubles());
        Assert.Equal(((Counter)saved.Layers[1]).Total.ToDoubles(), ((Counter)loaded.Layers[1]).Total.ToDoubles());
        new Linear(3, 2).Save(folder.File("small.safetensors"));
        Assert.Throws<SafeTensorsException>(() => loaded.Load(folder.File("small.safetensors")));
    }

    [Fact]
    public void A_snapshot_restores_buffers_too()
    {
        var counter = new Counter(2);
        var snapshot = new NeuralOde.Training.ParameterSnapshot(counter);
        counter.Forward(Tensor.Ones([1, 2]));
        Assert.Equal([1, 1], counter.Total.ToDoubles());
        snapshot.Restore();
        Assert.Equal([0, 0], counter.Total.ToDoubles());
    }

    [Fact]
    public void Training_and_evaluation_reach_all_modules_within()
    {
        var inner = new Counter(2);
        var network = new Sequential(new Linear(2, 2), new ResidualBlock(new Sequential(inner)));
        Assert.True(inner.IsTraining);
        network.SwitchToEvaluation();
        Assert.False(network.IsTraining);
        Assert.False(inner.IsTraining);
        inner.SwitchToTraining();
        Assert.True(inner.IsTraining);
        Assert.False(network.IsTraining);
        network.SwitchToTraining();
        Assert.True(network.IsTraining);
    }

    [Fact]
    public void A_parameter_is_no_buffer_and_a_buffer_no_parameter()
    {
        Assert.Throws<ArgumentException>(() => new Misfit(asBuffer: true));
        Assert.Throws<ArgumentException>(() => new Misfit(asBuffer: false));
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("adjoint")]
    public void A_field_moves_its_buffers_in_forward_evaluations_only_and_not_at_all_in_evaluation(string gradient)
    {
        var counter = new Counter(2);
        foreach (VectorField field in new[] { VectorField.Define((t, z) => counter.Forward(z), counter), VectorField.Define((t, z) => counter.Forward(z)) })
        {
            counter.Total.SetValues<float>([0, 0]);
            var ode = new OdeBlock(field) { Solver = new Euler(), Steps = FixedSteps.OfLength(0.25), GradientMethod = GradientMethod.Parse(gradient) };
            ode.SwitchToTraining();
            double[] expected = [0, 0];
            var times = Tensor.From([0f, 1f], [2], requiresGradient: true);
            for (int round = 0; round < 2; round++)
            {
                float[] z = [1, -2];
                Tensor final = ode.Forward(Tensor.From(z, [1, 2]), times);
                for (int step = 0; step < 4; step++)
                {
                    for (int i = 0; i < 2; i++)
                    {
                        expected[i] += z[i];
                        z[i] += 0.25f * (z[i] * 0.5f);
                    }
                }

                Assert.Equal(expected, counter.Total.ToDoubles());
                final.Sum().Backward();
                Assert.Equal(expected, counter.Total.ToDoubles());

                // In evaluation the field is another function, -z, that counts nothing.
                ode.SwitchToEvaluation();
                Tensor decayed = ode.Forward(Tensor.From([1f, -2f], [1, 2]), 0, 1);
                Assert.Equal(Math.Pow(0.75, 4), decayed[1, 0, 0], 1e-6);
                Assert.Equal(expected, counter.Total.ToDoubles());
                ode.SwitchToTraining();
            }
        }
    }

    [Fact]
    public void A_field_whose_modules_do_not_ask_for_their_mode_is_compiled_once_for_both()
    {
        var ode = new OdeBlock(new Mlp(2, [4], 2).AsField());
        object training = ode.Compile<float>([1, 2]);
        ode.SwitchToEvaluation();
        Assert.Same(training, ode.Compile<float>([1, 2]));
    }

    [Fact]
    public void A_field_whose_modules_ask_for_their_mode_keeps_a_program_for_each()
    {
        var counter = new Counter(2);
        var ode = new OdeBlock(VectorField.Define((t, z) => counter.Forward(z), counter));
        object training = ode.Compile<float>([1, 2]);
        Assert.Same(training, ode.Compile<float>([1, 2]));
        counter.SwitchToEvaluation();
        object evaluation = ode.Compile<float>([1, 2]);
        Assert.NotSame(training, evaluation);
        counter.SwitchToTraining();
        Assert.Same(training, ode.Compile<float>([1, 2]));
    }

    [Fact]
    public void A_field_that_uses_a_module_without_owning_it_is_refused()
    {
        var ode = new OdeBlock(new Thief(new Counter(2)));
        Assert.Contains("Counter", Assert.Throws<InvalidOperationException>(() => ode.Compile<float>([1, 2])).Message);
    }

    /// <summary>Half of its input, adding up what it saw, in training; minus its input in evaluation.</summary>
    private sealed class Counter : Layer
    {
        private readonly Parameter _scale;

        public Counter(int size)
        {
            _scale = AddParameter("scale", Tensor.Full([size], 0.5));
            Total = AddBuffer("total", Tensor.Zeros([size]));
        }

        public Parameter Total { get; }

        public override Tensor Forward(Tensor x)
        {
            if (!IsTraining)
            {
                return -x;
            }

            Total.MoveTowards(Total + x.Sum([0]), 1);
            return x * _scale;
        }
    }

    private sealed class Thief(Counter stolen) : VectorField
    {
        public override Tensor Forward(Tensor t, Tensor z) => stolen.Forward(z);
    }

    private sealed class Misfit : Module
    {
        public Misfit(bool asBuffer)
        {
            if (asBuffer)
            {
                AddBuffer("x", new Parameter(Tensor.From(1.0)));
            }
            else
            {
                AddParameter("x", new Parameter(Tensor.From(1.0), isTrainable: false));
            }
        }
    }
}
