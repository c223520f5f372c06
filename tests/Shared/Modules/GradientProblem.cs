using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.TestSupport;

/// <summary>A loss <c>Σ wᵢ·z(tᵢ)</c> over a solve in double, and its gradients by one method and by finite differences.</summary>
internal sealed class GradientProblem(VectorField field, Tensor z0, double[] times, Tensor weights)
{
    // The error of the fourth-order difference is about h⁴·|L⁽⁵⁾| and that of rounding about 1e-16·|L|/h: this step balances them
    // where the derivatives are of order one.
    private const double Step = 1e-3;

    public double Loss(OdeSolver solver, StepSizeControl steps, double[]? state = null, double[]? at = null)
    {
        using IDisposable scope = GradientMode.Disable();
        var ode = new OdeBlock(field) { Solver = solver, Steps = steps };
        return (ode.Forward(state is null ? z0 : Tensor.From(state, z0.Shape), at ?? times) * weights).Sum().ToScalar();
    }

    public (double[] Initial, double[] Times, double[] Parameters) Gradient(OdeSolver solver, StepSizeControl steps, GradientMethod method)
    {
        var ode = new OdeBlock(field) { Solver = solver, Steps = steps, GradientMethod = method };
        Tensor z = z0.WithGradient();
        var t = Tensor.From<double>(times, [times.Length], requiresGradient: true);
        field.Parameters.ClearGradients();
        (ode.Forward(z, t) * weights).Sum().Backward();
        return (z.Gradient!.ToDoubles(), t.Gradient!.ToDoubles(), [.. field.Parameters.SelectMany(x => x.Gradient?.ToDoubles() ?? new double[x.ElementCount])]);
    }

    public double[] InitialDifferences(OdeSolver solver, StepSizeControl steps) =>
        Differences(z0.ToDoubles(), state => Loss(solver, steps, state: state));

    public double[] TimeDifferences(OdeSolver solver, StepSizeControl steps) =>
        Differences(times, at => Loss(solver, steps, at: at));

    public double[] ParameterDifferences(OdeSolver solver, StepSizeControl steps) =>
        [.. field.Parameters.SelectMany(parameter =>
        {
            double[] original = parameter.ToDoubles();
            double[] result = Differences(original, values =>
            {
                parameter.SetValues<double>(values);
                return Loss(solver, steps);
            });
            parameter.SetValues<double>(original);
            return result;
        })];

    private static double[] Differences(double[] point, Func<double[], double> function)
    {
        double[] result = new double[point.Length];
        for (int i = 0; i < point.Length; i++)
        {
            double At(double shift)
            {
                double[] moved = [.. point];
                moved[i] += shift;
                return function(moved);
            }

            result[i] = ((8 * (At(Step) - At(-Step))) - (At(2 * Step) - At(-2 * Step))) / (12 * Step);
        }

        return result;
    }
}

internal static class Close
{
    /// <summary>The largest difference, relative to the largest expected value.</summary>
    public static void To(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = Math.Max(1e-3, expected.Max(Math.Abs));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= tolerance * scale, $"Element {i}: {actual[i]:R} instead of {expected[i]:R} (largest {scale:G3}, tolerance {tolerance}).");
        }
    }
}
