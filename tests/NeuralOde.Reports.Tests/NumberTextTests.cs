using System.Globalization;

namespace NeuralOde.Reports.Tests;

public class NumberTextTests
{
    [Theory]
    [InlineData(0.02134, 3, "0.0213")]
    [InlineData(1240, 3, "1240")]
    [InlineData(999_999, 3, "1.00×10⁶")]
    [InlineData(9.996, 3, "10.0")]
    [InlineData(-1.234e-6, 3, "−1.23×10⁻⁶")]
    [InlineData(0.001, 1, "0.001")]
    [InlineData(0.0, 3, "0")]
    [InlineData(double.NaN, 3, "NaN")]
    [InlineData(double.NegativeInfinity, 3, "−∞")]
    [InlineData(double.Epsilon, 2, "4.9×10⁻³²⁴")]
    public void Short_keeps_significant_digits(double value, int digits, string text) => Assert.Equal(text, NumberText.Short(value, digits));

    [Theory]
    [InlineData(-0.001, 2, "0.00")]
    [InlineData(-0.0, 0, "0")]
    [InlineData(-1.5, 1, "−1.5")]
    public void Fixed_has_a_true_minus_and_no_negative_zero(double value, int decimals, string text) => Assert.Equal(text, NumberText.Fixed(value, decimals));

    [Theory]
    [InlineData(1.005, "1")]
    [InlineData(-0.001, "0")]
    [InlineData(12.3456, "12.35")]
    [InlineData(-7.5, "-7.5")]
    public void Coordinates_have_two_decimals_at_most(double value, string text) => Assert.Equal(text, NumberText.Coordinate(value));

    [Fact]
    public void Path_steps_do_not_drift()
    {
        PathData path = new PathData().MoveTo(0.005, 0);
        for (int i = 1; i <= 1000; i++)
        {
            path.LineTo(i / 3.0, -i / 7.0);
        }
        List<(double X, double Y)> points = SvgReading.Points(path.ToString());
        Assert.Equal(1001, points.Count);
        // Half a hundredth for the one rounding, and the reader's own sum of a thousand steps.
        Assert.All(points.Skip(1).Select((p, i) => (p, i: i + 1)), q =>
        {
            Assert.Equal(q.i / 3.0, q.p.X, 0.005 + 1e-9);
            Assert.Equal(-q.i / 7.0, q.p.Y, 0.005 + 1e-9);
        });
    }

    [Fact]
    public void Pictures_are_the_same_under_every_culture_and_every_time()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        Figure figure = Samples.Portrait();
        string here = figure.ToSvg();
        try
        {
            var foreign = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            foreign.NumberFormat.NumberDecimalSeparator = ",";
            foreign.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = foreign;
            Assert.Equal(here, figure.ToSvg());
            Assert.Equal(here, Samples.Portrait().ToSvg());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
