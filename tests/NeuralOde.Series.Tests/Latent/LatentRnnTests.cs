using NeuralOde.Series.Latent;
using NeuralOde.Tensors;

namespace NeuralOde.Series.Tests.Latent;

public class LatentRnnTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_frozen_noise_the_gradient_of_the_bound_equals_finite_differences(bool ownTimes)
    {
        LatentRnn model = Model();
        SeriesBatch series = ownTimes
            ? SeriesBatch.From([new("a", [0, 0.4, 0.9], [0.1, 0.2, 0.3]), new("b", [0.1, 0.7], [-0.2, 0.3])], DType.Float64)
            : SeriesBatch.Shared([0, 0.3, 1], new RandomSource(4).Normal([3, 2, 1], dtype: DType.Float64));
        Tensor noise = new RandomSource(9).Normal([2, 3], dtype: DType.Float64);
        LossGradient.EqualsFiniteDifferences(() => model.Elbo(series, noise), [.. model.Parameters]);
    }

    [Fact]
    public void The_path_goes_on_where_it_stood()
    {
        LatentRnn model = Model();
        var series = SeriesBatch.Shared([0, 0.3, 1], new RandomSource(4).Normal([3, 2, 1], dtype: DType.Float64));
        double[] reconstructed = model.Reconstruct(series).ToDoubles();
        Assert.Equal(reconstructed, model.Extrapolate(series, [0, 0.3, 1, 2, 3]).ToDoubles()[..reconstructed.Length]);
    }

    [Fact]
    public void The_path_is_that_of_a_cell_that_reads_its_own_last_output_and_the_time_since()
    {
        LatentRnn model = Model();
        Tensor latent = new RandomSource(4).Normal([2, 3], dtype: DType.Float64);
        double[] times = [0, 0.3, 1];
        double[] path = model.Decode(latent, 0, times).ToDoubles();
        Tensor state = model.Start.Forward(latent).Tanh();
        Tensor output = model.Output.Forward(state);
        for (int i = 0; i < 3; i++)
        {
            if (i > 0)
            {
                var span = Tensor.Full([2, 1], times[i] - times[i - 1], DType.Float64);
                state = model.Cell.Forward(Tensor.Concatenate([output, span], -1), state);
                output = model.Output.Forward(state);
            }

            Close.To(output.ToDoubles(), path[(2 * i)..((2 * i) + 2)], 1e-13);
        }
    }

    private static LatentRnn Model()
    {
        var random = new RandomSource(5);
        return new LatentRnn(new GruEncoder(1, 4, 3, random: random, dtype: DType.Float64), 4, 0.3, learnsNoise: true, random, DType.Float64);
    }
}
