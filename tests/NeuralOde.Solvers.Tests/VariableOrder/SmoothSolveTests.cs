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
    public void Lotka_Volterra_to_15(double tolerance, MultistepCorrector corrector)
    {
        // Taylor series with 25 digits (mpmath.odefun).
        double[] exact = [6.341918388492162930384503, 0.7323209718379375179443657];
        Check(tolerance, corrector, (t, z, dz) => (dz[0], dz[1]) = ((1.5 * z[0]) - (z[0] * z[1]), (z[0] * z[1]) - (3 * z[1])), [1, 1], exact, 15, 100 * tolerance * 7);
    }

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

    private static void Check(double tolerance, MultistepCorrector corrector, VectorFieldFunction<double> field, double[] start, double[] exact, double end, double bound)
    {
        var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance } };
        double[] final = Ode.Solve(field, start, [0, end], new Adams(corrector: corrector), options).FinalState.ToArray();
        Assert.All(exact.Zip(final), pair => Assert.Equal(pair.First, pair.Second, bound));
    }
}
