using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Modules;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Layers;

public class TimeGatedLayerTests
{
    private static readonly Tensor s_x = new RandomSource(2).Normal([4, 3], dtype: DType.Float64);

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 2)]
    [InlineData(true, 4)]
    [InlineData(false, 4)]
    public void A_concatsquash_layer_gates_and_shifts_by_time(bool shift, int rows)
    {
        Tensor x = s_x.Slice(0, 0, rows);
        var layer = new ConcatSquashLinear(3, 2, shift, new RandomSource(1), DType.Float64);
        const double T = 0.7;
        double[] actual = layer.Forward(Tensor.Scalar(T, DType.Float64), x).ToDoubles();
        for (int row = 0; row < rows; row++)
        {
            for (int k = 0; k < 2; k++)
            {
                double expected = Affine(layer.Linear, row, k) * Logistic((layer.Gate.Weight[k, 0] * T) + layer.Gate.Bias![k]);
                expected += shift ? layer.Shift!.Weight[k, 0] * T : 0;
                Assert.Equal(expected, actual[(row * 2) + k], 1e-14);
            }
        }

        Assert.Equal(shift ? 5 : 4, layer.Parameters.Count);
        Assert.Equal(actual, layer.Clone().Forward(Tensor.Scalar(T, DType.Float64), x).ToDoubles());
        Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros([2], DType.Float64), x));
        Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Scalar(T, DType.Float64), Tensor.Zeros([rows, 4], DType.Float64)));
    }

    [Fact]
    public void A_gated_layer_multiplies_by_the_logistic_function_of_its_input()
    {
        var layer = new GatedLinear(3, 2, new RandomSource(1), DType.Float64);
        double[] actual = layer.Forward(s_x).ToDoubles();
        for (int i = 0; i < actual.Length; i++)
        {
            Assert.Equal(Affine(layer.Linear, i / 2, i % 2) * Logistic(Affine(layer.Gate, i / 2, i % 2)), actual[i], 1e-14);
        }

        Assert.Equal(actual, layer.Clone().Forward(s_x).ToDoubles());
    }

    [Fact]
    public void A_hypernetwork_field_is_the_mean_of_its_units()
    {
        const double T = 0.4;
        var field = new HypernetworkField(3, 5, 4, new RandomSource(1), DType.Float64);
        double[] weights = field.Network.Forward(Tensor.From([T], [1, 1])).ToDoubles();
        double[] actual = field.Forward(Tensor.Scalar(T, DType.Float64), s_x).ToDoubles();
        for (int i = 0; i < actual.Length; i++)
        {
            double sum = 0;
            for (int n = 0; n < 5; n++)
            {
                double argument = weights[45 + n];
                for (int k = 0; k < 3; k++)
                {
                    argument += weights[(3 * n) + k] * s_x[i / 3, k];
                }

                int at = (3 * n) + (i % 3);
                sum += weights[15 + at] * Logistic(weights[30 + at]) * Math.Tanh(argument);
            }

            Assert.Equal(sum / 5, actual[i], 1e-14);
        }

        Assert.Equal(actual, field.Clone().Forward(Tensor.Scalar(T, DType.Float64), s_x).ToDoubles());
    }

    [Fact]
    public void Gated_units_open_and_close_in_time()
    {
        const double T = 0.4;
        var field = new GatedUnitsField(3, 5, random: new RandomSource(1), dtype: DType.Float64);
        double[] actual = field.Forward(Tensor.Scalar(T, DType.Float64), s_x).ToDoubles();
        Linear gates = field.Gates.Layers[0];
        for (int i = 0; i < actual.Length; i++)
        {
            double sum = 0;
            for (int n = 0; n < 5; n++)
            {
                double argument = field.Bias[n];
                for (int k = 0; k < 3; k++)
                {
                    argument += field.Weight[n, k] * s_x[i / 3, k];
                }

                sum += Logistic((gates.Weight[n, 0] * T) + gates.Bias![n]) * field.Scale[n, i % 3] * Math.Tanh(argument);
            }

            Assert.Equal(sum, actual[i], 1e-14);
        }

        Assert.Equal(actual, field.Clone().Forward(Tensor.Scalar(T, DType.Float64), s_x).ToDoubles());
    }

    [Fact]
    public void Conditions_of_another_shape_are_refused()
    {
        var field = new ConcatSquashField(3, [4], conditionCount: 2, random: new RandomSource(1), dtype: DType.Float64);
        var t = Tensor.Scalar(0, DType.Float64);
        FieldInputs wrong = new() { [ConcatSquashField.Conditions] = Tensor.Zeros([4, 3], DType.Float64) };
        Assert.Contains("[1, 2]", Assert.Throws<ArgumentException>(() => field.Forward(t, s_x, wrong)).Message, StringComparison.Ordinal);
        Tensor shared = field.Forward(t, s_x, new FieldInputs { [ConcatSquashField.Conditions] = Tensor.From([0.3, -1], [1, 2]) });
        Tensor each = field.Forward(t, s_x, new FieldInputs { [ConcatSquashField.Conditions] = Tensor.From([0.3, -1, 0.3, -1, 0.3, -1, 0.3, -1], [4, 2]) });
        Assert.Equal(shared.ToDoubles(), each.ToDoubles());
        Assert.Throws<ArgumentException>(() => field.Forward(t, s_x));
    }

    private static double Affine(Linear layer, int row, int k) => layer.Bias![k] + Enumerable.Range(0, 3).Sum(j => layer.Weight[k, j] * s_x[row, j]);

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
}
