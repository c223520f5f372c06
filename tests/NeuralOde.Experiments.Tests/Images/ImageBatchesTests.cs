using NeuralOde.Experiments.Images;

namespace NeuralOde.Experiments.Tests.Images;

public class ImageBatchesTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_epoch_shows_every_image_once(bool shuffled)
    {
        var batches = new ImageBatches(CountedImages.Of(50), new ImageBatchOptions { BatchSize = 8, IsShuffled = shuffled });
        int[] seen = Epoch(batches, 3);
        Assert.Equal(7, batches.Count);
        Assert.Equal(Enumerable.Range(0, 50), seen.Order());
        Assert.Equal(!shuffled, seen.SequenceEqual(Enumerable.Range(0, 50)));
    }

    [Fact]
    public void A_batch_is_a_function_of_seed_epoch_and_number_alone()
    {
        ImageDataset images = CountedImages.Of(50);
        var options = new ImageBatchOptions { BatchSize = 8, MaxShift = 1, Seed = 9 };
        var inOrder = new ImageBatches(images, options);
        List<float[]> expected = [.. Enumerable.Range(0, 3).SelectMany(epoch => Enumerable.Range(0, 7).Select(batch => inOrder.Get(epoch, batch).Pixels.ToArray()))];
        var asked = new ImageBatches(images, options);
        foreach (int i in new[] { 20, 3, 11, 3, 0, 13 })
        {
            Assert.Equal(expected[i], asked.Get(i / 7, i % 7).Pixels.ToArray());
        }

        Assert.NotEqual(Epoch(inOrder, 0), Epoch(inOrder, 1));
        Assert.NotEqual(Epoch(inOrder, 0), Epoch(new ImageBatches(images, options with { Seed = 10 }), 0));
    }

    [Fact]
    public void Pixels_are_scaled_and_go_with_their_labels()
    {
        ImageDataset images = CountedImages.Of(20);
        var batches = new ImageBatches(images, new ImageBatchOptions { BatchSize = 6, Scale = new PixelScale(0.5, 0.25) });
        ImageBatch last = batches.Get(0, 3);
        int[] indices = batches.Indices(0, 3).ToArray();
        Assert.Equal(2, last.Count);
        Assert.Equal([2, 2, 3, 1], last.ToTensor().Shape);
        Assert.Equal(indices.Select(x => x % 10), last.Labels.ToArray());
        Assert.Equal(indices.SelectMany(x => images.Image(x).ToArray()).Select(x => (float)(((x / 255.0) - 0.5) / 0.25)), last.Pixels.ToArray());
    }

    [Fact]
    public void Shifted_images_are_moved_whole_by_every_amount_and_black_comes_into_view()
    {
        // One bright pixel in the middle of 5x5, which no shift of up to 2 loses.
        const int Count = 500;
        byte[] pixels = new byte[Count * 25];
        for (int i = 0; i < Count; i++)
        {
            pixels[(i * 25) + 12] = 255;
        }

        var images = new ImageDataset(pixels, new byte[Count], 5, 5, ["one"]);
        var batches = new ImageBatches(images, new ImageBatchOptions { BatchSize = Count, MaxShift = 2, Scale = new PixelScale(0, 1) });
        float[] moved = batches.Get(0, 0).Pixels.ToArray();
        int[] places = [.. Enumerable.Range(0, Count).Select(i => Array.IndexOf(moved, 1f, i * 25, 25) - (i * 25))];
        Assert.Equal(Count, moved.Sum());

        // 25 places of probability 1/25 each: 20 expected, with deviation √(500·0.04·0.96) = 4.4; six deviations are 26.
        Assert.All(Enumerable.Range(0, 25), place => Assert.InRange(places.Count(x => x == place), 1, 46));
        Assert.NotEqual(moved, batches.Get(1, 0).Pixels.ToArray());
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        ImageDataset images = CountedImages.Of(4);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageBatches(images, new ImageBatchOptions { BatchSize = 0 }));
        Assert.Contains("0 to 1 pixels", Assert.Throws<NeuralOde.Settings.SettingException>(() => new ImageBatches(images, new ImageBatchOptions { MaxShift = 2 })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageBatches(images).Get(0, 1));
        Assert.Throws<InvalidOperationException>(() => new ImageBatches(images, new ImageBatchOptions { Scale = default }));
    }

    private static int[] Epoch(ImageBatches batches, int epoch) => [.. Enumerable.Range(0, batches.Count).SelectMany(i => batches.Indices(epoch, i).ToArray())];
}
