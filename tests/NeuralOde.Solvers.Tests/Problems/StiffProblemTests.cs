namespace NeuralOde.Solvers.Tests.Problems;

public class StiffProblemTests
{
    public static TheoryData<string> All => [.. StiffProblem.All.Select(problem => problem.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public void The_Jacobian_is_that_of_the_field(string name)
    {
        // Central differences with steps of 1e-5 of a component: their error is that of round-off, 1e-11 of the field's largest terms, as no field is more than rational.
        var problem = StiffProblem.Named(name);
        int n = problem.Length;
        double[] z = [.. Enumerable.Range(0, n).Select(i => 0.3 + (0.7 * Math.Abs(Math.Sin(i + 1))))], low = new double[n], high = new double[n];
        var jacobian = new SquareMatrix<double>(n, problem.Bandwidth);
        problem.Evaluate(0, z, jacobian);
        for (int j = 0; j < n; j++)
        {
            double value = z[j], h = 1e-5;
            z[j] = value - h;
            problem.Evaluate(0, z, low);
            z[j] = value + h;
            problem.Evaluate(0, z, high);
            z[j] = value;
            for (int i = 0; i < n; i++)
            {
                double difference = (high[i] - low[i]) / (2 * h);
                double noise = 1e-8 * (Math.Abs(high[i]) + Math.Abs(difference) + 1);
                Assert.Equal(difference, jacobian[i, j], noise);
            }
        }
    }

    [Fact]
    public void What_is_conserved_at_the_start_is_conserved_in_the_reference_values()
    {
        Assert.Equal(1, Sum(new Robertson(1e5).Reference), 1e-15);
        Assert.Equal(1, Sum(new Robertson(1e11).Reference), 1e-15);
        Assert.Equal(100, Sum(new SpeciesChain().Reference), 1e-12);
        Hires hires = new();
        Assert.Equal(0.0057, hires.Reference[6] + hires.Reference[7], 1e-17);
        static double Sum(ReadOnlySpan<double> z)
        {
            double sum = 0;
            foreach (double x in z)
            {
                sum += x;
            }

            return sum;
        }
    }
}
