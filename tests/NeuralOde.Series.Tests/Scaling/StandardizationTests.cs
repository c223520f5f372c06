using FsCheck;
using FsCheck.Fluent;
using NeuralOde.Series.Scaling;
using NeuralOde.Series.Times;

namespace NeuralOde.Series.Tests.Scaling;

public class StandardizationTests
{
    private static TimeSeriesSet Set(double[] times, double[] values, bool log = false) =>
        new(["x"], [new TimeSeries("", times, values)], logComponents: log ? ["x"] : null);

    [Fact]
    public void Mean_and_deviation_are_over_observed_values_of_all_series()
    {
        var set = new TimeSeriesSet(
            ["x", "y"], [new TimeSeries("a", [10, 11], [1, 1, double.NaN, Math.E]), new TimeSeries("b", [7, 12], [3, Math.E * Math.E, 8, double.NaN])],
            logComponents: ["y"], seriesName: "id");

        var map = Standardization.Fit(set);

        // 1, 3, 8: mean 4, squares 9 + 1 + 16. Logarithms 0, 1, 2: mean 1, squares 1 + 0 + 1.
        Assert.Equal(4, map.Components[0].Mean, 14);
        Assert.Equal(Math.Sqrt(26 / 3.0), map.Components[0].Deviation, 14);
        Assert.Equal(1, map.Components[1].Mean, 14);
        Assert.Equal(Math.Sqrt(2 / 3.0), map.Components[1].Deviation, 14);
        Assert.Equal(7, map.TimeOrigin);
    }

