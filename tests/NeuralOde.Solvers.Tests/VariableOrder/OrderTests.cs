namespace NeuralOde.Solvers.Tests.VariableOrder;

/// <summary>Order by order, measured; <see cref="NordsieckFormulaTests"/> has the others.</summary>
public class OrderTests
{
    public static TheoryData<string, int, bool> Orders
    {
        get
        {
            var data = new TheoryData<string, int, bool>();
            foreach (bool forward in (bool[])[true, false])
            {
                for (int order = 1; order <= 5; order++)
                {
                    data.Add("bdf", order, forward);
                }

                for (int order = 2; order <= 5; order++)
                {
                    data.Add("adams", order, forward);
                    data.Add("adams with Newton", order, forward);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Error_of_steps_of_one_length_falls_with_the_order_of_the_formula_at_ends_and_within(string name, int order, bool forward)
    {
        OdeSolver solver = name == "bdf" ? new Bdf(order) : new Adams(order, name == "adams" ? MultistepCorrector.Functional : MultistepCorrector.Newton);
        double[] times = forward ? [0, 2] : [2, 0];

        // Higher orders need longer steps, to stay above round-off, and equations that are solved more exactly.
        double h = order switch { <= 2 => 0.005, 3 => 0.01, 4 => 0.015, _ => 0.02 }, tolerance = Math.Pow(10, -6 - order);
        (double end, double within) = Errors(h);
        (double endOfHalf, double withinHalf) = Errors(h / 2);
        Assert.Equal(order, Math.Log2(end / endOfHalf), 0.2);
        Assert.Equal(order, Math.Log2(within / withinHalf), 0.2);

        (double End, double Within) Errors(double length)
        {
            var options = new OdeOptions { Steps = new ConstantSteps(length, solver is Adams ? order - 1 : order, tolerance), DenseOutput = true };
            OdeSolution<double> solution = Ode.Solve(new OdeProblem<double>(new KnownField<double>()), KnownField<double>.Initial(times[0]), times[0], times[1], solver, options);
            double within = Enumerable.Range(0, 200).Select(i => 0.5 + (i / 200.0)).Max(t => KnownField<double>.Error(t, solution.At(t)));
            return (KnownField<double>.Error(times[1], solution.FinalState), within);
        }
    }
}
