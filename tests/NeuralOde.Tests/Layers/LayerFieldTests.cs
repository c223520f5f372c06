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

    [Fact]
    public void Two_parameters_of_one_name_found_in_code_must_be_named_before_they_are_saved()
    {
        var x = new Parameter(Tensor.From(1.0));
        var y = new Parameter(Tensor.From(2.0));
        var ode = new OdeBlock(VectorField.Define((t, z) => (x * z) + y));
        ode.Forward(Tensor.From([1.0], [1, 1]), 0, 1);
        Assert.Contains("new Parameter(values, \"rate\")", Assert.Throws<InvalidOperationException>(() => ode.Save("never.safetensors")).Message, StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        new OdeBlock(VectorField.Define((t, z) => (x * z) + y, [x, y])).Save(folder.File("m"));
        var other = new OdeBlock(VectorField.Define((t, z) => y + (x * z), [x, y]));
        x.SetValues<double>([0]);
        other.Load(folder.File("m"));
        Assert.Equal((1, 2), (x.ToScalar(), y.ToScalar()));
    }
}
