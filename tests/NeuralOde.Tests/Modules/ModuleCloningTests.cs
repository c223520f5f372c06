using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Layers.Recurrent;
using NeuralOde.Modules;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Modules;

public class ModuleCloningTests
{
    private static readonly RandomSource s_random = new(4);

    public static TheoryData<string> Layers => [.. Samples.Keys];

    private static Dictionary<string, (Module Module, Func<Module, Tensor> Use)> Samples { get; } = new()
    {
        ["linear"] = Of(new Linear(3, 2, random: s_random), x => x.Forward(Rows)),
        ["linear without bias"] = Of(new Linear(3, 2, bias: false, random: s_random, dtype: DType.Float64), x => x.Forward(Rows.ToDouble())),
        ["mlp"] = Of(new Mlp(3, [5, 4], 3, Activation.Elu, random: s_random), x => x.Forward(Rows)),
        ["mlp with time"] = Of(new Mlp(4, [5], 3, random: s_random).AsField(TimeInput.Concatenated), x => x.Forward(Tensor.Scalar(0.5f), Rows)),
        ["sequential"] = Of(
            new Sequential(
                new Linear(3, 4, random: s_random), new ActivationLayer(Activation.Silu), new LayerNorm(4, 1e-3),
                new ResidualBlock(new Linear(4, 2, random: s_random), new Linear(4, 2, random: s_random))),
            x => x.Forward(Rows)),
        ["images"] = Of(
            new Sequential(
                new Conv2d(2, 4, 3, stride: 2, padding: 1, random: s_random), new GroupNorm(2, 4), new MaxPool2d(2, 1), new BatchNorm(4, 0.3),
                new AveragePool2d(2, 1, 1), new AdaptiveAveragePool2d(2, 1), new Flatten()),
            x => x.Forward(Images)),
        ["time convolution"] = Of(new TimeConcatenatedConv2d(2, 3, 3, padding: 1, random: s_random), x => x.Forward(Tensor.Scalar(0.5f), Images)),
        ["linear field"] = Of(new LinearField(3, s_random), x => x.Forward(Tensor.Scalar(0f), Rows)),
        ["gru"] = Of(new Gru(3, 4, reverse: true, s_random), x => x.Forward(Rows.Unsqueeze(0))),
        ["lstm"] = Of(new Lstm(3, 4, random: s_random), x => x.Forward(Rows.Unsqueeze(0)).States),
        ["ode layer"] = Of(
            new OdeLayer(new OdeBlock(new Mlp(3, [4], 3, random: s_random).AsField()) { Solver = new Euler(), Steps = FixedSteps.PerInterval(4) }, 0, 2), x => x.Forward(Rows)),
        ["ode-rnn"] = Of(
            new OdeRnn(new PerSampleOdeBlock(new Mlp(4, [4], 4, random: s_random).AsField()) { StepCount = 3 }, new GruCell(3, 4, s_random)),
            x => x.Forward(Tensor.Stack([Rows, Rows]), [0, 1])),
        ["user's own"] = Of(new Gated(3, new Mlp(3, [4], 3, random: s_random)), x => x.Forward(Rows)),
    };

    private static Tensor Rows => Tensor.From([0.1f, -0.2f, 0.3f, 1.5f, 0.4f, -0.7f], [2, 3]);

    private static Tensor Images => new RandomSource(2).Normal([2, 6, 6, 2]);

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_clone_computes_the_same_and_shares_nothing(string name)
    {
        (Module module, Func<Module, Tensor> use) = Samples[name];
        use(module);
        double[][] values = [.. All(module).Select(static x => x.ToDoubles())];
        Module clone = module.Clone();
        Assert.Equal(module.GetType(), clone.GetType());
        Assert.Equal(values, All(clone).Select(static x => x.ToDoubles()));
        Assert.Empty(All(module).Intersect(All(clone)));
        Assert.Equal(
            module.NamedParameters().Select(static x => (x.Name, x.Parameter.Shape, x.Parameter.DType)),
            clone.NamedParameters().Select(static x => (x.Name, x.Parameter.Shape, x.Parameter.DType)));
        double[] before = use(module.Clone()).ToDoubles();
        Assert.Equal(before, use(clone).ToDoubles());

        foreach (Parameter parameter in clone.Parameters)
        {
            Fill(parameter, 7);
        }

        Module third = module.Clone();
        Assert.Equal(before, use(third).ToDoubles());
        if (clone.Parameters.Count > 0)
        {
            Assert.NotEqual(before, use(clone).ToDoubles());
        }
    }

    [Fact]
    public void Modes_and_buffers_are_copied()
    {
        var norm = new BatchNorm(3);
        var network = new Sequential(norm, new Sequential(new Dropout(0.5, new RandomSource(3))));
        network.Forward(Rows);
        norm.SwitchToEvaluation();
        Sequential clone = network.Clone();
        Assert.Equal([true, false, true, true], clone.NamedModules().Select(static x => x.Module.IsTraining));
        Assert.NotEqual([0, 0, 0], ((BatchNorm)clone.Layers[0]).RunningMean.ToDoubles());
        Assert.Equal(norm.RunningMean.ToDoubles(), ((BatchNorm)clone.Layers[0]).RunningMean.ToDoubles());

        // The random source of a dropout stands where that of the original stands, and goes on by itself.
        double[] first = network.Forward(Rows).ToDoubles();
        Assert.Equal(first, clone.Forward(Rows).ToDoubles());
    }

    [Fact]
    public void A_module_that_is_used_twice_has_one_clone()
    {
        var shared = new Linear(3, 3, random: s_random);
        Sequential clone = new Sequential(shared, new ActivationLayer(Activation.Tanh), shared).Clone();
        Assert.Same(clone.Layers[0], clone.Layers[2]);
        Assert.Equal(2, clone.Parameters.Count);
    }

