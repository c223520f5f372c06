using FsCheck;
using FsCheck.Fluent;

namespace NeuralOde.Tensors.Tests;

/// <summary>Algebraic laws over random shapes; the values are whole numbers, so they hold exactly, in any order of summation.</summary>
public class OperationLawTests
{
    private static readonly Gen<Tensor> s_tensors =
        from rank in Gen.Choose(1, 4)
        from lengths in Gen.Choose(1, 5).ArrayOf(rank)
        from tensor in Whole(lengths)
        select tensor;

    [Fact]
    public void Summing_is_the_transpose_of_broadcasting() => Check(
        from y in s_tensors
        from kept in Gen.Choose(0, 1).ArrayOf(y.Rank)
        from drop in Gen.Choose(0, y.Rank)
        from x in Whole([.. y.Shape.Select((n, i) => kept[i] == 0 ? 1 : n).Skip(drop)])
        select (x, y),
        p => (p.x.BroadcastTo(p.y.Shape) * p.y).Sum().ToScalar() == (p.x * p.y.SumTo(p.x.Shape)).Sum().ToScalar());

    [Fact]
    public void The_transpose_of_a_product_is_the_product_of_the_transposes_reversed() => Check(
        from sizes in Gen.Choose(1, 20).ArrayOf(3)
        from x in Whole([sizes[0], sizes[1]])
        from y in Whole([sizes[1], sizes[2]])
        select (x, y),
        p => Same(p.x.MatMul(p.y).Transpose(), p.y.Transpose().MatMul(p.x.Transpose())));

    [Fact]
    public void Matrix_products_are_associative() => Check(
        from sizes in Gen.Choose(1, 9).ArrayOf(4)
        from x in Whole([sizes[0], sizes[1]])
        from y in Whole([sizes[1], sizes[2]])
        from z in Whole([sizes[2], sizes[3]])
        select (x, y, z),
        p => Same(p.x.MatMul(p.y).MatMul(p.z), p.x.MatMul(p.y.MatMul(p.z))));

    [Fact]
    public void A_stack_of_products_is_the_products_stacked() => Check(
        from sizes in Gen.Choose(1, 6).ArrayOf(4)
        from x in Whole([sizes[0], sizes[1], sizes[2]])
        from y in Whole([sizes[0], sizes[2], sizes[3]])
        select (x, y),
        p => Same(p.x.MatMul(p.y), Tensor.Stack([.. Enumerable.Range(0, p.x.Shape[0]).Select(i => p.x.Select(0, i).MatMul(p.y.Select(0, i)))])));

    [Fact]
    public void Transposing_by_an_order_and_its_inverse_gives_the_tensor_back() => Check(
        from x in s_tensors from order in Gen.Shuffle(Enumerable.Range(0, x.Rank)) select (x, order),
        p => Same(p.x, p.x.Transpose(p.order).Transpose([.. Enumerable.Range(0, p.order.Length).Select(i => Array.IndexOf(p.order, i))])));

    [Fact]
    public void Parts_joined_are_the_whole() => Check(
        from x in s_tensors from axis in Gen.Choose(0, x.Rank - 1) from at in Gen.Choose(0, x.Shape[axis]) select (x, axis, at),
        p => Same(p.x, Tensor.Concatenate([p.x.Slice(p.axis, ..p.at), p.x.Slice(p.axis, p.at..)], p.axis - p.x.Rank))
            && Same(p.x, Tensor.Stack([.. Enumerable.Range(0, p.x.Shape[p.axis]).Select(i => p.x.Select(p.axis, i))], p.axis)));

    [Fact]
    public void Sums_over_axes_may_be_taken_one_after_another() => Check(
        from x in s_tensors from axes in Gen.SubListOf(Enumerable.Range(0, x.Rank)) select (x, axes: axes.ToArray()),
        p => Same(p.x.Sum(p.axes), p.axes.OrderDescending().Aggregate(p.x, (y, a) => y.Sum([a])))
            && Same(p.x.Max(p.axes), p.axes.OrderDescending().Aggregate(p.x, (y, a) => y.Max([a])))
            && Same(p.x.Sum(p.axes, keepAxes: true), p.x.SumTo([.. p.x.Shape.Select((n, a) => p.axes.Contains(a) ? 1 : n)])));

    [Fact]
    public void Reshaping_keeps_the_order_of_elements() => Check(
        from x in s_tensors from order in Gen.Shuffle(Enumerable.Range(0, x.Rank)) select (x, order),
        p => p.x.Reshape([.. p.order.Select(a => p.x.Shape[a])]).ToDoubles().SequenceEqual(p.x.ToDoubles()));

    [Fact]
    public void Softmax_adds_up_to_one_and_is_the_gradient_of_logsumexp() => Check(
        from x in s_tensors from axis in Gen.Choose(0, x.Rank - 1) select (x, axis),
        p =>
        {
            Tensor x = p.x.WithGradient();
            Tensor gradient = Gradients.Of(x.LogSumExp(p.axis).Sum(), [x])[0];
            Tensor softmax = p.x.SoftMax(p.axis);
            return (gradient - softmax).Abs().Max().ToScalar() < 1e-15 && (softmax.Sum([p.axis]) - 1.0).Abs().Max().ToScalar() < 1e-14;
        });

    private static Gen<Tensor> Whole(int[] lengths) =>
        Gen.Choose(-6, 6).ArrayOf(lengths.Aggregate(1, (x, y) => x * y)).Select(x => Tensor.From(Array.ConvertAll(x, v => (double)v), new Shape(lengths)));

    private static void Check<T>(Gen<T> values, Func<T, bool> law) => Prop.ForAll(values.ToArbitrary(), law).QuickCheckThrowOnFailure();

    private static bool Same(Tensor x, Tensor y) => x.Shape == y.Shape && x.ToDoubles().SequenceEqual(y.ToDoubles());
}
