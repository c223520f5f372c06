using NeuralOde.Tensors;

namespace NeuralOde.Series.Tests;

public class SeriesBatchTests
{
    [Fact]
    public void Series_of_unequal_times_are_padded_and_their_steps_found_among_all_times()
    {
        var batch = SeriesBatch.From([new("a", [1, 2, 4], [10, 20, 40]), new("b", [0.5, 2], [5, double.NaN])], DType.Float64);
        Assert.Equal([0.5, 1, 2, 4], batch.Times.ToArray());
        Assert.False(batch.SharesTimes);
        Assert.Equal([3, 2, 1], batch.Values.Shape.Lengths.ToArray());
        Assert.Equal([10, 5, 20, 0, 40, 0], batch.Values.ToDoubles());
        Assert.Equal([1, 1, 1, 1, 1, 0], batch.StepMask!.ToDoubles());
        Assert.Equal([1, 1, 1, 0, 1, 0], batch.ValueMask!.ToDoubles());
        Assert.Equal([1, 0, 2, 2, 3, 2], batch.TimeIndices!);
        Assert.Equal(4, batch.ObservedCount);
        Assert.Equal([-0.5, 0, -1, -1.5, -2, 0], batch.TimeDifferences().ToDoubles());
        Assert.Equal([1, 0.5], batch.FirstTimes());
    }

    [Fact]
    public void Series_of_equal_times_share_them()
    {
        var batch = SeriesBatch.From([new("a", [1, 2], [10, 20]), new("b", [1, 2], [5, 6])], DType.Float64);
        Assert.True(batch.SharesTimes);
        Assert.Null(batch.StepMask);
        Assert.Null(batch.ValueMask);
        Assert.Equal([0, 0, -1, -1], batch.TimeDifferences().ToDoubles());
    }

    [Fact]
    public void Time_is_counted_from_a_samples_last_observation_over_those_that_it_misses()
    {
        var batch = SeriesBatch.Shared([0, 1, 3], Tensor.From([1.0, double.NaN, double.NaN, 2, 3, 4], [3, 2, 1]));
        Assert.Equal([1, 0, 0, 1, 1, 1], batch.StepMask!.ToDoubles());
        Assert.Equal([0, 0, 0, -1, -3, -2], batch.TimeDifferences().ToDoubles());
        Assert.Equal([0, 1], batch.FirstTimes());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => SeriesBatch.Shared([0, 0], Tensor.Zeros([2, 1, 1])));
        Assert.Throws<ArgumentException>(() => SeriesBatch.Shared([0, 1], Tensor.Zeros([3, 1, 1])));
        Assert.Throws<ArgumentException>(() => SeriesBatch.From([new("a", [0], [1]), new("b", [0], [1, 2])]));
    }
}
