using NeuralOde.Layers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Layers;

public class ModelSummaryTests
{
    [Fact]
    public void A_summary_lists_layers_with_their_output_shapes_and_parameters()
    {
        var shared = new Linear(8, 8);
        var network = new Sequential(
            new Flatten(), new Linear(12, 8), new ActivationLayer(Activation.Relu), new ResidualBlock(new Sequential(new BatchNorm(8), shared)),
            new ResidualBlock(shared), new Linear(8, 3));
        ModelSummary summary = network.Summary([2, 3, 4]);
        string expected = string.Join(
            Environment.NewLine,
            "layer                 output    parameters",
            "Sequential            [2, 3]           219",
            "  0: Flatten          [2, 12]             ",
            "  1: Linear           [2, 8]           104",
            "  2: Relu             [2, 8]              ",
            "  3: ResidualBlock    [2, 8]            88",
            "    body: Sequential  [2, 8]            88",
            "      0: BatchNorm    [2, 8]            16",
            "      1: Linear       [2, 8]            72",
            "  4: ResidualBlock    [2, 8]            72",
            "    1: Linear         [2, 8]              ",
            "  5: Linear           [2, 3]            27",
            "input [2, 3, 4], 219 parameters, 16 values of buffers");
        Assert.Equal(Lines(expected), Lines(summary.ToString()));
        Assert.Equal("3.body.0", summary.Layers[6].Name);
    }

    [Fact]
    public void A_summary_changes_neither_modes_nor_buffers()
    {
        var norm = new BatchNorm(4);
        var frozen = new BatchNorm(4);
        frozen.SwitchToEvaluation();
        new Sequential(norm, frozen).Summary([5, 4]);
        Assert.True(norm.IsTraining);
        Assert.False(frozen.IsTraining);
        Assert.All(norm.RunningMean.ToDoubles(), x => Assert.Equal(0, x));
        Assert.All(norm.RunningVariance.ToDoubles(), x => Assert.Equal(1, x));
    }

    private static string[] Lines(string text) => [.. text.Split(Environment.NewLine).Select(x => string.Join(' ', x.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
}
