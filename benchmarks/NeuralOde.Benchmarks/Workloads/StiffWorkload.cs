using NeuralOde.Solvers;
using NeuralOde.Solvers.Tests.Problems;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>A problem of the solvers' tests, by BDF unless another method is given, in double: the final state only, memory reused.</summary>
internal sealed class StiffWorkload
{
    private readonly StiffProblem _stiff;
    private readonly OdeProblem<double> _problem;
    private readonly Integrator<double> _integrator;
    private readonly double[] _times;
    private readonly double[] _states;
    private readonly double _tolerance;

    public StiffWorkload(string name, bool withJacobian, double tolerance, OdeSolver? solver = null)
    {
        _stiff = StiffProblem.Named(name);
        _problem = _stiff.ToProblem(withJacobian);
        _tolerance = tolerance;
        _integrator = new Integrator<double>(solver ?? new Bdf(), _stiff.Steps(tolerance), _stiff.Length);
        _times = [0, _stiff.End];
        _states = new double[2 * _stiff.Length];
    }

    public SolveStatistics Statistics { get; private set; }

    /// <summary>The largest relative error of a component, in units of the tolerance.</summary>
    public double Error => _stiff.Error(_states.AsSpan(_stiff.Length)) / _tolerance;

    public void Run(int repetitions)
    {
        for (int i = 0; i < repetitions; i++)
        {
            SolveResult result = _integrator.Solve(_problem, _stiff.Initial, _times, _states);
            result.ThrowIfFailed();
            Statistics = result.Statistics;
        }
    }
}
