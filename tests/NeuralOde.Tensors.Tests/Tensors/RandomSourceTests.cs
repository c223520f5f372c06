namespace NeuralOde.Tensors.Tests;

public class RandomSourceTests
{
    [Fact]
    public void A_source_whose_state_is_restored_draws_and_splits_as_before()
    {
        RandomSource source = new RandomSource(5).Split();
        source.Normal([3]);
        source.Split();
        RandomState state = source.State;
        double[] expected = Draw(source);
        Assert.NotEqual(expected, Draw(source));
        source.State = state;
        Assert.Equal(expected, Draw(source));
        var other = new RandomSource(0) { State = state };
        Assert.Equal(expected, Draw(other));
        Assert.Equal(5, other.Seed);
    }

    private static double[] Draw(RandomSource source) => [.. source.Uniform([100]).ToDoubles(), .. source.Split().Normal([10]).ToDoubles(), source.NextInteger(1000)];
}
