using NeuralOde.Solvers.Tests.Problems;

namespace NeuralOde.Solvers.Tests;

/// <summary>One-step implicit methods, and the method that switches to them, on the stiff classics.</summary>
public class StiffClassicsTests
{
    public static TheoryData<string, string, double> Problems
    {
        get
        {
            var data = new TheoryData<string, string, double>();
            foreach (StiffProblem problem in StiffProblem.All)
            {
                foreach (string name in (string[])["kencarp3", "kencarp4", "kencarp5", "kvaerno3", "kvaerno4", "kvaerno5", "radau5", "rodas5p", "auto"])
                {
                    if (problem.MassMatrix is not null && !OdeSolver.Parse(name).SupportedParts.HasFlag(ProblemParts.MassMatrix))
                    {
                        continue;
                    }

                    data.Add(name, problem.Name, 1e-6);
                    if (OdeSolver.Parse(name).Order > 3)
                    {
                        data.Add(name, problem.Name, 1e-9);
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Problems))]
    public void The_global_error_is_at_most_a_hundred_times_the_tolerance(string name, string problemName, double tolerance)
    {
        var problem = StiffProblem.Named(problemName);
        var integrator = new Integrator<double>(OdeSolver.Parse(name), problem.Steps(tolerance), problem.Length);
        foreach (bool withJacobian in (bool[])[true, false])
        {
            double[] states = new double[2 * problem.Length];
            var recording = new SolveRecording<double>();
            integrator.Solve(problem.ToProblem(withJacobian), problem.Initial, [0, problem.End], states, recording).ThrowIfFailed();

            // A component's scale is its largest magnitude on the way.
            for (int i = 0; i < problem.Length; i++)
            {
                double scale = Enumerable.Range(0, recording.StepCount + 1).Max(n => Math.Abs(recording.State(n)[i]));
                double error = Math.Abs(states[problem.Length + i] - problem.Reference[i]) / (tolerance * Math.Max(scale, problem.Floor));
                Assert.True(error <= 100, $"component {i}: {error} tolerances, Jacobian given: {withJacobian}");
            }
        }
    }
}
