using NeuralOde.Solvers.Tests.Problems;

namespace NeuralOde.Solvers.Tests.VariableOrder;

/// <summary>Adams methods on problems that are not stiff.</summary>
public class SmoothSolveTests
{
    public static TheoryData<double, MultistepCorrector> Cases
    {
        get
        {
            var data = new TheoryData<double, MultistepCorrector>();
            foreach (double tolerance in (double[])[1e-6, 1e-9])
            {
                data.Add(tolerance, MultistepCorrector.Functional);
                data.Add(tolerance, MultistepCorrector.Newton);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Lotka_Volterra_to_15(double tolerance, MultistepCorrector corrector) => Check("lotka-volterra", tolerance, corrector, 100 * tolerance * 7);

    [Fact]
    public void A_smooth_solve_costs_less_than_two_evaluations_a_step_and_half_of_those_of_Runge_and_Kutta()
    {
        SolveStatistics Cost(OdeSolver solver) => Ode.Solve(
            (t, z, dz) => (dz[0], dz[1]) = (z[1], -z[0]),
            [1, 0],
            [0, 100],
            solver,
            new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-10, AbsoluteTolerance = 1e-10 } }).Result.Statistics;
        SolveStatistics adams = Cost(new Adams());
        Assert.InRange(adams.Evaluations, adams.AcceptedSteps, 3 * adams.AcceptedSteps);
        Assert.True(2 * adams.Evaluations < Cost(new Tsit5()).Evaluations);
    }

    private static void Check(string name, double tolerance, MultistepCorrector corrector, double bound)
    {
        var problem = SmoothProblem.Named(name);
        var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance } };
        OdeSolution<double> solution = Ode.Solve(problem, problem.Initial, [0, problem.End], new Adams(corrector: corrector), options);
        Assert.InRange(problem.Error(solution.FinalState), 0, bound);
    }
}
