using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Scaling;
using NeuralOde.Series.Times;

namespace NeuralOde.Series.Tests.Evaluation;

public class ForecastErrorsTests
{
    private static readonly TimeSeriesSet s_observed = new(
        ["x", "y"],
        [new TimeSeries("a", [0, 1, 2], [1, 10, 2, double.NaN, 3, 20]), new TimeSeries("b", [5], [double.NaN, 40])],
        logComponents: ["y"],
        seriesName: "id");

    private static TimeSeriesSet Forecast(double[] a, double[] b) => s_observed.WithSeries([s_observed.Series[0].WithValues(a), s_observed.Series[1].WithValues(b)]);

    [Fact]
    public void Errors_are_over_observed_values_only()
    {
        var errors = ForecastErrors.Between(s_observed, Forecast([2, 10, 4, 999, 5, 23], [-999, 44]));

        // x: 1, 2, 2; y: 0, 3, 4.
        Assert.Equal([3, 3], errors.Counts);
        Assert.Equal(Math.Sqrt(9 / 3.0), errors.Rmse[0], 15);
        Assert.Equal(Math.Sqrt(25 / 3.0), errors.Rmse[1], 15);
        Assert.Equal(Math.Sqrt(34 / 6.0), errors.PooledRmse, 15);
    }

    [Fact]
    public void Logarithmic_errors_are_relative_for_log_components()
    {
        var errors = ForecastErrors.Between(s_observed, Forecast([1, 10 * Math.E, 2, 0, 3, 20 * Math.E], [0, 40 / Math.E]), ErrorScale.Logarithmic);

        Assert.Equal(0, errors.Rmse[0]);
        Assert.Equal(1, errors.Rmse[1], 14);
    }

    [Fact]
    public void Standardized_errors_are_in_deviations()
    {
        var map = new Standardization([new("x", false, 5, 2), new("y", true, 1, 0.5)], new TimeAxis(), 0, 1);
        var errors = ForecastErrors.Between(s_observed, Forecast([3, 10, 4, 0, 5, 20], [0, 40]), ErrorScale.Standardized, map);

        Assert.Equal(1, errors.Rmse[0], 15);
        Assert.Equal(0, errors.Rmse[1]);
        Assert.Throws<ArgumentException>(() => ForecastErrors.Between(s_observed, s_observed, ErrorScale.Standardized));
    }

    [Fact]
    public void Forecast_that_is_missing_or_has_no_logarithm_is_not_passed_over()
    {
        var errors = ForecastErrors.Between(s_observed, Forecast([double.NaN, 10, 4, 0, 5, -1], [0, 40]), ErrorScale.Logarithmic);

        Assert.True(double.IsNaN(errors.Rmse[0]) && double.IsNaN(errors.Rmse[1]) && double.IsNaN(errors.PooledRmse));
    }

    [Fact]
    public void Component_without_observations_has_no_error_but_the_pooled_error_stands()
    {
        var observed = new TimeSeriesSet(["x", "y"], [new TimeSeries("a", [0, 1], [1, double.NaN, 2, double.NaN])]);

        var errors = ForecastErrors.Between(observed, observed.WithSeries([observed.Series[0].WithValues([2, 0, 3, 0])]));

        Assert.Equal([2, 0], errors.Counts);
        Assert.True(double.IsNaN(errors.Rmse[1]));
        Assert.Equal(1, errors.PooledRmse);
    }

    [Fact]
    public void Forecast_must_be_of_the_same_series_and_times()
    {
        Assert.Throws<ArgumentException>(() => ForecastErrors.Between(s_observed, s_observed.WithSeries([s_observed.Series[0]])));
        Assert.Throws<ArgumentException>(() => ForecastErrors.Between(s_observed, s_observed.WithSeries([s_observed.Series[1], s_observed.Series[0]])));
        Assert.Throws<ArgumentException>(() => ForecastErrors.Between(
            s_observed, s_observed.WithSeries([new TimeSeries("a", [0, 1.5, 2], s_observed.Series[0].Values), s_observed.Series[1]])));
        Assert.Throws<ArgumentException>(() => ForecastErrors.Between(s_observed, new TimeSeriesSet(["x", "z"], s_observed.Series)));
    }
}
