using BenchmarkDotNet.Attributes;
using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Sensitivities;

namespace NeuralOde.Benchmarks.Detailed;

/// <summary>Training runs from scratch: 1,000 iterations of the spiral, 200 of the cubic system.</summary>
[MemoryDiagnoser]
public class TrainingBenchmarks
{
    private readonly double[] _times = new double[1000];
    private TrainingWorkload? _spiral;
    private TrainingWorkload? _cubic;

    /// <summary>The gradient method.</summary>
    [Params("direct", "adjoint")]
    public string Gradient { get; set; } = "";

    /// <summary>Compiles the fields.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var gradient = GradientMethod.Parse(Gradient);
        _spiral = TrainingWorkload.Spiral(gradient);
        _cubic = TrainingWorkload.Cubic(gradient);
    }

    /// <summary>The spiral by the compiled step.</summary>
    [Benchmark(OperationsPerInvoke = 1000)]
    public void Spiral() => _spiral!.Train(Clock.Wall, _times);

    /// <summary>The spiral by tensors and tape.</summary>
    [Benchmark(OperationsPerInvoke = 1000)]
    public void SpiralOnTape() => _spiral!.TrainOnTape(Clock.Wall, _times);

    /// <summary>The cubic system by the compiled step.</summary>
    [Benchmark(OperationsPerInvoke = 200)]
    public void Cubic() => _cubic!.Train(Clock.Wall, _times);

    /// <summary>The cubic system by tensors and tape.</summary>
    [Benchmark(OperationsPerInvoke = 200)]
    public void CubicOnTape() => _cubic!.TrainOnTape(Clock.Wall, _times);
}
