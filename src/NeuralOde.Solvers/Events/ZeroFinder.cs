namespace NeuralOde.Solvers;

/// <summary>Narrows a change of sign down to neighboring times.</summary>
/// <remarks>
/// The ITP method (I. F. D. Oliveira, R. H. C. Takahashi, "An Enhancement of the Bisection Method Average Performance Preserving Minmax Optimality",
/// <i>ACM TOMS</i> 47 (2021), article 5) with κ₁ = 0.2/(b − a), κ₂ = 2, n₀ = 1: at most one evaluation more than bisection.
/// </remarks>
internal static class ZeroFinder
{
    // Two units in the last place on either side: closer times are not told apart.
    private const double Resolution = 2.220446049250313e-16;

    /// <summary>What is searched.</summary>
    public interface IFunction
    {
        /// <summary>Positive before the zero; zero or negative after it.</summary>
        double Evaluate(double t);
    }

    /// <param name="function">The function.</param>
    /// <param name="before">A time before the zero.</param>
    /// <param name="valueBefore">Value there, positive.</param>
    /// <param name="after">A time behind it, or the zero itself.</param>
    /// <param name="valueAfter">Value there, zero or negative.</param>
    /// <returns>The end behind the zero of an interval around it that double precision does not divide further.</returns>
    public static double Find<TFunction>(ref TFunction function, double before, double valueBefore, double after, double valueAfter)
        where TFunction : IFunction
    {
        // Where the function is not a number, neither is the result.
        double width = Math.Abs(after - before);
        double tolerance = Resolution * Math.Max(Math.Abs(before), Math.Abs(after));
        if (!(width > tolerance))
        {
            return after;
        }

        double kappa = 0.2 / width;
        int limit = Math.Min((int)Math.Ceiling(Math.Log2(width / Math.Max(tolerance, double.Epsilon))), 1100) + 1;
        for (int i = 0; Math.Abs(after - before) > tolerance; i++)
        {
            double middle = before + ((after - before) / 2);
            double half = Math.Abs(after - before) / 2;
            double radius = (tolerance * Math.Pow(2, limit - i - 1)) - half;
            double interpolated = ((before * -valueAfter) + (after * valueBefore)) / (valueBefore - valueAfter);
            double side = Math.Sign(middle - interpolated);
            double shift = kappa * 4 * half * half;
            double truncated = shift <= Math.Abs(middle - interpolated) ? interpolated + (side * shift) : middle;
            double t = Math.Abs(truncated - middle) <= Math.Max(radius, 0) ? truncated : middle - (side * Math.Max(radius, 0));
            if (!((t - before) * (after - t) > 0))
            {
                t = middle;
                if (t == before || t == after)
                {
                    break;
                }
            }

            double value = function.Evaluate(t);
            if (double.IsNaN(value))
            {
                return double.NaN;
            }

            if (value > 0)
            {
                (before, valueBefore) = (t, value);
            }
            else
            {
                (after, valueAfter) = (t, value);
                if (value == 0)
                {
                    return t;
                }
            }
        }

        return after;
    }
}
