using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Modules;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Optimizers;

public class OptimizerStateTests
{
    public static TheoryData<string, DType> Methods
    {
        get
        {
            var data = new TheoryData<string, DType>();
            foreach (string method in new[] { "adam", "adamw", "rmsprop", "sgd" })
            {
                data.Add(method, DType.Float32);
                data.Add(method, DType.Float64);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Training_that_is_resumed_from_a_file_ends_with_the_same_bits(string method, DType type)
    {
        using var folder = new TemporaryFolder();
        Mlp whole = Network(type);
        Optimizer unbroken = Create(method, whole.Parameters);
        Train(whole, unbroken, 0, 10);

        Mlp first = Network(type);
        Optimizer stopped = Create(method, first.Parameters);
        Train(first, stopped, 0, 4);
        first.Save(folder.File("model.safetensors"));
        SafeTensors.Save(folder.File("optimizer.safetensors"), stopped.SaveState("optimizer."));

        var second = new Mlp(2, [4], 2, random: new RandomSource(99), dtype: type);
        second.Load(folder.File("model.safetensors"));
        Optimizer resumed = Create(method, second.Parameters);
        resumed.LoadState(SafeTensors.Load(folder.File("optimizer.safetensors")).Tensors, "optimizer.");
        Assert.Equal(4, resumed.StepCount);
        Assert.Equal(stopped.LearningRate, resumed.LearningRate);
        Train(second, resumed, 4, 10);
        Assert.Equal(whole.Parameters.Select(x => x.ToDoubles()), second.Parameters.Select(x => x.ToDoubles()));
    }

    [Fact]
    public void Two_parameters_of_one_name_keep_their_memories_apart()
    {
        Parameter[] parameters = [new(Tensor.From(1.0), "x"), new(Tensor.From(2.0), "x")];
        var sgd = new Sgd(parameters, 0.1, 0.9);
        (parameters[0] + parameters[1].Square()).Sum().Backward();
        sgd.Step();
        IReadOnlyList<SafeTensor> state = sgd.SaveState();
        Assert.Equal(["step_count", "learning_rate", "memory.x", "memory.x#2"], state.Select(x => x.Name));
        Assert.Equal([1.0], state[2].ToDoubles());
        Assert.Equal([4.0], state[3].ToDoubles());
    }

    [Fact]
    public void A_state_that_does_not_fit_is_refused_and_nothing_changes()
    {
        var adam = new Adam([new Parameter(Tensor.From(1.0, 2.0), "x")]);
        IReadOnlyList<SafeTensor> state = adam.SaveState();
        Refuse(state.Where(x => x.Name != "step_count"), "step_count");
        Refuse(state.Where(x => x.Name != "memory.x"), "memory.x");
        Refuse([.. state, SafeTensor.Create<double>("memory.y", [1], [1])], "memory.y");
        Refuse([.. state.SkipLast(1), SafeTensor.Create<double>("memory.x", [1, 2], [1, 2])], "[2, 2]");
        Refuse([.. state.SkipLast(1), SafeTensor.Create<float>("memory.x", [1, 2, 3, 4], [2, 2])], "F32");
        Refuse([SafeTensor.Create<long>("step_count", [-1], []), .. state.Skip(1)], "-1");

        void Refuse(IEnumerable<SafeTensor> bad, string reason)
        {
            Assert.Contains(reason, Assert.Throws<SafeTensorsException>(() => adam.LoadState(bad)).Message);
            Assert.Equal(0, adam.StepCount);
            Assert.Equal([0.0, 0, 0, 0], adam.SaveState()[2].ToDoubles());
        }
    }

    private static Mlp Network(DType type) => new(2, [4], 2, random: new RandomSource(1), dtype: type);

    private static Optimizer Create(string method, ParameterList parameters) => method switch
    {
        "adam" => new Adam(parameters, 0.01),
        "adamw" => new AdamW(parameters, 0.01),
        "rmsprop" => new RmsProp(parameters, 0.01),
        _ => new Sgd(parameters, 0.01, 0.9),
    };

    private static void Train(Mlp network, Optimizer optimizer, int from, int to)
    {
        for (int step = from; step < to; step++)
        {
            optimizer.LearningRate = 0.01 * LearningRateSchedule.Cosine().Factor(step / 10.0);
            Tensor x = new RandomSource(step).Normal([8, 2], dtype: network.Parameters[0].DType);
            Loss.MeanSquared(network.Forward(x), x.Square()).Backward();
            optimizer.Step();
        }
    }
}
