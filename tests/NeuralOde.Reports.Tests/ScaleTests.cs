using FsCheck;
using FsCheck.Fluent;

namespace NeuralOde.Reports.Tests;

public class ScaleTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pixel_inverted_gives_the_value(bool logarithmic)
    {
        var values = (from low in Gen.Choose(1, 1000)
                      from span in Gen.Choose(1, 1000)
                      from part in Gen.Choose(0, 1000)
                      select (Low: low / 10.0, Span: span / 10.0, Part: part / 1000.0)).ToArbitrary();
        Prop.ForAll(values, v =>
        {
            var axis = new FigureAxis { Scale = logarithmic ? AxisScale.Logarithmic : AxisScale.Linear, Min = v.Low, Max = v.Low + v.Span };
            var scale = new Scale(new Extent(axis).ToDomain(0), 400, 20);
            double value = v.Low + v.Part * v.Span;
            // A pixel is about 400 of the range, so an error of an ulp of 400 comes back as that part of the range.
            double tolerance = 1e-13 * (v.Low + v.Span) * (logarithmic ? 1 + Math.Log(1 + v.Span / v.Low) : 1);
            Assert.InRange(scale.Invert(scale.At(value)), value - tolerance, value + tolerance);
            Assert.InRange(scale.At(value), 20 - 1e-9, 400 + 1e-9);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(5.0, 5.0)]
    [InlineData(0.0, 0.0)]
    [InlineData(-1e250, -1e250)]
    [InlineData(1e15, 1e15 + 1)]
    public void A_range_of_one_value_has_room_around_it(double a, double b)
    {
        var extent = new Extent(new FigureAxis());
        extent.Add([a, b]);
        var domain = extent.ToDomain(0.05);
        Assert.True(domain.Low < a && domain.High > b && double.IsFinite(domain.Span));
    }

    [Fact]
    public void Values_that_cannot_be_shown_do_not_widen_a_range()
    {
        var linear = new Extent(new FigureAxis());
        linear.Add([1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e305, 2]);
        Assert.Equal(new Domain(false, 1, 2), linear.ToDomain(0));
        var logarithmic = new Extent(new FigureAxis { Scale = AxisScale.Logarithmic });
        logarithmic.Add([-1, 0, 1, 100]);
        Assert.Equal(new Domain(true, 0, 2), logarithmic.ToDomain(0));
    }

    [Fact]
    public void Given_ends_are_kept_and_must_be_in_order()
    {
        var extent = new Extent(new FigureAxis { Min = 0, Max = 10 });
        extent.Add([-5, 50]);
        Assert.Equal(new Domain(false, 0, 10), extent.ToDomain(0.05));
        Assert.Throws<ArgumentException>(() => new Extent(new FigureAxis { Min = 2, Max = 1 }).ToDomain(0));
        Assert.Equal(1e300, new Extent(new FigureAxis { Max = 1.5e308 }).ToDomain(0).High);
        Assert.True(new Extent(new FigureAxis { Min = 1e301, Max = 1e302 }).ToDomain(0) is var beyond && beyond.Low < beyond.High);
        Assert.Throws<ArgumentException>(() => new Extent(new FigureAxis { Min = double.NaN }).ToDomain(0));
        Assert.Throws<ArgumentException>(() => new Extent(new FigureAxis { Min = 0, Scale = AxisScale.Logarithmic }).ToDomain(0));
        var above = new Extent(new FigureAxis { Min = 5 });
        above.Add(3);
        Assert.True(above.ToDomain(0) is { Low: 5, High: > 5 });
    }

    [Fact]
    public void Bars_stand_on_the_axis_without_a_margin_below()
    {
        var extent = new Extent(new FigureAxis());
        extent.AddEdge(0);
        extent.Add(10);
        Assert.Equal(new Domain(false, 0, 11), extent.ToDomain(0.1));
    }
}
