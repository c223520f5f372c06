using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Layers;

public class LayerFieldTests
{
    [Fact]
    public void Time_is_ignored_or_the_last_element_of_the_last_axis()
    {
        Tensor z = new RandomSource(1).Normal([3, 2]);
        var autonomous = new Mlp(2, [4], 2, random: new RandomSource(2));
        Assert.Equal(autonomous.Forward(z).ToDoubles(), autonomous.AsField().Forward(Tensor.Scalar(0.7f), z).ToDoubles());
        var driven = new Mlp(3, [4], 2, random: new RandomSource(2));
        Tensor expected = driven.Forward(Tensor.Concatenate([z, Tensor.Full([3, 1], 0.7f)], -1));
        Assert.Equal(expected.ToDoubles(), driven.AsField(TimeInput.Concatenated).Forward(Tensor.Scalar(0.7f), z).ToDoubles());
        Assert.Throws<ArgumentOutOfRangeException>(() => driven.AsField((TimeInput)5));
    }

    [Fact]
    public void A_network_of_images_is_a_field_with_time_as_a_channel()
    {
        var ode = new OdeBlock(new Sequential(new Conv2d(3, 2, 3, padding: 1), new ActivationLayer(Activation.Tanh)).AsField(TimeInput.Concatenated));
        Assert.Equal([2, 1, 4, 4, 2], ode.Forward(Tensor.Ones([1, 4, 4, 2]), 0, 1).Shape.Lengths.ToArray());
        Assert.Equal(["field.network.0.weight", "field.network.0.bias"], ode.NamedParameters().Select(x => x.Name));
    }

    [Fact]
    public void A_network_of_the_wrong_size_is_refused_with_what_it_takes()
    {
        var ode = new OdeBlock(new Mlp(2, [4], 2).AsField(TimeInput.Concatenated));
        Assert.Contains("takes 2 inputs", Assert.Throws<ArgumentException>(() => ode.Forward(Tensor.Ones([1, 2]), 0, 1)).Message, StringComparison.Ordinal);
    }
}
