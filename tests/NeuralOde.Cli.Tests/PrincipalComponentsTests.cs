using NeuralOde.Experiments.LatentSpirals;
using NeuralOde.Tensors;

namespace NeuralOde.Cli.Tests;

public class PrincipalComponentsTests
{
    [Fact]
    public void Directions_and_shares_are_those_that_the_points_were_made_with()
    {
        // Deviations 3, 2 and 1 along orthogonal directions, in symmetric pairs: the sample's covariance is exact.
        double[][] directions = [[2 / 3.0, 2 / 3.0, 1 / 3.0], [-2 / 3.0, 1 / 3.0, 2 / 3.0], [1 / 3.0, -2 / 3.0, 2 / 3.0]];
        List<double[]> points = [];
        for (int k = 0; k < 3; k++)
        {
            foreach (double sign in new[] { -1.0, 1.0 })
            {
                points.Add([.. directions[k].Select(x => 5 + (sign * (3 - k) * x))]);
            }
        }

        var found = PrincipalComponents.Of(points);
        Assert.Equal(new[] { 9 / 14.0, 4 / 14.0, 1 / 14.0 }, found.Shares, (a, b) => Math.Abs(a - b) < 1e-12);
        for (int k = 0; k < 3; k++)
        {
            Assert.Equal(3 - k, Math.Abs(found.Coordinate(points[2 * k], k)), 1e-12);
            Assert.Equal(0, found.Coordinate(points[2 * k], (k + 1) % 3), 1e-12);
        }
    }

    [Fact]
    public void Coordinates_are_uncorrelated_and_hold_all_variance()
    {
        double[][] points =
        [
            .. new RandomSource(3).Normal([200, 6], dtype: DType.Float64).ToDoubles().Chunk(6).Select(x => new[] { x[0], x[0] + (0.1 * x[1]), x[2], x[3] - x[4], 2 * x[4], x[5] }),
        ];
        var found = PrincipalComponents.Of(points);
        Assert.Equal(1, found.Shares.Sum(), 1e-12);
        Assert.Equal(found.Shares.OrderDescending(), found.Shares);
        for (int i = 0; i < 6; i++)
        {
            for (int j = 0; j < i; j++)
            {
                Assert.Equal(0, points.Average(x => found.Coordinate(x, i) * found.Coordinate(x, j)), 1e-11);
            }
        }
    }

    [Fact]
    public void A_single_component_has_nothing_across()
    {
        var found = PrincipalComponents.Of([[1.0], [3.0]]);
        Assert.Equal((1.0, 0.0), (found.Coordinate([3], 0), found.Coordinate([3], 1)));
    }
}
