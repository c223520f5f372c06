using NeuralOde.Series.Forecasting.Components;
using NeuralOde.Series.Forecasting.Linear;

namespace NeuralOde.Series.Tests.Forecasting.Linear;

/// <summary>The filter against dense normal distributions, whose covariances are the closed forms of the processes.</summary>
public class LinearFilterTests
{
    private const double Level = 0.3, Speed = 0.05, Fade = 0.2, Cycle = 2, CycleRate = 0.1, CycleLength = 7.5, Own = 0.7, OwnRate = 0.4, Seasonal = 0.02;

    private static readonly double[] s_irregular = [0, 1, 2.5, 2.7, 5, 9, 9.1, 12, 13, 14, 20, 21, 22.2, 30];
    private static readonly double[] s_regular = [.. Enumerable.Range(0, 120).Select(static i => (double)i)];

    // Rates have the least rate, 1e-4, added to the exponential of their parameter.
    private static readonly double[] s_parameters =
    [
        Math.Log(Level), Math.Log(Speed), Math.Log(Fade - 1e-4), Math.Log(Seasonal), Math.Log(Cycle), Math.Log(CycleRate - 1e-4), Math.Log(CycleLength - 2), Math.Log(Own),
        Math.Log(OwnRate - 1e-4),
    ];

    public static TheoryData<bool> Grids => [true, false];

    [Theory]
    [MemberData(nameof(Grids))]
    public void Likelihood_and_information_are_those_of_the_dense_distribution(bool isRegular)
    {
        double[] times = isRegular ? s_regular : s_irregular;
        LinearStructure structure = All(isRegular);
        ComponentSeries series = Series(times);
        var filter = new LinearFilter(structure, s_parameters, 0);
        filter.Run(series);

        double[] factor = Covariance(times, structure.Period);
        double logDeterminant = Cholesky.Factor(factor, times.Length);
        double[] values = [.. series.Values];
        Cholesky.SolveLower(factor, values);
        double[][] columns = Columns(structure, times, factor);

        // Sums of some hundred terms of size up to 10³, each with a few roundings.
        Assert.Equal(logDeterminant, filter.LogVariances, 1e-9 * times.Length);
        Assert.Equal(Dot(values, values), filter.Squares, 1e-9 * filter.Squares);
        for (int j = 0; j < columns.Length; j++)
        {
            Assert.Equal(Dot(columns[j], values), filter.Product[j], 1e-8 * filter.Squares);
            for (int k = 0; k < columns.Length; k++)
            {
                Assert.Equal(Dot(columns[j], columns[k]), filter.Information[(j * columns.Length) + k], 1e-8 * filter.Squares);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Grids))]
    public void Forecasts_are_the_conditional_distribution_with_estimated_coefficients(bool isRegular)
    {
        double[] times = isRegular ? s_regular : s_irregular;
        LinearStructure structure = All(isRegular);
        ComponentSeries series = Series(times);
        double[] ahead = [times[^1] + 1, times[^1] + 3, times[^1] + 30];
        var model = new LinearModel(structure, s_parameters, [series], 0, 1, 0);
        (double[] means, double[] deviations) = model.Forecast(0, ahead, []);

        // Universal kriging: all times at once, with the coefficients' prior of no information.
        int n = times.Length;
        double[] factor = Covariance(times, structure.Period), values = [.. series.Values];
        _ = Cholesky.Factor(factor, n);
        Cholesky.SolveLower(factor, values);
        double[][] columns = Columns(structure, times, factor);
        int k = columns.Length;
        double[] information = new double[k * k], coefficients = new double[k];
        for (int i = 0; i < k; i++)
        {
            coefficients[i] = Dot(columns[i], values);
            for (int j = 0; j < k; j++)
            {
                information[(i * k) + j] = Dot(columns[i], columns[j]);
            }
        }

        _ = Cholesky.Factor(information, k);
        Cholesky.SolveLower(information, coefficients);
        Cholesky.SolveUpper(information, coefficients);
        for (int f = 0; f < ahead.Length; f++)
        {
            double[] cross = [.. times.Select(t => Kernel(t, ahead[f], structure.Period))];
            Cholesky.SolveLower(factor, cross);
            double[] row = new double[k];
            structure.Row(ahead[f], times[0], times[^1] - times[0], s_parameters, row);
            double mean = Dot(cross, values), variance = 1 + Kernel(ahead[f], ahead[f], structure.Period) - Dot(cross, cross);
            double[] rest = [.. Enumerable.Range(0, k).Select(j => row[j] - Dot(columns[j], cross))];
            mean += Dot(rest, coefficients);
            Cholesky.SolveLower(information, rest);
            Assert.Equal(mean, means[f], 1e-7 * Math.Abs(mean));
            Assert.Equal(Math.Sqrt(variance + Dot(rest, rest)), deviations[f], 1e-7);
        }
    }

