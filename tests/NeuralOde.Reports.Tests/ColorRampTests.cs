namespace NeuralOde.Reports.Tests;

public class ColorRampTests
{
    [Fact]
    public void Ends_are_the_first_and_the_last_anchor()
    {
        Assert.Equal("#000000", ColorRamp.Grayscale.At(0));
        Assert.Equal("#ffffff", ColorRamp.Grayscale.At(1));
        Assert.Equal("#102030", new ColorRamp("#102030", "#a0b0c0").At(-5));
        Assert.Equal("#a0b0c0", new ColorRamp("#102030", "#a0b0c0").At(5));
    }

    [Fact]
    public void Time_and_amount_are_monotone_in_luminance_so_that_they_read_in_grey()
    {
        double[] time = Enumerable.Range(0, 33).Select(i => Luminance(ColorRamp.Time.At(i / 32.0))).ToArray();
        Assert.All(time.Zip(time.Skip(1)), p => Assert.True(p.First < p.Second));
        double[] amount = Enumerable.Range(0, 33).Select(i => Luminance(ColorRamp.Amount.At(i / 32.0))).ToArray();
        Assert.All(amount.Zip(amount.Skip(1)), p => Assert.True(p.First > p.Second));
    }

    [Fact]
    public void Bad_colors_and_positions_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ColorRamp("#000000"));
        Assert.Throws<ArgumentException>(() => new ColorRamp("#000000", "white"));
        Assert.Throws<ArgumentException>(() => ColorRamp.Time.At(double.NaN));
    }

    // Relative luminance of WCAG 2.2.
    private static double Luminance(string color)
    {
        double Channel(int at)
        {
            double c = Convert.ToInt32(color.Substring(at, 2), 16) / 255.0;
            return c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
        }
        return 0.2126 * Channel(1) + 0.7152 * Channel(3) + 0.0722 * Channel(5);
    }
}
