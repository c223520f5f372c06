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

    [Theory]
    [MemberData(nameof(Cases))]
    public void Arenstorf_orbit(double tolerance, MultistepCorrector corrector)
    {
        // Hairer, Nørsett, Wanner I, II.0: a periodic orbit so unstable that it says little of a method; SciPy 1.10's LSODA ends 0.043 and 6.3e-5 away from its start.
        const double Mu = 0.012277471, Rest = 1 - Mu;
        double[] start = [0.994, 0, 0, -2.00158510637908252240537862224];
        Check(
            tolerance,
            corrector,
            (t, z, dz) =>
            {
                double a = Math.Pow(((z[0] + Mu) * (z[0] + Mu)) + (z[1] * z[1]), 1.5), b = Math.Pow(((z[0] - Rest) * (z[0] - Rest)) + (z[1] * z[1]), 1.5);
                dz[0] = z[2];
                dz[1] = z[3];
                dz[2] = z[0] + (2 * z[3]) - (Rest * (z[0] + Mu) / a) - (Mu * (z[0] - Rest) / b);
                dz[3] = z[1] - (2 * z[2]) - (Rest * z[1] / a) - (Mu * z[1] / b);
            },
            start,
            start,
            17.0652165601579625588917206249,
            tolerance == 1e-6 ? 0.3 : 5e-4);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pleiades(double tolerance, MultistepCorrector corrector)
    {
        // Test Set for IVP Solvers (Bari): seven stars, with near collisions; SciPy 1.10's LSODA is off by 2.8e-3 and 3.4e-6.
        double[] exact =
        [
            0.3706139143970502, 3.237284092057233, -3.222559032418324, 0.6597091455775310, 0.3425581707156584, 1.562172101400631, -0.7003092922212495,
            -3.943437585517392, -3.271380973972550, 5.225081843456543, -2.590612434977470, 1.198213693392275, -0.2429682344935824, 1.091449240428980,
            3.417003806314313, 1.354584501625501, -2.590065597810775, 2.025053734714242, -1.155815100160448, -0.8072988170223021, 0.5952396354208710,
            -3.741244961234010, 0.3773459685750630, 0.9386858869551073, 0.3667922227200571, -0.3474046353808490, 2.344915448180937, -1.947020434263292,
        ];
        double[] start = [3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0, 0, -4, 4, 0, 0, 0, 0, 0, 1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0];
        Check(
            tolerance,
            corrector,
            (t, z, dz) =>
            {
                z[14..].CopyTo(dz);
                for (int i = 0; i < 7; i++)
                {
                    double x = 0, y = 0;
                    for (int j = 0; j < 7; j++)
                    {
                        if (j != i)
                        {
                            double dx = z[j] - z[i], dy = z[7 + j] - z[7 + i], pull = (j + 1) / Math.Pow((dx * dx) + (dy * dy), 1.5);
                            x += pull * dx;
                            y += pull * dy;
                        }
                    }

                    dz[14 + i] = x;
                    dz[21 + i] = y;
                }
            },
            start,
            exact,
            3,
            tolerance == 1e-6 ? 1e-2 : 1e-5);
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