    [Fact]
    public void A_step_of_a_block_is_two_steps_of_half_its_length()
    {
        LinearBlock[] blocks =
        [
            LinearBlock.Walk(0.4), LinearBlock.Slope(0.2, 0.3, 0), LinearBlock.Slope(0.2, 0.3, 1e-4), LinearBlock.Slope(0.2, 0.3, 0.9), LinearBlock.Rotation(0.1, 1.1),
            LinearBlock.Cycle(2, 0.2, 0.8), LinearBlock.Autoregression(0.5, 0.3),
        ];
        foreach (LinearBlock block in blocks)
        {
            double[] whole = new double[4], wholeNoise = new double[3], half = new double[4], noise = new double[3];
            block.Step(1.4, whole, wholeNoise);
            block.Step(0.7, half, noise);
            double[] f = block.Size == 2 ? half : [half[0], 0, 0, 0];
            double[] expected =
            [
                (f[0] * f[0]) + (f[1] * f[2]), (f[0] * f[1]) + (f[1] * f[3]), (f[2] * f[0]) + (f[3] * f[2]), (f[2] * f[1]) + (f[3] * f[3]),
                noise[0] + (f[0] * f[0] * noise[0]) + (2 * f[0] * f[1] * noise[1]) + (f[1] * f[1] * noise[2]),
                noise[1] + (f[0] * f[2] * noise[0]) + (((f[0] * f[3]) + (f[1] * f[2])) * noise[1]) + (f[1] * f[3] * noise[2]),
                noise[2] + (f[2] * f[2] * noise[0]) + (2 * f[2] * f[3] * noise[1]) + (f[3] * f[3] * noise[2]),
            ];
            double[] actual = [.. whole, .. wholeNoise];
            for (int i = 0; i < expected.Length; i++)
            {
                // The series of the slope's noise for a small rate x is cut at x²/10, which is 2e-9 here.
                Assert.Equal(expected[i], actual[i], 1e-8);
            }
        }
    }

    [Fact]
    public void The_parameters_of_a_long_simulated_series_are_found()
    {
        // A random walk of variance 0.25 a step, observed with unit noise: of 1,500 values the ratio is known to about a sixth (standard error of its logarithm).
        var random = new Random(5);
        double level = 0;
        double[] times = [.. Enumerable.Range(0, 1500).Select(static i => (double)i)];
        double[] values = [.. times.Select(_ => (level += 0.5 * Normal(random)) + Normal(random))];
        LinearModel model = new LinearFitter([new ComponentSeries(times, values, [])]).Fit(new LinearStructure(Trend.Level))!;
        Assert.Equal(Math.Log(0.25), model.Parameters[0], 0.5);
        Assert.Equal(1, model.Variance, 0.15);
    }

    [Fact]
    public void Inputs_are_regressors_whose_coefficients_are_estimated()
    {
        var random = new Random(2);
        double[] times = [.. Enumerable.Range(0, 60).Select(static i => (double)i)];
        double[] inputs = [.. times.Select(_ => Normal(random))];
        double[] values = [.. times.Select((t, i) => 5 + (3 * inputs[i]) + (0.01 * Normal(random)))];
        LinearModel model = new LinearFitter([new ComponentSeries(times, values, inputs)]).Fit(new LinearStructure(Trend.Constant))!;
        (double[] means, _) = model.Forecast(0, [60, 61], [1, -2]);
        Assert.Equal(8, means[0], 0.02);
        Assert.Equal(-1, means[1], 0.02);
    }

    /// <summary>
    /// A fading slope, a changing season, a cycle and an autoregression, of unit noise. Where times are whole numbers, the season of four steps has a term of half the
    /// sampling rate.
    /// </summary>
    private static LinearStructure All(bool isRegular) => new(Trend.DampedSlope, Season.Changing, isRegular ? 4 : 4.6, 2, 1, true);

    private static ComponentSeries Series(double[] times)
    {
        var random = new Random(1);
        return new ComponentSeries(times, [.. times.Select(t => (0.3 * t) + (2 * Math.Sin(t)) + Normal(random))], []);
    }

    private static double[] Covariance(double[] times, double period)
    {
        double[] matrix = new double[times.Length * times.Length];
        for (int i = 0; i < times.Length; i++)
        {
            for (int j = 0; j < times.Length; j++)
            {
                matrix[(i * times.Length) + j] = Kernel(times[i], times[j], period) + (i == j ? 1 : 0);
            }
        }

        return matrix;
    }

    /// <summary>The covariance of the processes at two times, those that start from 0 at time 0.</summary>
    private static double Kernel(double s, double t, double period)
    {
        double least = Math.Min(s, t), most = Math.Max(s, t), apart = most - least;

        // Of the integral of a velocity from rest: ∫₀^least g(s-u) g(t-u) du with g(x) = (1 - e^(-λx))/λ.
        double slope = Speed / (Fade * Fade) * (least
            - ((Math.Exp(-Fade * apart) + 1) * (1 - Math.Exp(-Fade * least)) / Fade)
            + (Math.Exp(-Fade * apart) * (1 - Math.Exp(-2 * Fade * least)) / (2 * Fade)));
        double season = Seasonal * least * (Math.Cos(2 * Math.PI * apart / period) + Math.Cos(4 * Math.PI * apart / period));
        return (Level * least) + slope + season + (Cycle * Math.Exp(-CycleRate * apart) * Math.Cos(2 * Math.PI * apart / CycleLength)) + (Own * Math.Exp(-OwnRate * apart));
    }

    private static double[][] Columns(LinearStructure structure, double[] times, double[] factor)
    {
        double[][] columns = [.. Enumerable.Range(0, structure.Columns).Select(_ => new double[times.Length])];
        double[] row = new double[columns.Length];
        for (int i = 0; i < times.Length; i++)
        {
            structure.Row(times[i], times[0], times[^1] - times[0], s_parameters, row);
            for (int j = 0; j < row.Length; j++)
            {
                columns[j][i] = row[j];
            }
        }

        foreach (double[] column in columns)
        {
            Cholesky.SolveLower(factor, column);
        }

        return columns;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b).Sum(static x => x.First * x.Second);

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
