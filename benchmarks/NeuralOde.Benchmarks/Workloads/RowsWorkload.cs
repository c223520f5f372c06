using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>A batch of a network 2-16-2 with tanh by an implicit method on [0, 1], in double: with the Jacobian in blocks, or as one matrix.</summary>
internal sealed class RowsWorkload
{
    private static readonly double[] s_times = [0, 1];
    private readonly OdeProblem<double> _problem;
    private readonly Integrator<double> _integrator;
    private readonly double[] _initial;
    private readonly double[] _states;

    public RowsWorkload(OdeSolver solver, int rows, bool inBlocks)
    {
        Mlp network = new(2, [16], 2, Activation.Tanh, new RandomSource(1), DType.Float64);
        var field = new CompiledField<double>(network.AsField(), [rows, 2]);
        _problem = new OdeProblem<double>(field) { Jacobian = field.Jacobian, JacobianBlockLength = inBlocks ? field.JacobianBlockLength : null };
        _integrator = new Integrator<double>(solver, new AdaptiveSteps { RelativeTolerance = 1e-6, AbsoluteTolerance = 1e-6 }, field.StateLength);
        _initial = new RandomSource(2).Normal([field.StateLength], dtype: DType.Float64).ToDoubles();
        _states = new double[2 * _initial.Length];
    }

    public SolveStatistics Statistics { get; private set; }

    public void Run(int repetitions)
    {
        for (int i = 0; i < repetitions; i++)
        {
            SolveResult result = _integrator.Solve(_problem, _initial, s_times, _states);
            result.ThrowIfFailed();
            Statistics = result.Statistics;
        }
    }
}
