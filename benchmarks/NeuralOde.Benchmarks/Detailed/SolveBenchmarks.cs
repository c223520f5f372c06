using BenchmarkDotNet.Attributes;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Solvers;

namespace NeuralOde.Benchmarks.Detailed;

/// <summary>Compiled fields and one Dormand-Prince step of them.</summary>
[MemoryDiagnoser]
public class FieldBenchmarks
{
    private const int Repetitions = 100;
    private Action<int> _evaluation = static _ => { };
    private Action<int> _adjoint = static _ => { };
    private Action<int> _step = static _ => { };

    /// <summary>The field.</summary>
    [ParamsSource(nameof(Fields))]
    public string Field { get; set; } = "";

    /// <summary>What <see cref="Field"/> can be.</summary>
    public static IEnumerable<string> Fields => FieldWorkload.Names;

    /// <summary>Compiles the field.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var field = FieldWorkload.Create(Field);
        _evaluation = FieldWorkload.Repeat(field.Evaluation());
        _adjoint = FieldWorkload.Repeat(field.Adjoint());
        _step = field.Step().Fixed();
    }

    /// <summary>f.</summary>
    [Benchmark(OperationsPerInvoke = Repetitions)]
    public void Evaluation() => _evaluation(Repetitions);

    /// <summary>f with its vector-Jacobian product.</summary>
    [Benchmark(OperationsPerInvoke = Repetitions)]
    public void EvaluationWithProduct() => _adjoint(Repetitions);

    /// <summary>One step.</summary>
    [Benchmark(OperationsPerInvoke = SolveWorkload.Steps)]
    public void Step() => _step(1);
}

/// <summary>Lotka-Volterra on [0, 20] by Tsit5.</summary>
[MemoryDiagnoser]
public class LotkaVolterraBenchmarks
{
    private LotkaVolterraWorkload _solve = new(new Tsit5(), 1e-6, 20);

    /// <summary>The relative and the absolute tolerance.</summary>
    [Params(1e-6, 1e-9)]
    public double Tolerance { get; set; }

    /// <summary>Makes the integrator.</summary>
    [GlobalSetup]
    public void Setup() => _solve = new LotkaVolterraWorkload(new Tsit5(), Tolerance, 20);

    /// <summary>Memory reused.</summary>
    [Benchmark]
    public void Reused() => _solve.Run(1);

    /// <summary>The simple call with a lambda.</summary>
    [Benchmark]
    public void Simple() => _solve.RunSimple(1);
}
