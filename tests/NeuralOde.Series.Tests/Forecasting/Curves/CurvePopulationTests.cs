using NeuralOde.Series.Forecasting.Components;
using NeuralOde.Series.Forecasting.Curves;
using NeuralOde.Series.Forecasting.Linear;

namespace NeuralOde.Series.Tests.Forecasting.Curves;

public class CurvePopulationTests
{
    private static readonly double[] s_times = [0, 1, 2, 4, 5, 7, 8, 11];

    public static TheoryData<string> Forms => [.. CurveForm.All.Select(static x => x.Name)];

    /// <summary>Exact curves determine their parameters: a forecast as far ahead as what is known is that of the curve.</summary>
    [Theory]
    [MemberData(nameof(Forms))]
    public void Exact_curves_of_each_form_go_on_as_they_are(string name)
    {
        CurveForm form = CurveForm.All.Single(x => x.Name == name);
        double[][] parameters = [.. Enumerable.Range(0, 6).Select(s => (double[])[.. form.Starts[0].Select((x, i) => x + (0.05 * Math.Sin((3 * s) + i)))])];
        double Value(int s, double time) => 20 * form.Value(time / 11, parameters[s]);
        ComponentData data = Data([.. parameters.Select((_, s) => new ComponentSeries(s_times, Array.ConvertAll(s_times, t => Value(s, t)), []))]);
        CurvePopulation population = CurvePopulation.Fit(data, form, ValueTransform.For(data)[0], CancellationToken.None)!;
        for (int s = 0; s < parameters.Length; s++)
        {
            double[] quantiles = population.Quantiles(s, [13, 16]);
            Assert.Equal(Value(s, 13), quantiles[NormalQuantiles.Median], 0.05);
            Assert.Equal(Value(s, 16), quantiles[NormalQuantiles.Count + NormalQuantiles.Median], 0.2);
        }
    }

    /// <summary>A curve that is linear in its parameters is a linear mixed model, whose likelihood is that of a normal distribution.</summary>
    [Fact]
    public void The_criterion_of_straight_lines_is_that_of_the_dense_normal_distribution()
    {
        var random = new Random(3);
        ComponentData data = Lines(random, 8);
        CurvePopulation population = CurvePopulation.Fit(data, CurveForm.All[0], ValueTransform.For(data)[0], CancellationToken.None)!;
        ComponentState state = population.Save();
        double[] mean = state.Finite("mean", 2), covariance = state.Finite("covariance", 4);
        double variance = state.Number("variance"), size = data.Series.Max(static x => x.Values.Max(Math.Abs)), expected = 2 * ((2 * 2) + 1);
        foreach (ComponentSeries series in data.Series)
        {
            int n = series.Count;
            double[][] rows = [.. series.Times.Select(t => new[] { size, size * t / 11 })];
            double[] matrix = new double[n * n], rest = [.. series.Values.Select((y, i) => y - (rows[i][0] * mean[0]) - (rows[i][1] * mean[1]))];
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    matrix[(i * n) + j] = (i == j ? variance : 0) + (rows[i][0] * ((covariance[0] * rows[j][0]) + (covariance[1] * rows[j][1])))
                        + (rows[i][1] * ((covariance[2] * rows[j][0]) + (covariance[3] * rows[j][1])));
                }
            }

            expected += (n * Math.Log(2 * Math.PI)) + Cholesky.Factor(matrix, n);
            Cholesky.SolveLower(matrix, rest);
            expected += rest.Sum(static x => x * x);
        }

        Assert.Equal(expected, population.Criterion, 1e-6 * Math.Abs(expected));
    }

    /// <summary>A series with few values leans on the others: in the mean its forecast is nearer to the truth than the line through its own values.</summary>
    [Fact]
    public void A_series_with_two_values_takes_its_slope_from_the_others()
    {
        ComponentData data = Lines(new Random(5), 10);
        double errors = 0, own = 0;
        for (int s = 0; s < data.Series.Count; s++)
        {
            ComponentSeries[] series = [.. data.Series];
            series[s] = series[s].First(2);
            ComponentData shorter = data with { Series = series };
            CurvePopulation population = CurvePopulation.Fit(shorter, CurveForm.All[0], ValueTransform.For(shorter)[0], CancellationToken.None)!;
            errors += Math.Abs(population.Quantiles(s, [11])[NormalQuantiles.Median] - Truth(s, 11));
            own += Math.Abs(series[s].Values[1] + (10 * (series[s].Values[1] - series[s].Values[0])) - Truth(s, 11));
        }

        Assert.True(errors < own / 2, $"{errors} {own}");
    }

    [Fact]
    public void Too_few_values_have_no_population()
    {
        ComponentData data = Data([new ComponentSeries([0, 1], [1, 2], []), new ComponentSeries([0, 1], [2, 3], [])]);
        Assert.Null(CurvePopulation.Fit(data, CurveForm.All[0], ValueTransform.For(data)[0], CancellationToken.None));
    }

    private static double Truth(int series, double time) => -3 + (0.5 * Math.Sin(series)) + ((1 + (0.1 * Math.Cos(2 * series))) * time);

    private static ComponentData Lines(Random random, int count) => Data(
        [.. Enumerable.Range(0, count).Select(s => new ComponentSeries(s_times, Array.ConvertAll(s_times, t => Truth(s, t) + random.NextDouble() - 0.5), []))]);

    private static ComponentData Data(ComponentSeries[] series)
    {
        double low = Array.TrueForAll(series, static x => Array.TrueForAll(x.Values, static y => y >= 0)) ? 0 : double.NegativeInfinity;
        return new ComponentData("x", series, null, [], low, double.PositiveInfinity);
    }
}
