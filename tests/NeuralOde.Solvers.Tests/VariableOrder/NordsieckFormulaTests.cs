namespace NeuralOde.Solvers.Tests.VariableOrder;

/// <summary>The formulas against what defines them: polynomials, on steps of random lengths.</summary>
public class NordsieckFormulaTests
{
    public static TheoryData<int> BdfOrders => [.. Enumerable.Range(1, BdfFormula.HighestOrder)];

    public static TheoryData<int> AdamsOrders => [.. Enumerable.Range(1, AdamsFormula.HighestOrder)];

    public static TheoryData<bool, int> Orders
    {
        get
        {
            var data = new TheoryData<bool, int>();
            for (int order = 1; order <= AdamsFormula.HighestOrder; order++)
            {
                data.Add(false, order);
                if (order <= BdfFormula.HighestOrder)
                {
                    data.Add(true, order);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(BdfOrders))]
    public void On_even_steps_backward_differentiation_has_the_textbook_coefficients(int order)
    {
        // Hairer, Nørsett, Wanner I, III.1: Σ_(j ≤ q) ∇^j z / j = h f, whose Λ is Π (1 + x/i).
        var formula = new BdfFormula(order);
        formula.Compute(order, 1, Ones(order), false);
        double[] expected = new double[order + 1];
        expected[0] = 1;
        for (int i = 1; i <= order; i++)
        {
            for (int j = i; j >= 1; j--)
            {
                expected[j] += expected[j - 1] / i;
            }
        }

        AssertEqual(expected, formula.Correction, 1e-14);

        // The error constant, where the correction is ∇^(q+1) z: 1/2, 2/9, 3/22, 12/125, 10/137.
        Assert.Equal(1 / ((order + 1) * formula.Correction[1]), formula.ErrorFactor, 1e-14);
    }

    [Theory]
    [InlineData(1, 1.0 / 2, 1.0 / 2)]
    [InlineData(2, 5.0 / 12, 1.0 / 12)]
    [InlineData(3, 9.0 / 24, 1.0 / 24)]
    [InlineData(4, 251.0 / 720, 19.0 / 720)]
    [InlineData(5, 95.0 / 288, 3.0 / 160)]
    public void On_even_steps_the_weight_of_the_new_slope_is_that_of_Adams_and_Moulton_and_so_is_the_error(int order, double weight, double errorConstant)
    {
        // Hairer, Nørsett, Wanner I, III.1: the state changes by a weight times the change of the slope; the error of the order below is an error constant times the same.
        var formula = new AdamsFormula(order);
        formula.Compute(order, 1, Ones(order), false);
        Assert.Equal(weight, 1 / formula.Correction[1], 1e-14);
        Assert.Equal(errorConstant, formula.ErrorFactor / formula.Correction[1], 1e-14);
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void A_step_of_a_polynomial_of_the_order_is_exact_and_one_of_a_degree_more_by_Adams_with_the_order_below_off_by_the_estimate(bool isBdf, int order)
    {
        // z' = p'(t), p = t^d, with an exact history on uneven steps.
        double[] past = Uneven(order + 1, seed: order);
        double h = 0.9;
        NordsieckFormula formula = isBdf ? new BdfFormula(order) : new AdamsFormula(order);
        formula.Compute(order, h, past, false);
        double[] exact = History(isBdf, order, past, degree: order);
        (double error, double correction) = Step(formula, exact, past[0], h, order, order);

        // The history is found by solving with powers of the times, whose condition grows with the order.
        double roundOff = 1e-13 * Math.Pow(3, order);
        Assert.Equal(0, error, roundOff);
        Assert.Equal(0, correction, roundOff);
        if (!isBdf)
        {
            // What is kept is exact for one degree more; what is kept less the correction's share is off by the estimate.
            double[] history = History(isBdf, order, past, degree: order + 1);
            (error, correction) = Step(formula, history, past[0], h, order, order + 1);
            Assert.True(Math.Abs(correction) > 1e-4);
            Assert.Equal(0, error, roundOff);
            double[] dense = formula.DenseCorrection;
            double whole = 0;
            for (int j = 1; j <= order + 1; j++)
            {
                whole -= dense[j] * Math.Pow(-1, j);
            }

            Assert.Equal(1, whole, 1e-12);
            double lower = 0;
            for (int j = 1; j <= order; j++)
            {
                lower -= formula.Correction[j] * Math.Pow(-1, j);
            }

            Assert.Equal(Math.Abs(1 - lower), formula.ErrorFactor, 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Lowering_the_order_keeps_what_the_polynomial_of_a_degree_less_must_fit(bool isBdf, int order)
    {
        if (order < 2)
        {
            return;
        }

        // The polynomial through a history of degree q: lowered, one of degree q − 1 with the same value at 0, and the same values (slopes) there.
        double[] past = Uneven(order + 1, seed: order);
        double[] before = History(isBdf, order, past, degree: order + 1), weights = new double[order + 3];
        NordsieckFormula formula = isBdf ? new BdfFormula(order) : new AdamsFormula(order);
        formula.Lower(order, past, weights);
        double[] after = [.. before];
        for (int j = 2; j < order; j++)
        {
            after[j] -= weights[j] * before[order];
        }

        after[order] = 0;
        double x = 0;
        Assert.Equal(before[0], after[0]);
        Assert.Equal(before[1], after[1]);
        for (int i = 0; i < order - 2; i++)
        {
            x -= past[i] / past[0];
            Assert.Equal(isBdf ? Value(before, x) : Slope(before, x), isBdf ? Value(after, x) : Slope(after, x), 1e-13 * Math.Pow(3, order));
        }
    }

    [Theory]
    [MemberData(nameof(BdfOrders))]
    public void Raising_the_order_makes_the_polynomial_pass_through_one_more_state(int order)
    {
        if (order == BdfFormula.HighestOrder)
        {
            return;
        }

        double[] past = Uneven(order + 2, seed: order), history = History(true, order, past, degree: order + 1);
        double h = 0.9;
        var formula = new BdfFormula(order + 1);
        formula.Compute(order, h, past, false);
        (_, double e) = Step(formula, history, past[0], h, order, order + 1);
        double[] z = [.. Predict(history, h / past[0]).Select((p, j) => p + (formula.Correction[j] * e)), 0], weights = new double[order + 4], before = [.. z];
        double[] steps = [h, .. past];
        z[order + 1] = formula.Raise(order, steps, weights) * e;
        for (int j = 2; j <= order; j++)
        {
            z[j] += weights[j] * z[order + 1];
        }

        Assert.Equal(before[0], z[0]);
        Assert.Equal(before[1], z[1]);
        double t = h;
        for (int i = 0; i < order; i++)
        {
            t -= steps[i];
            Assert.Equal(Shifted(t, order + 1), Value(z, (t - h) / h), 1e-12);
        }

        // Without the new derivative it passes through all but the last of them.
        Assert.True(Math.Abs(Shifted(t, order + 1) - Value(before, (t - h) / h)) > 1e-5 || order == 1);
    }

    private static double[] Ones(int order) => [.. Enumerable.Repeat(1.0, order + 1)];

    private static double[] Uneven(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => 0.7 + (0.6 * random.NextDouble()))];
    }

    /// <summary>
    /// The Nordsieck array at time 0, scaled by the last step, of the polynomial that a history of t^degree determines: for BDF q + 1 values, for Adams a value and q slopes.
    /// </summary>
    private static double[] History(bool isBdf, int order, double[] past, int degree)
    {
        int n = order + 1;
        var matrix = new DenseLu<double>(n);
        double[] right = new double[n];
        double t = 0;
        for (int row = 0; row < n; row++)
        {
            bool isValue = isBdf || row == 0;
            double at = isBdf ? t : row == 0 ? 0 : t;
            double x = at / past[0];
            for (int j = 0; j < n; j++)
            {
                matrix.Matrix[(row * n) + j] = isValue ? Math.Pow(x, j) : j == 0 ? 0 : j * Math.Pow(x, j - 1) / past[0];
            }

            right[row] = isValue ? Shifted(at, degree) : ShiftedSlope(at, degree);
            if (isBdf || row > 0)
            {
                t -= past[isBdf ? row : row - 1];
            }
        }

        Assert.True(matrix.Factor());
        matrix.Solve(right);
        return right;
    }

    // Powers of what is of order one at all times of interest.
    private static double Shifted(double t, int degree) => Math.Pow((t + 2) / 4, degree);

    private static double ShiftedSlope(double t, int degree) => degree / 4.0 * Math.Pow((t + 2) / 4, degree - 1);

    private static (double Error, double Correction) Step(NordsieckFormula formula, double[] history, double scale, double h, int order, int degree)
    {
        double[] predicted = Predict(history, h / scale);
        double correction = ((h * ShiftedSlope(h, degree)) - predicted[1]) / formula.Correction[1];
        return (predicted[0] + correction - Shifted(h, degree), correction);
    }

    private static double[] Predict(double[] z, double ratio)
    {
        double[] p = [.. z.Select((value, j) => value * Math.Pow(ratio, j))];
        for (int k = 1; k < p.Length; k++)
        {
            for (int j = p.Length - 1; j >= k; j--)
            {
                p[j - 1] += p[j];
            }
        }

        return p;
    }

    private static double Value(double[] z, double x) => z.Select((value, j) => value * Math.Pow(x, j)).Sum();

    private static double Slope(double[] z, double x) => z.Select((value, j) => j == 0 ? 0 : j * value * Math.Pow(x, j - 1)).Sum();

    private static void AssertEqual(double[] expected, double[] actual, double tolerance)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], tolerance);
        }
    }
}