    [Fact]
    public void What_is_given_as_code_says_that_it_cannot_be_cloned()
    {
        var network = new Mlp(3, [4], 3, random: s_random);
        var field = VectorField.Define((t, z) => network.Forward(z) - z, network);
        string message = Assert.Throws<NotSupportedException>(() => field.Clone()).Message;
        Assert.Contains("given as code", message, StringComparison.Ordinal);
        Assert.Contains("CopyFrom", message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => new OdeBlock(field).Clone());
        Assert.Throws<NotSupportedException>(() => new Sequential(Layer.Define(x => network.Forward(x), network)).Clone());
        Assert.Throws<NotSupportedException>(() => new TupleField([3], (_, parts) => [network.Forward(parts[0])], network).Clone());
        Assert.Contains("A Closure does not say how it is made again", Assert.Throws<NotSupportedException>(() => new Closure(network).Clone()).Message, StringComparison.Ordinal);

        // Made again as it was made, it takes the values.
        var other = new Mlp(3, [4], 3, random: new RandomSource(9));
        var copy = VectorField.Define((t, z) => other.Forward(z) - z, other);
        copy.CopyFrom(field);
        Assert.Equal(field.Forward(Tensor.Scalar(0f), Rows).ToDoubles(), copy.Forward(Tensor.Scalar(0f), Rows).ToDoubles());
    }

    [Fact]
    public void A_copy_that_is_none_is_told()
    {
        Assert.Contains(
            "shares 'network.layer0.weight'", Assert.Throws<InvalidOperationException>(() => new Sharing(new Mlp(3, [4], 3)).Clone()).Message, StringComparison.Ordinal);
        Assert.Contains("another structure", Assert.Throws<InvalidOperationException>(() => new Growing(2).Clone()).Message, StringComparison.Ordinal);
        Assert.Contains("The copy of a Derived is a Growing", Assert.Throws<InvalidOperationException>(() => new Derived().Clone()).Message, StringComparison.Ordinal);
        var twice = new Linear(2, 2);
        Assert.Contains("held in other places", Assert.Throws<InvalidOperationException>(() => new Untied(twice, twice).Clone()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_same_structure_can_be_copied_from_and_nothing_changes_otherwise()
    {
        var target = new Linear(3, 2, random: s_random);
        double[] before = target.Weight.ToDoubles();
        string message = Assert.Throws<ArgumentException>(() => target.CopyFrom(new Linear(4, 2))).Message;
        Assert.Contains($"the parameter 'weight' ({DType.Float32.Name()} {new Shape([2, 4])}) there", message, StringComparison.Ordinal);
        Assert.Contains("nothing", Assert.Throws<ArgumentException>(() => target.CopyFrom(new Linear(3, 2, bias: false))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => target.CopyFrom(new Linear(3, 2, dtype: DType.Float64)));
        Assert.Equal(before, target.Weight.ToDoubles());
    }

    private static IEnumerable<Parameter> All(Module module) => module.NamedParameters().Concat(module.NamedBuffers()).Select(static x => x.Item2);

    private static void Fill(Parameter parameter, double value)
    {
        if (parameter.DType == DType.Float32)
        {
            parameter.SetValues<float>([.. Enumerable.Range(0, parameter.ElementCount).Select(i => (float)(value / (i + 1)))]);
        }
        else
        {
            parameter.SetValues<double>([.. Enumerable.Range(0, parameter.ElementCount).Select(i => value / (i + 1))]);
        }
    }

    private static (Module, Func<Module, Tensor>) Of<TModule>(TModule module, Func<TModule, Tensor> use)
        where TModule : Module => (module, x => use((TModule)x));

    /// <summary>As a user writes it: a parameter, a buffer and a module of its own.</summary>
    private sealed class Gated : Layer
    {
        private readonly Parameter _gate;
        private readonly Parameter _shift;
        private readonly Mlp _network;

        public Gated(int width, Mlp network)
        {
            _gate = AddParameter("gate", Tensor.Full([width], 0.5));
            _shift = AddBuffer("shift", Tensor.Full([width], 0.25));
            _network = AddModule("network", network);
        }

        public override Tensor Forward(Tensor x) => (_gate * _network.Forward(x)) + _shift;

        protected override Module CreateCopy(ModuleCloner cloner) => new Gated(_gate.ElementCount, cloner.Clone(_network));
    }

    private sealed class Closure : Layer
    {
        private readonly Func<Tensor, Tensor> _function;

        public Closure(Mlp network)
        {
            AddModule("network", network);
            _function = x => network.Forward(x);
        }

        public override Tensor Forward(Tensor x) => _function(x);
    }

    private sealed class Sharing : Module
    {
        private readonly Mlp _network;

        public Sharing(Mlp network) => _network = AddModule("network", network);

        protected override Module CreateCopy(ModuleCloner cloner) => new Sharing(_network);
    }

    private class Growing : Module
    {
        private readonly int _width;

        public Growing(int width)
        {
            _width = width;
            AddParameter("w", Tensor.Ones([width]));
        }

        protected override Module CreateCopy(ModuleCloner cloner) => new Growing(_width + 1);
    }

    private sealed class Derived() : Growing(2);

    private sealed class Untied : Module
    {
        public Untied(Linear a, Linear b)
        {
            AddModule("a", a);
            AddModule("b", b);
        }

        protected override Module CreateCopy(ModuleCloner cloner) => new Untied(new Linear(2, 2), new Linear(2, 2));
    }
}
