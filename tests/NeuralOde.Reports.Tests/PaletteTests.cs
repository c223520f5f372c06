using System.Globalization;

namespace NeuralOde.Reports.Tests;

public class PaletteTests
{
    // Simulations of missing cones in linear sRGB: Machado, Oliveira, Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision Deficiency", severity 1.
    private static readonly double[][] s_trichromat = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
    private static readonly double[][] s_protanope = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]];
    private static readonly double[][] s_deuteranope = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]];
    private static readonly double[][] s_tritanope = [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]];

    [Fact]
    public void Every_pair_of_series_colors_differs_for_every_common_color_vision()
    {
        Assert.Equal(Palette.OfLines.Order(), Palette.OfPoints.Order());
        foreach (Func<PaletteColor, string> shade in (Func<PaletteColor, string>[])[Palette.Light, Palette.Dark])
        {
            foreach (double[][] vision in (double[][][])[s_trichromat, s_protanope, s_deuteranope, s_tritanope])
            {
                double[][] seen = Palette.OfLines.Select(c => Oklab([.. vision.Select(row => row.Zip(Linear(shade(c)), (a, b) => a * b).Sum())])).ToArray();
                for (int i = 0; i < seen.Length; i++)
                {
                    for (int j = 0; j < i; j++)
                    {
                        // About 0.02 is just noticeable in Oklab side by side; thin lines apart from each other need three times that.
                        double distance = Math.Sqrt(seen[i].Zip(seen[j], (a, b) => (a - b) * (a - b)).Sum());
                        Assert.True(distance > 0.06, $"{Palette.OfLines[i]} and {Palette.OfLines[j]} differ by {distance}");
                    }
                }
            }
        }
    }

    [Fact]
    public void Series_colors_stand_out_from_paper_and_from_dark_screens()
    {
        // WCAG 2.2, criterion 1.4.11: 3 to 1 for parts of graphics. Orange and sky blue miss it on white, and are therefore the last of the hues.
        Assert.All(Palette.OfLines.Take(4).Append(PaletteColor.Ink), c => Assert.True(Contrast(Palette.Light(c), "#ffffff") >= 3, $"{c}"));
        // Criterion 1.4.3: 4.5 to 1 for text, because links have the color of the first line.
        Assert.All(Palette.OfLines, c => Assert.True(Contrast(Palette.Dark(c), "#14181d") >= 4.5, $"{c}"));
    }

    [Fact]
    public void Series_without_a_color_get_one_that_no_other_series_of_the_figure_has()
    {
        Figure lines = new Figure().Line([0, 1], [0, 1]).Line([0, 1], [0, 2]).Line([0, 1], [0, 3]);
        Assert.Equal(["c1", "c2", "c3"], Classes(lines));
        Assert.Equal(["c1", "c2"], Classes(new Figure().Bars([0, 1], [0, 1]).Bars([0, 1], [0, 2])));
        Assert.Equal(["c1", "c2"], Classes(new Figure().Band([0, 1], [0, 1], [1, 2]).Band([0, 1], [0, 1], [2, 3])));
        Assert.Equal(["c0", "c2"], Classes(new Figure().Points([0, 1], [0, 1]).Points([0, 1], [0, 2])));
        // A style without a color is no color; one that is given is not given again.
        Assert.Equal(
            ["c1", "c2"], Classes(new Figure().Line([0, 1], [0, 1], null, new LineStyle { Color = PaletteColor.Blue }).Line([0, 1], [0, 2], null, new LineStyle { Width = 1 })));
        // A band and its line agree.
        Assert.Equal(["c1", "c1"], Classes(new Figure().Band([0, 1], [0, 1], [1, 2]).Line([0, 1], [0, 1])));
        // Rules stay in the background.
        Assert.Equal(["c1", "c8"], Classes(new Figure().Line([0, 1], [0, 1]).HorizontalRule(0.5, null, new LineStyle { Width = 1 })));
    }

    [Fact]
    public void More_series_than_colors_use_every_color_equally_often()
    {
        Figure figure = Enumerable.Range(0, 2 * Palette.OfLines.Length).Aggregate(new Figure(), (f, k) => f.Line([0, 1], [0, k + 1]));
        Assert.All(Classes(figure).GroupBy(c => c), g => Assert.Equal(2, g.Count()));
    }

    private static string[] Classes(Figure figure)
    {
        return [.. SvgReading.Parse(figure.ToSvg()).Named("path").Select(p => p.Attribute("class")!.Value).Where(c => c[0] == 'c')];
    }

    private static double Contrast(string a, string b)
    {
        (double first, double second) = (Luminance(a) + 0.05, Luminance(b) + 0.05);
        return Math.Max(first, second) / Math.Min(first, second);
    }

    private static double Luminance(string color) => Linear(color) is [var r, var g, var b] ? (0.2126 * r) + (0.7152 * g) + (0.0722 * b) : double.NaN;

    private static double[] Linear(string color)
    {
        return [.. Enumerable.Range(0, 3).Select(i => int.Parse(color.AsSpan(1 + (2 * i), 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) / 255.0)
            .Select(x => x <= 0.04045 ? x / 12.92 : Math.Pow((x + 0.055) / 1.055, 2.4))];
    }

    // Ottosson 2020, "A perceptual color space for image processing".
    private static double[] Oklab(double[] rgb)
    {
        (double r, double g, double b) = (rgb[0], rgb[1], rgb[2]);
        double l = Math.Cbrt((0.4122214708 * r) + (0.5363325363 * g) + (0.0514459929 * b));
        double m = Math.Cbrt((0.2119034982 * r) + (0.6806995451 * g) + (0.1073969566 * b));
        double s = Math.Cbrt((0.0883024619 * r) + (0.2817188376 * g) + (0.6299787005 * b));
        return
        [
            (0.2104542553 * l) + (0.7936177850 * m) - (0.0040720468 * s),
            (1.9779984951 * l) - (2.4285922050 * m) + (0.4505937099 * s),
            (0.0259040371 * l) + (0.7827717662 * m) - (0.8086757660 * s),
        ];
    }
}
