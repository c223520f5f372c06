namespace NeuralOde.Tensors.Tests;

/// <summary>What convolution and pooling refuse, and cases that the table of operations cannot hold.</summary>
public class ImageOperationTests
{
    private static readonly Tensor s_images = Tensor.Zeros([2, 5, 6, 3]);

    [Fact]
    public void A_convolution_says_what_does_not_fit()
    {
        Assert.Contains("same number of channels", Assert.Throws<ArgumentException>(() => s_images.Convolution2d(Tensor.Zeros([3, 3, 4, 2]))).Message, StringComparison.Ordinal);
        Assert.Contains("[5, 6, 3]", Assert.Throws<ArgumentException>(() => Tensor.Zeros([5, 6, 3]).Convolution2d(Tensor.Zeros([3, 3, 3, 2]))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "7x3 does not fit images of 5x6 with padding 0",
            Assert.Throws<ArgumentException>(() => s_images.Convolution2d(Tensor.Zeros([7, 3, 3, 2]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>("stride", () => s_images.Convolution2d(Tensor.Zeros([3, 3, 3, 2]), 0));
        Assert.Throws<ArgumentOutOfRangeException>("padding", () => s_images.Convolution2d(Tensor.Zeros([3, 3, 3, 2]), 1, -1));
        Assert.Throws<ArgumentNullException>("weight", () => s_images.Convolution2d(null!));
    }

    [Fact]
    public void A_pooling_says_what_does_not_fit()
    {
        Assert.Contains("6x6 does not fit images of 5x6", Assert.Throws<ArgumentException>(() => s_images.MaxPool2d(6)).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 3]", Assert.Throws<ArgumentException>(() => Tensor.Zeros([2, 3]).AveragePool2d(2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>("size", () => s_images.MaxPool2d(0));
        Assert.Throws<ArgumentOutOfRangeException>("stride", () => s_images.AveragePool2d(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>("padding", () => s_images.MaxPool2d(3, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>("height", () => s_images.AdaptiveAveragePool2d(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>("width", () => s_images.AdaptiveAveragePool2d(1, 0));
    }

    [Fact]
    public void No_images_give_no_images()
    {
        Assert.Equal(new Shape(0, 3, 4, 2), Tensor.Zeros([0, 5, 6, 3]).Convolution2d(Tensor.Zeros([3, 3, 3, 2])).Shape);
        Assert.Equal(new Shape(0, 2, 3, 3), Tensor.Zeros([0, 5, 6, 3]).MaxPool2d(2).Shape);
    }

    [Fact]
    public void Equal_largest_values_share_the_gradient_evenly()
    {
        var x = Tensor.From([1.0, 1, 0, 1], [1, 2, 2, 1], requiresGradient: true);
        Assert.Equal([2.0, 2, 0, 2], Gradients.Of(x.MaxPool2d(2).Sum() * 6.0, [x])[0].ToDoubles());
    }

    [Fact]
    public void A_nan_is_the_largest_of_its_window()
    {
        var x = Tensor.From([1.0, double.NaN, 0, 1, 5, 2, 3, 4], [1, 2, 4, 1]);
        Assert.Equal([double.NaN, 4.0], x.MaxPool2d(2).ToDoubles());
    }
}
