using System.Numerics;
using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Persistence;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows about kernels.</summary>
internal static class KernelRows
{
    public static IEnumerable<TableRow> Gemm(BatchTimer timer) => Gemm<float>(timer, "float").Concat(Gemm<double>(timer, "double"));

    public static IEnumerable<TableRow> Elementwise(BatchTimer timer) => Elementwise<float>(timer, "float").Concat(Elementwise<double>(timer, "double")).Concat(Chains(timer));

    private static IEnumerable<TableRow> Gemm<T>(BatchTimer timer, string type)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Action<int> peak = PeakWorkload.Create<T>();
        double operations = PeakWorkload.OperationsOf<T>();
        yield return TableRow.Rate($"peak {type}", $"peak with loads, {type}", timer.Measure(peak), operations);
        foreach (GemmWorkload gemm in GemmWorkload.All)
        {
            (Measurement time, double quotient) = timer.Compare(peak, gemm.Create<T>());
            double fraction = quotient * gemm.Operations / operations;
            yield return TableRow.Rate($"gemm {type} {gemm.Name}", $"GEMM {type} {gemm.Name}", time, gemm.Operations, FormattableString.Invariant($"{fraction:P0} of peak"));
        }
    }

    private static IEnumerable<TableRow> Elementwise<T>(BatchTimer timer, string type)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (string name in ElementwiseWorkload.Names)
        {
            yield return TableRow.Time($"{name} {type}", $"{name} {type}", timer.Measure(ElementwiseWorkload.Create<T>(name)), perRepetition: ElementwiseWorkload.Length);
        }
    }

    private static IEnumerable<TableRow> Chains(BatchTimer timer)
    {
        foreach (ChainWorkload chain in ChainWorkload.All)
        {
            (Measurement time, double speedup) = timer.Compare(chain.OneByOne(), chain.Fused());
            yield return TableRow.Time(
                $"chain {chain.Name}", FormattableString.Invariant($"chain on {ChainWorkload.Length:N0} floats, {chain.Name}"), time,
                FormattableString.Invariant($"{speedup:0.00} times the speed of its steps one by one, {speedup * time.Median / 1e3:0.0} µs"));
        }
    }
}
