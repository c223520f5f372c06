using NeuralOde.Layers;
using NeuralOde.Optimizers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Optimizers;

/// <summary>Several losses, several optimizers: what a user of PyTorch expects.</summary>
public class OptimizerGradientTests
{
    [Fact]
    public void Gradients_of_two_losses_add_up_until_a_step()
    {
        var p = new Parameter(Tensor.From(2.0), "p");
        var sgd = new Sgd([p], 0.1);
        p.Square().Sum().Backward();
        (3.0 * p).Sum().Backward();
        Assert.Equal(7, p.Gradient!.ToScalar());
        sgd.Step();
        Assert.Equal(2 - 0.7, p.ToScalar(), 1e-15);
        Assert.False(p.HasGradient);
    }

    [Fact]
    public void A_parameter_that_a_loss_does_not_reach_stays_and_so_does_its_memory()
    {
        foreach (Func<IReadOnlyList<Parameter>, Optimizer> make in (Func<IReadOnlyList<Parameter>, Optimizer>[])
            [x => new Adam(x, 0.1), x => new AdamW(x, 0.1), x => new RmsProp(x, 0.1), x => new Sgd(x, 0.1, 0.9)])
        {
            var p = new Parameter(Tensor.From(2.0), "p");
            var q = new Parameter(Tensor.From(3.0), "q");
            Optimizer optimizer = make([p, q]);
            (p.Square() + q.Square()).Sum().Backward();
            optimizer.Step();
            double q1 = q.ToScalar();
            double[] memory = optimizer.SaveState().Single(x => x.Name == "memory.q").ToDoubles();
            p.Square().Sum().Backward();
            optimizer.Step();
            Assert.Equal(q1, q.ToScalar());
            Assert.Equal(memory, optimizer.SaveState().Single(x => x.Name == "memory.q").ToDoubles());
        }
    }

    [Fact]
    public void Two_optimizers_of_their_own_parameters_keep_apart()
    {
        var p = new Parameter(Tensor.From(2.0), "p");
        var q = new Parameter(Tensor.From(3.0), "q");
        Sgd first = new([p], 0.1), second = new([q], 0.1);
        (p * q).Sum().Backward();
        first.Step();
        Assert.Equal(3, q.ToScalar());
        Assert.Equal(2, q.Gradient!.ToScalar());
        second.Step();
        Assert.Equal(3 - 0.2, q.ToScalar(), 1e-15);
    }

    [Fact]
    public void Two_optimizers_of_the_same_parameters_both_move_them_where_the_first_keeps_the_gradients()
    {
        var p = new Parameter(Tensor.From(2.0), "p");
        Sgd first = new([p], 0.1), second = new([p], 0.01);
        p.Square().Sum().Backward();
        first.Step(keepGradients: true);
        second.Step();
        Assert.Equal(2 - 0.4 - 0.04, p.ToScalar(), 1e-15);
        p.Square().Sum().Backward();
        first.Step();
        Assert.Contains("keepGradients", Assert.Throws<InvalidOperationException>(() => second.Step()).Message, StringComparison.Ordinal);
        Assert.Equal(1, second.StepCount);
    }

    [Fact]
    public void A_state_has_the_names_of_the_module_whatever_it_is_within()
    {
        var network = new Sequential(new Linear(2, 3), new Linear(3, 1));
        var adam = new Adam(network.Parameters);
        _ = new ResidualBlock(network);
        Assert.Equal(["memory.0.weight", "memory.0.bias", "memory.1.weight", "memory.1.bias"], adam.SaveState().Skip(2).Select(x => x.Name));
        Assert.Equal("weight", network.Parameters[0].Name);
    }
}
