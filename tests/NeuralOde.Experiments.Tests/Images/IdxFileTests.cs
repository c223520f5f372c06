using NeuralOde.Experiments.Images;

namespace NeuralOde.Experiments.Tests.Images;

public class IdxFileTests
{
    private static IdxFile Read(byte[] bytes) => IdxFile.Read(new MemoryStream(bytes), "some.idx");

    private static string Fault(byte[] bytes) => Assert.Throws<ImageFileException>(() => Read(bytes)).Message;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Axes_and_elements_are_read_plain_or_gzip_by_content(bool compressed)
    {
        byte[] bytes = IdxBytes.Of([2, 1, 3], 1, 2, 3, 4, 5, 6);
        IdxFile file = Read(compressed ? IdxBytes.Compress(bytes) : bytes);
        Assert.Equal([2, 1, 3], file.Lengths);
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Elements.ToArray());
    }

    [Fact]
    public void The_name_does_not_decide_whether_a_file_is_compressed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("plain.gz"), IdxBytes.Of([1], 7));
        File.WriteAllBytes(folder.File("packed"), IdxBytes.Compress(IdxBytes.Of([1], 7)));
        Assert.Equal([7], IdxFile.Read(folder.File("plain.gz")).Elements.ToArray());
        Assert.Equal([7], IdxFile.Read(folder.File("packed")).Elements.ToArray());
    }

    [Fact]
    public void Every_cut_of_a_file_is_refused()
    {
        byte[] bytes = IdxBytes.Of([2, 2], 1, 2, 3, 4);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Contains("cut off", Fault(bytes[..length]));
        }
    }

    [Fact]
    public void Every_cut_of_a_compressed_file_is_refused()
    {
        byte[] bytes = IdxBytes.Compress(IdxBytes.Of([4, 4], [.. Enumerable.Range(0, 16).Select(x => (byte)(x * x))]));
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.StartsWith("Cannot read 'some.idx': ", Fault(bytes[..length]));
        }
    }

    [Fact]
    public void A_changed_bit_of_a_compressed_file_is_refused_or_changes_nothing()
    {
        byte[] elements = [.. Enumerable.Range(0, 16).Select(x => (byte)(x * x))];
        byte[] bytes = IdxBytes.Compress(IdxBytes.Of([4, 4], elements));
        int refused = 0;
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            byte[] changed = [.. bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                // A date in gzip's header, or the bits that fill the last byte up.
                Assert.Equal(elements, Read(changed).Elements.ToArray());
            }
            catch (ImageFileException)
            {
                refused++;
            }
        }

        // All but the header's 6 bytes of date and system, the length at the end (4 bytes) and 7 filling bits must be noticed.
        Assert.True(refused >= (8 * bytes.Length) - (8 * 10) - 7, $"{refused} of {8 * bytes.Length}");
    }

    [Fact]
    public void Bytes_after_the_elements_are_refused()
    {
        Assert.Contains("continues after its [2] elements", Fault([.. IdxBytes.Of([2], 1, 2), 0]));
        Assert.Contains("continues after its [2] elements", Fault(IdxBytes.Compress([.. IdxBytes.Of([2], 1, 2), 0])));
    }

    [Fact]
    public void Another_kind_of_file_says_how_it_begins() => Assert.Contains("it begins with 3C68746D", Fault([.. "<html>"u8]));

    [Fact]
    public void Another_element_type_is_named() => Assert.Contains("type 0x0D", Fault(IdxBytes.WithType(0x0D, [1], [0, 0, 0, 0])));

    [Fact]
    public void A_claim_that_no_file_of_its_size_can_meet_takes_no_memory()
    {
        Assert.Contains("more than the file can hold", Fault(IdxBytes.Of([50_000, 28, 28], 1)));
        Assert.Contains("more than the file can hold", Fault(IdxBytes.Compress(IdxBytes.Of([int.MaxValue, int.MaxValue, 2], 1))));
        Assert.Contains("more than can be", Fault(IdxBytes.Of([-1, 2], 1)));
    }

    [Fact]
    public void A_strange_number_of_axes_is_refused()
    {
        Assert.Contains("claims 0 axes", Fault([0, 0, 8, 0]));
        Assert.Contains("claims 200 axes", Fault([0, 0, 8, 200, 0, 0, 0, 1]));
    }
}
