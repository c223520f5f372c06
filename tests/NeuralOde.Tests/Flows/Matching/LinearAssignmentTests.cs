using NeuralOde.Flows.Matching;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Flows.Matching;

public class LinearAssignmentTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    public void Cost_equals_the_least_over_all_permutations(int count)
    {
        var random = new RandomSource(count);
        var assignment = new LinearAssignment(count);
        for (int round = 0; round < 40; round++)
        {
            // Every other round has costs of few different values, so that many assignments are equally good.
            for (int i = 0; i < count; i++)
            {
                foreach (ref double x in assignment.Costs(i))
                {
                    x = round % 2 == 0 ? random.NextUniform() - 0.3 : random.NextInteger(3);
                }
            }

            int[] columns = new int[count];
            double cost = assignment.Solve(columns);
            Assert.Equal(Enumerable.Range(0, count), columns.Order());
            Assert.Equal(Enumerable.Range(0, count).Sum(i => assignment.Costs(i)[columns[i]]), cost, 1e-13);
            Assert.Equal(LeastOfAll(assignment, 0, new bool[count]), cost, 1e-13);
        }
    }

    [Theory]
    [InlineData(33, 2, false)]
    [InlineData(100, 1, false)]
    [InlineData(256, 2, false)]
    [InlineData(256, 2, true)]
    [InlineData(512, 10, false)]
    public void Prices_prove_that_no_assignment_of_points_is_cheaper(int count, int dimension, bool onGrid)
    {
        var random = new RandomSource(7);
        double[] points = Points(), others = Points();
        var assignment = new LinearAssignment(count);
        int[] columns = new int[count], paired = new int[count];
        double distance = assignment.Pair<double>(points, others, dimension, paired);
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
            {
                assignment.Costs(i)[j] = SquaredDistance(points, i, others, j);
            }
        }

        double cost = assignment.Solve(columns);
        Assert.Equal(Enumerable.Range(0, count), columns.Order());
        Assert.Equal(Enumerable.Range(0, count), paired.Order());

        // The dual problem: each row's least cost after prices, and the prices, add up to a bound from below.
        double[] prices = assignment.Prices.ToArray();
        double dual = prices.Sum();
        for (int i = 0; i < count; i++)
        {
            dual += assignment.Costs(i).ToArray().Zip(prices, static (c, p) => c - p).Min();
        }

        Assert.Equal(dual, cost, 1e-13 * count * (1 + cost));

        // Points that are centered and scaled have the same optimum.
        Assert.Equal(cost, distance, 1e-13 * count * (1 + cost));

        double[] Points() => onGrid
            ? [.. Enumerable.Range(0, count * dimension).Select(_ => (double)random.NextInteger(4))]
            : random.Normal([count, dimension], dtype: DType.Float64).ToDoubles();

        double SquaredDistance(double[] x, int i, double[] y, int j) =>
            Enumerable.Range(0, dimension).Sum(k => Math.Pow(x[(i * dimension) + k] - y[(j * dimension) + k], 2));
    }

    [Fact]
    public void Points_on_a_line_are_paired_in_order()
    {
        var random = new RandomSource(3);
        float[] points = random.Normal([301]).ToArray<float>(), others = random.Normal([301]).ToArray<float>();
        var assignment = new LinearAssignment(301);
        int[] columns = new int[301];
        assignment.Pair<float>(points, others, dimension: 1, columns);
        Assert.Equal(others.Order(), points.Select((x, i) => (x, y: others[columns[i]])).OrderBy(static p => p.x).Select(static p => p.y));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Assignment_is_the_same_at_every_width_of_vectors(int lanes)
    {
        var random = new RandomSource(11);
        foreach (int count in new[] { 2, 9, 64, 131 })
        {
            var assignment = new LinearAssignment(count);
            for (int i = 0; i < count; i++)
            {
                foreach (ref double x in assignment.Costs(i))
                {
                    x = random.NextInteger(count);
                }
            }

            int[] wide = new int[count], narrow = new int[count];
            assignment.Solve(wide);
            assignment.Solve(narrow, lanes);
            Assert.Equal(wide, narrow);
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Costs_that_are_not_finite_are_named(double cost)
    {
        var assignment = new LinearAssignment(11);
        assignment.Costs(4)[10] = cost;
        Assert.Contains("row 4 and column 10", Assert.Throws<ArgumentException>(() => assignment.Solve(new int[11])).Message, StringComparison.Ordinal);
        assignment.Costs(4)[10] = 0;
        Assert.Equal(0, assignment.Solve(new int[11]));
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearAssignment(0));
        var assignment = new LinearAssignment(3);
        Assert.Throws<ArgumentException>(() => assignment.Solve(new int[2]));
        Assert.Throws<ArgumentException>(() => assignment.Pair<float>(new float[6], new float[4], 2, new int[3]));
        Assert.Throws<ArgumentException>(() => assignment.Pair<float>([1, 2, float.NaN], [1, 2, 3], 1, new int[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => assignment.Costs(3).Length);
    }

    private static double LeastOfAll(LinearAssignment assignment, int row, bool[] taken)
    {
        if (row == taken.Length)
        {
            return 0;
        }

        double least = double.PositiveInfinity;
        for (int j = 0; j < taken.Length; j++)
        {
            if (!taken[j])
            {
                taken[j] = true;
                least = Math.Min(least, assignment.Costs(row)[j] + LeastOfAll(assignment, row + 1, taken));
                taken[j] = false;
            }
        }

        return least;
    }
}
