using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows about convolutions.</summary>
internal static class ConvolutionRows
{
    public static IEnumerable<TableRow> Convolutions(BatchTimer timer)
    {
        Action<int> peak = PeakWorkload.Create<float>();
        double operations = PeakWorkload.OperationsOf<float>();
        yield return TableRow.Rate("peak float", "peak with loads, float", timer.Measure(peak), operations);
        foreach (ConvolutionWorkload work in ConvolutionWorkload.All)
        {
            yield return Row("forward", work, work.CreateForward<float>());
            if (work.HasDataGradient)
            {
                yield return Row("data gradient", work, work.CreateDataGradient<float>());
            }

            yield return Row("weight gradient", work, work.CreateWeightGradient<float>());
            if (WinogradChoice.Tile(work.Sizes) is > 0 and var tile)
            {
                yield return Row($"forward, tiles of {tile}", work, work.CreateForward<float>(tile));
                yield return Row($"data gradient, tiles of {tile}", work, work.CreateDataGradient<float>(tile));
                yield return Row($"weight gradient, tiles of {tile}", work, work.CreateWeightGradient<float>(tile));
            }
        }

        TableRow Row(string name, ConvolutionWorkload work, Action<int> repeat)
        {
            (Measurement time, double quotient) = timer.Compare(peak, repeat);
            double fraction = quotient * work.Operations / operations;
            return TableRow.Rate(
                $"convolution {name} {work.Name}",
                $"{name}, {work.Name}",
                time,
                work.Operations,
                FormattableString.Invariant($"{fraction:P0} of peak, {time.Median / 1e6:0.000} ms"));
        }
    }
}
