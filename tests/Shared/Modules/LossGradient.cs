using NeuralOde.Tensors;

namespace NeuralOde.TestSupport;

/// <summary>The gradient of a scalar by the tape and by finite differences, in double.</summary>
internal static class LossGradient
{
    // The error of the fourth-order difference is about h⁴·|L⁽⁵⁾|/30 and that of rounding about 1e-16·|L|/h: with derivatives of
    // order one this step leaves 1e-12 of each.
    private const double Step = 1e-3;

    public static void EqualsFiniteDifferences(Func<Tensor> loss, IReadOnlyList<Parameter> parameters, double tolerance = 1e-9)
    {
        foreach ((Parameter parameter, double[] gradient) in parameters.Zip(Taken(loss, parameters)))
        {
            double[] point = parameter.ToDoubles();
            double[] differences = new double[point.Length];
            for (int i = 0; i < point.Length; i++)
            {
                double At(double shift)
                {
                    double[] moved = [.. point];
                    moved[i] += shift;
                    parameter.SetValues<double>(moved);
                    using IDisposable scope = GradientMode.Disable();
                    return loss().ToScalar();
                }

                differences[i] = ((8 * (At(Step) - At(-Step))) - (At(2 * Step) - At(-2 * Step))) / (12 * Step);
            }

            parameter.SetValues<double>(point);
            Close.To(differences, gradient, tolerance);
        }
    }

    public static double[][] Taken(Func<Tensor> loss, IReadOnlyList<Parameter> parameters)
    {
        foreach (Parameter parameter in parameters)
        {
            parameter.ClearGradient();
        }

        loss().Backward();
        return [.. parameters.Select(x => x.Gradient?.ToDoubles() ?? new double[x.ElementCount])];
    }
}
