using NeuralOde.Solvers.Tests.Problems;

namespace NeuralOde.Solvers.Tests.VariableOrder;

/// <summary>Backward differentiation on the stiff classics.</summary>
public class StiffSolveTests
{
    public static TheoryData<string, double, bool> Problems
    {
        get
        {
            var data = new TheoryData<string, double, bool>();
            foreach (StiffProblem problem in StiffProblem.All)
            {
                foreach (double tolerance in (double[])[1e-6, 1e-9])
                {
                    data.Add(problem.Name, tolerance, true);
                    data.Add(problem.Name, tolerance, false);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Problems))]
    public void The_global_error_is_at_most_a_hundred_times_the_tolerance(string name, double tolerance, bool withJacobian)
    {
        var problem = StiffProblem.Named(name);
        var integrator = new Integrator<double>(new Bdf(), problem.Steps(tolerance), problem.Length);
        double[] states = new double[2 * problem.Length];
        var recording = new SolveRecording<double>();
        SolveResult result = integrator.Solve(problem.ToProblem(withJacobian), problem.Initial, [0, problem.End], states, recording);
        result.ThrowIfFailed();

        // A component's scale is its largest magnitude on the way.
        for (int i = 0; i < problem.Length; i++)
        {
            double scale = Enumerable.Range(0, recording.StepCount + 1).Max(n => Math.Abs(recording.State(n)[i]));
            double error = Math.Abs(states[problem.Length + i] - problem.Reference[i]) / (tolerance * Math.Max(scale, problem.Floor));
            Assert.True(error <= 100, $"component {i}: {error} tolerances");
        }

        // A Jacobian serves some tens of steps, a factorization some.
        Assert.InRange(result.Statistics.Jacobians * 15, 1, result.Statistics.AcceptedSteps);
        Assert.InRange(result.Statistics.Factorizations * 3, 1, result.Statistics.AcceptedSteps);
    }
}
