namespace NeuralOde.Tensors.Tests;

/// <content>Reductions, and changes of shape.</content>
internal static partial class OperationCases
{
    private static IEnumerable<OperationCase> Reductions()
    {
        int[] cube = [2, 3, 4];
        (int[] Named, int[] Axes)[] choices = [([], []), ([0], [0]), ([1], [1]), ([-1], [2]), ([0, 1], [0, 1]), ([-1, 0], [0, 2]), ([1, 2], [1, 2]), ([2, 0, 1], [0, 1, 2])];
        foreach ((int[] named, int[] axes) in choices)
        {
            string list = string.Join(",", named);
            int count = axes.Aggregate(1, (n, a) => n * cube[a]);
            Dense Total(Dense x) => x.Fold(axes, v => v.Sum());
            Dense Size(Dense x) => Total(x.Map(Math.Abs));
            yield return One($"sum over {list}", cube, x => x.Sum(named), x => Total(x).Drop(axes)) with { Ulps = count, Scale = x => Size(x[0]).Drop(axes) };
            yield return One($"sum over {list}, kept", cube, x => x.Sum(named, keepAxes: true), Total) with { Ulps = count, Scale = x => Size(x[0]) };
            yield return One($"mean over {list}", cube, x => x.Mean(named), x => Total(x).Map(v => v / count).Drop(axes)) with
            {
                Ulps = count + 2,
                Scale = x => Size(x[0]).Map(v => v / count).Drop(axes),
            };
            yield return One($"max over {list}", cube, x => x.Max(named), x => x.Fold(axes, v => v.Max()).Drop(axes));
            yield return One($"max over {list}, kept", cube, x => x.Max(named, keepAxes: true), x => x.Fold(axes, v => v.Max()));
        }

        yield return One("sum", cube, x => x.Sum(), x => Dense.Scalar(x.Values.Sum())) with { Ulps = 24, Scale = x => Dense.Scalar(x[0].Values.Sum(Math.Abs)) };
        yield return One("mean", cube, x => x.Mean(), x => Dense.Scalar(x.Values.Average())) with { Ulps = 26, Scale = x => Dense.Scalar(x[0].Values.Average(Math.Abs)) };
        yield return One("max", cube, x => x.Max(), x => Dense.Scalar(x.Values.Max()));
        yield return One("sum of a scalar", [], x => x.Sum(), x => x);
        yield return One("max of a scalar", [], x => x.Max(), x => x);
        yield return One("sum of nothing", [0, 3], x => x.Sum([0]), _ => new Dense([0, 0, 0], 3));
        foreach (int axis in new[] { 0, 1, 2, -1 })
        {
            int[] axes = [axis < 0 ? axis + 3 : axis];

            // Rounding the shifted argument costs up to 4 ε/2 of relative error, the exponential 2.5, the sum one ε a term.
            Dense Log(Dense x) => x.Fold(axes, v => Math.Log(v.Sum(Math.Exp)));
            yield return One($"logsumexp {axis}", cube, x => x.LogSumExp(axis), x => Log(x).Drop(axes)) with
            {
                Ulps = 12,
                Scale = x => Log(x[0]).Map(v => 2 + Math.Abs(v)).Drop(axes),
            };
            yield return One($"softmax {axis}", cube, x => x.SoftMax(axis), x => Dense.Zip(x, Log(x), (p, q) => Math.Exp(p - q))) with { Ulps = 12 };
        }

        yield return One("logsumexp of a vector", [5], x => x.LogSumExp(), x => Dense.Scalar(Math.Log(x.Values.Sum(Math.Exp)))) with { Ulps = 12, Scale = _ => Dense.Scalar(4) };
        yield return One("sum to row", cube, x => x.SumTo([4]), x => x.Fold([0, 1], v => v.Sum()).Drop(0, 1)) with
        {
            Ulps = 6,
            Scale = x => x[0].Map(Math.Abs).Fold([0, 1], v => v.Sum()).Drop(0, 1),
        };
        yield return One("sum to column", cube, x => x.SumTo([3, 1]), x => x.Fold([0, 2], v => v.Sum()).Drop(0)) with
        {
            Ulps = 8,
            Scale = x => x[0].Map(Math.Abs).Fold([0, 2], v => v.Sum()).Drop(0),
        };
        yield return One("sum to one", cube, x => x.SumTo([]), x => Dense.Scalar(x.Values.Sum())) with { Ulps = 24, Scale = x => Dense.Scalar(x[0].Values.Sum(Math.Abs)) };
    }