    [Fact]
    public void Restoring_undoes_standardizing()
    {
        Gen<double> finite = ArbMap.Default.GeneratorFor<NormalFloat>().Select(x => x.Get).Where(x => Math.Abs(x) is > 1e-100 and < 1e100 or 0);
        Gen<double> positive = finite.Select(Math.Abs).Where(x => x > 0);
        var map = new Standardization([new("x", false, 3.7, 0.2), new("y", true, -1.3, 4.2)], new TimeAxis(), 1900, 1.7);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(finite.Zip(positive).ToArbitrary(), pair =>
        {
            (double x, double y) = pair;
            double[] values = [x, y, double.NaN, double.NaN];
            map.ToModel(values, values);
            map.ToNatural(values, values);

            // Each of a few roundings is relative to the larger of value and mean; the exponential turns an absolute
            // error of the logarithm into a relative one.
            const double Roundoff = 8 * 1.2e-16;
            return Math.Abs(values[0] - x) <= Roundoff * (Math.Abs(x) + 3.7)
                && Math.Abs(values[1] - y) <= Roundoff * (Math.Abs(Math.Log(y)) + 1.3 + 1) * y
                && double.IsNaN(values[2]) && double.IsNaN(values[3])
                && Math.Abs(map.ToNaturalTime(map.ToModelTime(x)) - x) <= Roundoff * (Math.Abs(x) + 1900);
        }));
    }

    [Fact]
    public void Time_unit_of_a_sinusoid_is_its_period_over_two_pi()
    {
        const double Period = 9.6;
        double[] times = Enumerable.Range(0, 961).Select(i => 1900 + (0.1 * i)).ToArray();
        var map = Standardization.Fit(Set(times, Array.ConvertAll(times, t => 40 + (7 * Math.Sin(2 * Math.PI * t / Period)))));

        // The chord's slope is less than the tangent's by the factor sin(ωh/2)/(ωh/2) = 1 - (ωh)²/24 = 1 - 1.8e-4; the
        // deviation over 10 full periods and one point more is off by at most 1/961.
        Assert.Equal(Period / (2 * Math.PI), map.TimeScale, 2e-3);
    }

    [Fact]
    public void Time_unit_stays_between_a_hundredth_of_the_data_and_the_whole()
    {
        double[] times = Enumerable.Range(0, 1001).Select(i => (double)i).ToArray();

        Assert.Equal(10, Standardization.Fit(Set(times, Array.ConvertAll(times, t => t % 2))).TimeScale);
        Assert.Equal(1000, Standardization.Fit(Set(times, Array.ConvertAll(times, _ => 5.0))).TimeScale);
        Assert.Equal(3, Standardization.Fit(Set(times, times), timeScale: 3).TimeScale);
        Assert.Equal(1, Standardization.Fit(Set([4], [5])).TimeScale);
    }

    [Theory]
    [InlineData(0.1, 0.1, 0.1)]
    [InlineData(1e-320, 3e-320, 5e-320)]
    public void Constant_component_has_the_deviation_one(double a, double b, double c)
    {
        Assert.Equal(1, Standardization.Fit(Set([0, 1, 2], [a, b, c])).Components[0].Deviation);
    }

    [Fact]
    public void Large_values_do_not_overflow()
    {
        ComponentScale scale = Standardization.Fit(Set([0, 1, 2], [1e300, 2e300, 3e300])).Components[0];

        Assert.Equal(2, scale.Mean / 1e300, 14);
        Assert.Equal(Math.Sqrt(2 / 3.0), scale.Deviation / 1e300, 14);
    }

    [Fact]
    public void Component_without_training_values_is_named()
    {
        Assert.Contains("'x' has no value", Assert.Throws<SeriesException>(() => Standardization.Fit(Set([0, 1], [double.NaN, double.NaN]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Transformed_set_is_what_the_model_sees()
    {
        var set = new TimeSeriesSet(
            ["x"], [new TimeSeries("a", [100, 102], [Math.E, double.NaN], [70], [5, 6])],
            new TimeAxis("date", new DateTime(2020, 1, 1), TimeFormat.IsoDate), logComponents: ["x"], covariates: ["w"], inputs: ["dose"], seriesName: "id");
        var map = new Standardization([new("x", true, 0, 0.5)], set.Time, 100, 4);

        TimeSeriesSet model = map.Transform(set);

        Assert.Equal([0.0, 0.5], model.Series[0].Times);
        Assert.Equal([2.0, double.NaN], model.Series[0].Values);
        Assert.Equal([70.0], model.Series[0].Covariates);
        Assert.Equal([5.0, 6], model.Series[0].InputValues);
        Assert.False(model.Time.IsDate);
        Assert.Empty(model.LogComponents);
        Assert.Throws<ArgumentException>(() => map.Transform(new TimeSeriesSet(["y"], set.Series, covariates: ["w"], inputs: ["dose"])));
    }

    [Fact]
    public void Saved_map_is_restored_bit_for_bit()
    {
        var map = new Standardization(
            [new("x \"µ\"", false, 0.1 + 0.2, 1e-7), new("y", true, -1.0 / 3, double.MaxValue)],
            new TimeAxis("when", new DateTime(1958, 3, 29, 12, 0, 0, DateTimeKind.Utc).AddTicks(1), TimeFormat.CompactDate), -0.7, 365.25);

        var again = Standardization.FromJson(map.ToJson());

        Assert.Equal(map.Components, again.Components);
        Assert.Equal(map.Time, again.Time);
        Assert.Equal((map.TimeOrigin, map.TimeScale), (again.TimeOrigin, again.TimeScale));
        Assert.Equal(map.ToJson(), Standardization.FromJson(new Standardization(map.Components, new TimeAxis("t"), -0.7, 365.25).ToJson()) is { } plain
            ? new Standardization(plain.Components, map.Time, plain.TimeOrigin, plain.TimeScale).ToJson()
            : "");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"time\":{\"name\":\"t\",\"format\":\"number\",\"origin\":0,\"scale\":1},\"components\":[]}")]
    [InlineData("{\"time\":{\"name\":\"t\",\"format\":\"number\",\"origin\":0,\"scale\":0},\"components\":[{\"name\":\"x\",\"log\":false,\"mean\":0,\"deviation\":1}]}")]
    [InlineData("{\"time\":{\"name\":\"t\",\"format\":\"number\",\"origin\":0,\"scale\":1},\"components\":[{\"name\":\"x\",\"log\":false,\"mean\":0,\"deviation\":1e999}]}")]
    [InlineData("{\"time\":{\"name\":\"t\",\"format\":\"iso-date\",\"origin\":0,\"scale\":1},\"components\":[{\"name\":\"x\",\"log\":false,\"mean\":0,\"deviation\":1}]}")]
    [InlineData("{\"time\":{\"name\":\"t\",\"format\":\"moon\",\"origin\":0,\"scale\":1},\"components\":[{\"name\":\"x\",\"log\":\"no\",\"mean\":0,\"deviation\":1}]}")]
    public void What_is_not_a_saved_map_is_a_FormatException(string json) =>
        Assert.StartsWith("The text is not a saved standardization: ", Assert.Throws<SeriesException>(() => Standardization.FromJson(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Numbers_of_a_map_are_checked()
    {
        Assert.Throws<ArgumentException>(() => new Standardization([], new TimeAxis(), 0, 1));
        Assert.Throws<ArgumentException>(() => new Standardization([new("x", false, 0, 0)], new TimeAxis(), 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Standardization([new("x", false, 0, 1)], new TimeAxis(), 0, -1));
        Assert.Throws<SeriesException>(() => new ComponentScale("x", true, 0, 1).Standardize(0));
        Assert.Throws<ArgumentException>(() => new Standardization([new("x", false, 0, 1), new("y", false, 0, 1)], new TimeAxis(), 0, 1).ToModel([1, 2, 3], new double[3]));
    }
}
