using NeuralOde.Experiments.Images;

namespace NeuralOde.Experiments.Tests.Images;

public class DigitImageTests
{
    [Theory]
    [InlineData(40, 30, false)]
    [InlineData(40, 30, true)]
    [InlineData(400, 700, true)]
    [InlineData(21, 21, false)]
    public void A_bar_fills_the_box_and_its_center_of_mass_is_in_the_fields_middle_pixel(int rows, int columns, bool darkOnLight)
    {
        // A bar from a quarter to three quarters of the height, a fifth as wide, off the middle.
        int top = rows / 4, height = rows / 2, left = columns / 8, width = Math.Max(1, height / 5);
        byte[] digit = DigitImage.From(Picture(rows, columns, (y, x) => y >= top && y < top + height && x >= left && x < left + width, darkOnLight));
        int[] lit = [.. Enumerable.Range(0, 784).Where(i => digit[i] > 0)];
        Assert.Equal((4, 23), (lit.Min(i => i / 28), lit.Max(i => i / 28)));
        int columnsLit = lit.Max(i => i % 28) - lit.Min(i => i % 28) + 1;
        Assert.Equal((int)Math.Round(20.0 * width / height), columnsLit);
        Assert.All(lit, i => Assert.Equal(255, digit[i]));
        Assert.InRange(Center(digit, i => i / 28), 14, 15);
        Assert.InRange(Center(digit, i => i % 28), 14, 15);
    }

    [Fact]
    public void An_uneven_shape_is_placed_by_its_mass_and_stays_within_the_field()
    {
        // A foot of full weight under a thin pole: the mass is low, so the box would leave the field at the top.
        byte[] digit = DigitImage.From(Picture(60, 60, (y, x) => y < 50 ? y >= 10 && x == 30 : y < 58 && x is >= 10 and < 50, darkOnLight: true));
        Assert.Equal(0, Enumerable.Range(0, 784).Where(i => digit[i] > 0).Min(i => i / 28));
    }

    [Fact]
    public void A_picture_in_the_form_of_the_data_set_stays_as_it_is()
    {
        byte[] image = new byte[784];
        for (int i = 0; i < 784; i++)
        {
            image[i] = i / 28 is > 1 and < 20 && i % 28 is > 2 and < 12 ? (byte)(i % 251) : (byte)0;
        }

        Assert.Equal(image, DigitImage.From(new GrayImage([.. image.Select(x => x / 255f)], 28, 28)));
    }

    [Fact]
    public void Faint_shades_of_the_paper_are_not_taken_for_ink()
    {
        // Paper that darkens to the right, a stroke in the middle.
        float[] values = new float[50 * 50];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = i % 50 is >= 24 and < 27 && i / 50 is >= 15 and < 35 ? 0.1f : 0.95f - (0.001f * (i % 50));
        }

        byte[] digit = DigitImage.From(new GrayImage(values, 50, 50));
        Assert.Equal(20 * 3, digit.Count(x => x > 0));
    }

    [Fact]
    public void A_picture_of_one_brightness_is_refused() =>
        Assert.Contains("one brightness everywhere", Assert.Throws<ImageFileException>(() => DigitImage.From(new GrayImage([0.5f, 0.5f], 1, 2))).Message);

    [RealDataFact("mnist/t10k-images-idx3-ubyte.gz")]
    public void Digits_that_are_drawn_large_come_back_nearly_as_they_were()
    {
        ImageDataset digits = ImageDataset.Load(RealDataFactAttribute.PathOf("mnist"), ImageSplit.Test).Take(200);
        double difference = 0, energy = 0;
        for (int i = 0; i < digits.Count; i++)
        {
            byte[] original = digits.Image(i).ToArray();
            float[] large = new float[200 * 160];
            for (int y = 0; y < 112; y++)
            {
                for (int x = 0; x < 112; x++)
                {
                    large[((y + 60) * 160) + x + 10] = original[(y / 4 * 28) + (x / 4)] / 255f;
                }
            }

            byte[] back = DigitImage.From(new GrayImage([.. large.Select(x => 1 - x)], 200, 160));
            for (int k = 0; k < 784; k++)
            {
                difference += Math.Abs(back[k] - original[k]);
                energy += original[k];
            }
        }

        // Faint rims are dropped and change a few boxes by a pixel. Without inversion, scale and centring the difference would be as large as the
        // whole, and with a place that is off by a pixel about half of it.
        Assert.InRange(difference / energy, 0, 0.1);
    }

    private static double Center(byte[] digit, Func<int, int> coordinate) =>
        Enumerable.Range(0, 784).Sum(i => digit[i] * (coordinate(i) + 0.5)) / digit.Sum(x => (double)x);

    private static GrayImage Picture(int rows, int columns, Func<int, int, bool> isInk, bool darkOnLight) => new(
        [.. Enumerable.Range(0, rows * columns).Select(i => isInk(i / columns, i % columns) == darkOnLight ? 0f : 1f)], rows, columns);
}
