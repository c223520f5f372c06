using BenchmarkDotNet.Attributes;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Persistence;

namespace NeuralOde.Benchmarks.Detailed;

/// <summary>Matrix products; the time is of <see cref="Repetitions"/> of them.</summary>
public class GemmBenchmarks
{
    private const int Repetitions = 10;
    private Action<int> _single = static _ => { };
    private Action<int> _double = static _ => { };

    /// <summary>The sizes, m x n x k.</summary>
    [ParamsSource(nameof(Sizes))]
    public string Size { get; set; } = "";

    /// <summary>What <see cref="Size"/> can be.</summary>
    public static IEnumerable<string> Sizes => GemmWorkload.All.Select(static x => x.Name);

    /// <summary>Makes the matrices.</summary>
    [GlobalSetup]
    public void Setup()
    {
        GemmWorkload workload = GemmWorkload.All.Single(x => x.Name == Size);
        _single = workload.Create<float>();
        _double = workload.Create<double>();
    }

    /// <summary>In float.</summary>
    [Benchmark(OperationsPerInvoke = Repetitions)]
    public void Float() => _single(Repetitions);

    /// <summary>In double.</summary>
    [Benchmark(OperationsPerInvoke = Repetitions)]
    public void Double() => _double(Repetitions);
}

/// <summary>Elementary functions; the time is of one element.</summary>
public class ElementwiseBenchmarks
{
    private const int Repetitions = 10;
    private Action<int> _single = static _ => { };
    private Action<int> _double = static _ => { };

    /// <summary>The function.</summary>
    [ParamsSource(nameof(Functions))]
    public string Function { get; set; } = "";

    /// <summary>What <see cref="Function"/> can be.</summary>
    public static IEnumerable<string> Functions => ElementwiseWorkload.Names;

    /// <summary>Makes the arguments.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _single = ElementwiseWorkload.Create<float>(Function);
        _double = ElementwiseWorkload.Create<double>(Function);
    }

    /// <summary>In float.</summary>
    [Benchmark(OperationsPerInvoke = Repetitions * ElementwiseWorkload.Length)]
    public void Float() => _single(Repetitions);

    /// <summary>In double.</summary>
    [Benchmark(OperationsPerInvoke = Repetitions * ElementwiseWorkload.Length)]
    public void Double() => _double(Repetitions);
}
