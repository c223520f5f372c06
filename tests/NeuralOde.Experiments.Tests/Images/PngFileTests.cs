using NeuralOde.Experiments.Images;

namespace NeuralOde.Experiments.Tests.Images;

public class PngFileTests
{
    private static string Fault(byte[] bytes) => Assert.Throws<ImageFileException>(() => PngFile.ReadGray(bytes, "some.png")).Message;

    /// <summary>What the standard allows (section 11.2.1, table 11.1), each with and without interlacing.</summary>
    public static TheoryData<int, int, bool> Depths =>
    [
        .. from x in new (int Color, int[] Depths)[] { (0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16]) }
           from depth in x.Depths
           from interlaced in new[] { false, true }
           select (x.Color, depth, interlaced),
    ];

    [Theory]
    [MemberData(nameof(Depths))]
    public void Every_color_type_depth_and_interlacing_is_read(int color, int depth, bool interlaced)
    {
        int channels = color switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        int most = (1 << depth) - 1;
        byte[] palette = [.. Enumerable.Range(0, 3 << Math.Min(depth, 8)).Select(i => (byte)(i * 37))];
        foreach ((int height, int width) in new[] { (1, 1), (2, 3), (9, 13), (17, 5) })
        {
            int[,,] samples = Samples(height, width, channels, most);
            GrayImage picture = PngFile.ReadGray(PngBytes.Of(samples, color, depth, interlaced, color == 3 ? palette : null), "some.png");
            Assert.Equal((height, width), (picture.Rows, picture.Columns));
            float behind = 1;
            if (height == 1)
            {
                // One pixel has one brightness: it is shown over black.
                behind = 0;
            }

            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    double[] s = [.. Enumerable.Range(0, channels).Select(c => (double)samples[y, x, c] / most)];
                    double expected = color switch
                    {
                        0 => s[0],
                        2 => Luma(s[0], s[1], s[2]),
                        3 => Luma(palette[3 * samples[y, x, 0]] / 255.0, palette[(3 * samples[y, x, 0]) + 1] / 255.0, palette[(3 * samples[y, x, 0]) + 2] / 255.0),
                        4 => (s[1] * s[0]) + ((1 - s[1]) * behind),
                        _ => (s[3] * Luma(s[0], s[1], s[2])) + ((1 - s[3]) * behind),
                    };

                    // A few roundings in single precision of numbers up to 1.
                    Assert.Equal(expected, picture[y, x], 4e-7);
                }
            }
        }

        static double Luma(double r, double g, double b) => (0.299 * r) + (0.587 * g) + (0.114 * b);
    }

    [Fact]
    public void A_color_named_transparent_shows_the_ground()
    {
        GrayImage gray = PngFile.ReadGray(PngBytes.Of(Row(0, 1, 2, 3), 0, 2, transparency: [0, 1]), "x");
        Assert.Equal([0, 1, 2 / 3f, 1], gray.Values.ToArray());
        GrayImage palette = PngFile.ReadGray(PngBytes.Of(Row(0, 1, 2), 3, 2, palette: [0, 0, 0, 255, 255, 255, 0, 0, 0], transparency: [0, 255]), "x");
        Assert.Equal([1, 1, 0], palette.Values.ToArray());
        int[,,] rgb = new int[1, 2, 3] { { { 10, 20, 30 }, { 10, 20, 31 } } };
        GrayImage key = PngFile.ReadGray(PngBytes.Of(rgb, 2, 8, transparency: [0, 10, 0, 20, 0, 30]), "x");
        Assert.Equal(1, key[0, 0]);
        Assert.InRange(key[0, 1], 0.07f, 0.08f);
    }

    [Fact]
    public void White_strokes_on_nothing_are_shown_over_black()
    {
        GrayImage picture = PngFile.ReadGray(PngBytes.Of(new int[1, 3, 2] { { { 255, 0 }, { 255, 255 }, { 255, 0 } } }, 4, 8), "x");
        Assert.Equal([0, 1, 0], picture.Values.ToArray());
    }

    [Fact]
    public void Every_cut_and_every_changed_byte_is_refused()
    {
        byte[] bytes = PngBytes.Of(Samples(5, 4, 1, 255), 0, 8);
        for (int at = 0; at < bytes.Length; at++)
        {
            Fault(bytes[..at]);
            byte[] changed = [.. bytes];
            changed[at] ^= 0x20;
            Assert.StartsWith("Cannot read 'some.png': ", Fault(changed));
        }
    }

    [Fact]
    public void Faults_say_what_is_wrong()
    {
        byte[] good = PngBytes.Of(Row(1, 2), 0, 8);
        Assert.Contains("does not begin with PNG's signature", Fault([.. "GIF89a"u8]));
        Assert.Contains("palette (PLTE) has 0 bytes", Fault(PngBytes.Of(Row(1, 2), 3, 8)));
        Assert.Contains("has the color 2, and the palette 1 colors", Fault(PngBytes.Of(Row(0, 2), 3, 8, palette: [1, 2, 3])));
        Assert.Contains("color type 2 with 4 bits", Fault(PngBytes.Of(new int[1, 1, 3], 2, 4)));
        Assert.Contains("tRNS) has 3 bytes instead of 2", Fault(PngBytes.Of(Row(1, 2), 0, 8, transparency: [1, 2, 3])));
        Assert.Contains("needs a chunk 'CgBI'", Fault([.. good[..33], .. PngBytes.Chunk("CgBI", [1]), .. good[33..]]));
        Assert.Contains("not where it must be", Fault([.. good[..8], .. PngBytes.Chunk("IEND", [])]));
        Assert.Contains("before the last row", Fault([.. good[..33], .. PngBytes.Chunk("IDAT", PngBytes.Compress([0, 1])), .. PngBytes.Chunk("IEND", [])]));
        Assert.Contains("compressed data (IDAT) are damaged", Fault([.. good[..33], .. PngBytes.Chunk("IDAT", [1, 2, 3]), .. PngBytes.Chunk("IEND", [])]));

        // The zlib header asks for a dictionary, and names it by its checksum.
        Assert.Contains("compressed data (IDAT) are damaged", Fault([.. good[..33], .. PngBytes.Chunk("IDAT", [0x78, 0xBB, 0, 0, 0, 1, 0]), .. PngBytes.Chunk("IEND", [])]));
        Assert.Contains("the filter 9", Fault([.. good[..33], .. PngBytes.Chunk("IDAT", PngBytes.Compress([9, 1, 2])), .. PngBytes.Chunk("IEND", [])]));
        byte[] huge = [0, 1, 0, 0, 0, 1, 0, 0, 8, 0, 0, 0, 0];
        Assert.Contains("65536 by 65536 pixels", Fault([.. good[..8], .. PngBytes.Chunk("IHDR", huge), .. PngBytes.Chunk("IEND", [])]));
    }

    private static int[,,] Row(params int[] values)
    {
        int[,,] row = new int[1, values.Length, 1];
        for (int i = 0; i < values.Length; i++)
        {
            row[0, i, 0] = values[i];
        }

        return row;
    }

    private static int[,,] Samples(int height, int width, int channels, int most)
    {
        int[,,] samples = new int[height, width, channels];
        int state = 1;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                for (int c = 0; c < channels; c++)
                {
                    state = ((state * 1103515) + 12345) & 0xFFFFFF;
                    samples[y, x, c] = (state >> 4) & most;
                }
            }
        }

        return samples;
    }
}
