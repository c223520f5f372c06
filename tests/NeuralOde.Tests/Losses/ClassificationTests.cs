using NeuralOde.Losses;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Losses;

public class ClassificationTests
{
    [Fact]
    public void Cross_entropy_is_the_mean_negative_log_probability_of_the_labels()
    {
        Tensor logits = new RandomSource(1).Normal([6, 4], 0, 3, DType.Float64);
        int[] labels = [0, 3, 2, 1, 1, 0];
        double expected = labels.Select((label, row) => Math.Log(Enumerable.Range(0, 4).Sum(i => Math.Exp(logits[row, i]))) - logits[row, label]).Average();
        Assert.Equal(expected, Loss.CrossEntropy(logits, labels).ToScalar(), 1e-14);
        Assert.Equal(expected, Loss.CrossEntropy(logits.ToSingle(), labels).ToScalar(), 1e-5);
        Assert.Equal(Math.Log(4), Loss.CrossEntropy(Tensor.Zeros([6, 4], DType.Float64), labels).ToScalar(), 1e-15);
    }

    [Fact]
    public void Large_logits_do_not_overflow()
    {
        var logits = Tensor.From([1000f, -1000, -1000, 1000], [2, 2], requiresGradient: true);
        Tensor loss = Loss.CrossEntropy(logits, [0, 0]);
        Assert.Equal(1000, loss.ToScalar(), 1e-4);
        loss.Backward();
        Assert.Equal([0, 0, -0.5, 0.5], logits.Gradient!.ToDoubles());
    }

    [Fact]
    public void The_gradient_is_softmax_less_the_label_over_the_batch()
    {
        var logits = Tensor.From(new RandomSource(1).Normal([3, 5], dtype: DType.Float64).ToArray<double>(), [3, 5], requiresGradient: true);
        Loss.CrossEntropy(logits, [4, 0, 2]).Backward();
        double[] expected = [.. logits.SoftMax().ToDoubles().Select((p, i) => (p - (i is 4 or 5 or 12 ? 1 : 0)) / 3)];
        Assert.Equal(0, expected.Zip(logits.Gradient!.ToDoubles(), (x, y) => Math.Abs(x - y)).Max(), 1e-15);
    }

    [Fact]
    public void Wrong_labels_are_refused_or_give_NaN_where_they_cannot_be_seen_before()
    {
        var logits = Tensor.Zeros([2, 3]);
        Assert.Contains("0 to 2", Assert.Throws<ArgumentOutOfRangeException>(() => Loss.CrossEntropy(logits, [0, 3])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Loss.CrossEntropy(logits, [0, -1]));
        Assert.Throws<ArgumentException>(() => Loss.CrossEntropy(logits, [0]));
        Assert.Throws<ArgumentException>(() => Loss.CrossEntropy(Tensor.Zeros([2, 3, 1]), [0, 0]));
        Assert.Throws<ArgumentException>(() => Loss.CrossEntropy(logits, Tensor.Zeros([2, 1])));
        foreach (float label in new[] { 3f, -1, 0.5f, float.NaN, float.PositiveInfinity })
        {
            Assert.Equal(double.NaN, Loss.CrossEntropy(logits, Tensor.From(0f, label)).ToScalar());
        }
    }

    [Fact]
    public void Accuracy_counts_the_rows_whose_likeliest_class_is_true()
    {
        var logits = Tensor.From([1f, 2, 0, 5, 5, 1, -1, -2, -3, 0, 0, 1], [4, 3]);
        Assert.Equal([1, 0, 0, 2], Classification.Predict(logits));
        Assert.Equal(0.75, Classification.Accuracy(logits, [1, 1, 0, 2]));
        Assert.Throws<ArgumentException>(() => Classification.Accuracy(logits, [1]));
        Assert.Throws<ArgumentException>(() => Classification.Accuracy(Tensor.Zeros([0, 3]), []));
    }
}