    private static IEnumerable<OperationCase> Rearrangements()
    {
        yield return One("reshape", [2, 6], x => x.Reshape([3, 4]), x => x.To(3, 4));
        yield return One("reshape to a scalar", [1, 1], x => x.Reshape([]), x => x.To());
        yield return One("flatten", [2, 3], x => x.Flatten(), x => x.To(6));
        yield return One("unsqueeze 1", [2, 3], x => x.Unsqueeze(1), x => x.To(2, 1, 3));
        yield return One("unsqueeze -1", [2, 3], x => x.Unsqueeze(-1), x => x.To(2, 3, 1));
        yield return One("transpose", [3, 5], x => x.Transpose(), x => x.Permute(1, 0));
        yield return One("transpose of a stack", [2, 3, 4], x => x.Transpose(), x => x.Permute(0, 2, 1));
        yield return One("transpose 2 0 1", [2, 3, 4], x => x.Transpose([2, 0, 1]), x => x.Permute(2, 0, 1));
        yield return One("transpose -2 -1 0", [2, 3, 4], x => x.Transpose([-2, -1, 0]), x => x.Permute(1, 2, 0));
        yield return One("transpose 3 1 0 2", [2, 3, 2, 2], x => x.Transpose([3, 1, 0, 2]), x => x.Permute(3, 1, 0, 2));
        yield return One("slice 0", [5, 3], x => x.Slice(0, 1, 3), x => x.Cut(0, 1, 3));
        yield return One("slice -1", [2, 5], x => x.Slice(-1, 2, 3), x => x.Cut(1, 2, 3));
        yield return One("slice range", [2, 5, 2], x => x.Slice(1, 1..^1), x => x.Cut(1, 1, 3));
        yield return One("slice of nothing", [2, 5], x => x.Slice(1, 3, 0), x => x.Cut(1, 3, 0));
        yield return One("select 0", [3, 4], x => x.Select(0, 1), x => x.Cut(0, 1, 1).To(4));
        yield return One("select last", [3, 4], x => x.Select(-1, -1), x => x.Cut(1, 3, 1).To(3));
        yield return One("gather", [4, 2, 3], x => x.Gather([2, 0, 2, 3, 2]), x => Dense.Join(0, [.. new[] { 2, 0, 2, 3, 2 }.Select(i => x.Cut(0, i, 1))]));
        yield return One("gather from a vector", [3], x => x.Gather([1, 1]), x => Dense.Join(0, x.Cut(0, 1, 1), x.Cut(0, 1, 1)));
        yield return One("gather nothing", [3, 2], x => x.Gather([]), x => x.Cut(0, 0, 0));
        yield return One("broadcast new axis", [3], x => x.BroadcastTo([2, 3]), x => x.Repeat(2, 3));
        yield return One("broadcast middle", [2, 1, 3], x => x.BroadcastTo([2, 4, 3]), x => x.Repeat(2, 4, 3));
        yield return One("broadcast scalar", [], x => x.BroadcastTo([2, 2]), x => x.Repeat(2, 2));
        yield return new("concatenate 0", [[2, 3], [1, 3], [0, 3]], x => Tensor.Concatenate(x), x => Dense.Join(0, x));
        yield return new("concatenate -1", [[2, 3], [2, 1], [2, 2]], x => Tensor.Concatenate(x, -1), x => Dense.Join(1, x));
        yield return new("concatenate 1", [[2, 1, 2], [2, 3, 2]], x => Tensor.Concatenate(x, 1), x => Dense.Join(1, x));
        yield return One("concatenate with itself", [2, 3], x => Tensor.Concatenate([x, x, x], 1), x => Dense.Join(1, x, x, x));
        yield return new("stack 0", [[2, 3], [2, 3]], x => Tensor.Stack(x), x => Dense.Join(0, [.. x.Select(y => y.To(1, 2, 3))]));
        yield return new("stack 1", [[2, 3], [2, 3]], x => Tensor.Stack(x, 1), x => Dense.Join(1, [.. x.Select(y => y.To(2, 1, 3))]));
        yield return new("stack -1", [[2, 3], [2, 3], [2, 3]], x => Tensor.Stack(x, -1), x => Dense.Join(2, [.. x.Select(y => y.To(2, 3, 1))]));
        yield return new("stack scalars", [[], []], x => Tensor.Stack(x), x => Dense.Join(0, [.. x.Select(y => y.To(1))]));
    }
}
