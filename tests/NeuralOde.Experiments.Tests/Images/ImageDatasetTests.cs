using System.Security.Cryptography;
using NeuralOde.Experiments.Images;
using NeuralOde.Series.Evaluation;

namespace NeuralOde.Experiments.Tests.Images;

public class ImageDatasetTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Files_are_found_under_either_name_plain_or_compressed(bool dotted, bool compressed)
    {
        using var folder = new TemporaryFolder();
        IdxBytes.WriteSet(folder.Path, dotted: dotted, compressed: compressed);
        var training = ImageDataset.Load(folder.Path, ImageSplit.Training);
        Assert.Equal((7, 2, 3, 10), (training.Count, training.Rows, training.Columns, training.Classes));
        Assert.Equal([4, 5, 6, 7, 8, 9], training.Image(4).ToArray());
        Assert.Equal([0, 1, 2], ImageDataset.Load(folder.Path, ImageSplit.Test).Labels.ToArray());
    }

    [Fact]
    public void A_collection_is_found_in_the_folder_or_in_one_of_its_name_within()
    {
        using var folder = new TemporaryFolder();
        IdxBytes.WriteSet(folder.Path, training: 4);
        Assert.Equal(4, ImageCollection.Mnist.Load(folder.Path, ImageSplit.Training).Count);
        IdxBytes.WriteSet(folder.File("fashion-mnist"), training: 9);
        Assert.Equal(9, ImageCollection.FashionMnist.Load(folder.Path, ImageSplit.Training).Count);
        Assert.Equal(4, ImageCollection.Mnist.Load(folder.Path, ImageSplit.Training).Count);
    }

    [Fact]
    public void A_missing_file_is_named_with_what_is_needed_and_where_it_can_be_had()
    {
        using var folder = new TemporaryFolder();
        IdxBytes.WriteSet(folder.Path);
        File.Delete(folder.File("t10k-labels-idx1-ubyte"));
        string message = Assert.Throws<ImageFileException>(() => ImageCollection.FashionMnist.Load(folder.Path, ImageSplit.Test)).Message;
        Assert.Contains($"Fashion-MNIST is not in '{folder.Path}': missing there is t10k-labels-idx1-ubyte.", message);
        Assert.Contains("The data set needs train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte", message);
        Assert.Contains("https://github.com/zalandoresearch/fashion-mnist", message);
        Assert.Contains("there is no folder", Assert.Throws<ImageFileException>(() => ImageCollection.Mnist.Load(folder.File("no"), ImageSplit.Test)).Message);
        Assert.Contains("https://ossci-datasets.s3.amazonaws.com/mnist/", Assert.Throws<ImageFileException>(() => ImageDataset.Load(folder.File("no"), ImageSplit.Test)).Message);
    }

    [Fact]
    public void Images_and_labels_that_do_not_fit_are_refused()
    {
        IdxFile images = Idx("images", IdxBytes.Of([2, 1, 1], 1, 2));
        IdxFile labels = Idx("labels", IdxBytes.Of([2], 0, 1));
        IReadOnlyList<string> names = ["no", "yes"];
        Assert.Equal(2, ImageDataset.From(images, labels, names).Count);
        Assert.Contains("Is it the file of labels?", Fault(labels, labels));
        Assert.Contains("Is it the file of images?", Fault(images, images));
        Assert.Contains("'labels': it holds 3 labels, and 'images' 2 images", Fault(images, Idx("labels", IdxBytes.Of([3], 0, 1, 1))));
        Assert.Contains("image 1 has the label 2; with 2 classes a label is from 0 to 1.", Fault(images, Idx("labels", IdxBytes.Of([2], 0, 2))));

        static IdxFile Idx(string name, byte[] bytes) => IdxFile.Read(new MemoryStream(bytes), name);
        string Fault(IdxFile a, IdxFile b) => Assert.Throws<ImageFileException>(() => ImageDataset.From(a, b, names)).Message;
    }

    [Fact]
    public void Held_out_images_and_the_rest_are_all_images_once_and_the_same_for_a_seed()
    {
        ImageDataset all = CountedImages.Of(40);
        (ImageDataset training, ImageDataset validation) = all.HoldOut(13, seed: 5);
        Assert.Equal((27, 13), (training.Count, validation.Count));
        Assert.Equal(Enumerable.Range(0, 40), FirstPixels(training).Concat(FirstPixels(validation)).Order());
        Assert.Equal(FirstPixels(validation), FirstPixels(all.HoldOut(13, seed: 5).Validation));
        Assert.NotEqual(FirstPixels(validation), FirstPixels(all.HoldOut(13, seed: 6).Validation));
        Assert.Throws<ArgumentOutOfRangeException>(() => all.HoldOut(40));
    }

    [Fact]
    public void Taking_keeps_the_first_images()
    {
        Assert.Equal([0, 1, 2], FirstPixels(CountedImages.Of(10).Take(3)));
        Assert.Equal(10, CountedImages.Of(10).Take(99).Count);
    }

    [RealDataFact("mnist/train-images-idx3-ubyte.gz")]
    public void Mnist_itself_has_the_published_sums()
    {
        string folder = Path.GetDirectoryName(RealDataFactAttribute.PathOf("mnist"))!;
        ImageDataset training = ImageCollection.Mnist.Load(folder, ImageSplit.Training);
        var test = ImageDataset.Load(RealDataFactAttribute.PathOf("mnist"), ImageSplit.Test);
        Assert.Equal((60_000, 28, 28), (training.Count, training.Rows, training.Columns));
        Assert.Equal(10_000, test.Count);

        // The files' MD5 sums, as published with the data set's mirrors.
        Assert.Equal("6BBC9ACE898E44AE57DA46A324031ADB", Sum(IdxBytes.Of([60_000, 28, 28], training.Pixels.ToArray())));
        Assert.Equal("27AE3E4E09519CFBB04C329615203637", Sum(IdxBytes.Of([10_000], test.Labels.ToArray())));

        double mean = 0, square = 0;
        foreach (byte pixel in training.Pixels)
        {
            mean += pixel / 255.0;
            square += pixel / 255.0 * (pixel / 255.0);
        }

        mean /= training.Pixels.Length;
        Assert.Equal(PixelScale.Mnist.Mean, mean, 0.5e-4);
        Assert.Equal(PixelScale.Mnist.Deviation, Math.Sqrt((square / training.Pixels.Length) - (mean * mean)), 0.5e-4);

#pragma warning disable CA5351 // The published sums are MD5; nothing is secret.
        static string Sum(byte[] bytes) => Convert.ToHexString(MD5.HashData(bytes));
#pragma warning restore CA5351
    }

    private static int[] FirstPixels(ImageDataset images) => [.. Enumerable.Range(0, images.Count).Select(i => (int)images.Image(i)[0])];
}
