namespace NeuralOde.Solvers;

/// <summary>
/// Any explicit Runge–Kutta method with an error estimate by step doubling: a step is also taken as two halves, and Richardson's extrapolation of the
/// two results estimates the error and goes on from the better value.
/// </summary>
/// <remarks>
/// Order p + 1 of a method of order p · embedded order p · 3 s stages, of which the first is shared by the step and its first half, and one at the end with the
/// next step · dense output: the polynomial of degree 5 through the states and slopes at the start, the middle and the end, of order min(p, 5) ·
/// <c>e = (z_two − z_one) / (2^p − 1)</c>, <c>z⁺ = z_two + e</c>: Hairer, Nørsett, Wanner I, II.4, equations (4.4) and (4.5).
/// The halves and the whole are stages of one tableau, so everything that serves a tableau serves this.
/// </remarks>
/// <param name="method">The method; it needs no error estimate of its own.</param>
public sealed class StepDoubling(ExplicitRungeKutta method) : ExplicitRungeKutta(Named(method), Double(method.Tableau))
{
    /// <summary>What the names of methods with step doubling begin with.</summary>
    internal const string Prefix = "doubled-";

    /// <summary>The method whose steps are doubled.</summary>
    public ExplicitRungeKutta Method { get; } = method;

    private static string Named(ExplicitRungeKutta method)
    {
        ArgumentNullException.ThrowIfNull(method);
        return Prefix + method.Name;
    }

    /// <summary>Stages: the whole step's, those of the first half but its first, those of the second half, the slope at the end.</summary>
    private static ButcherTableau Double(ButcherTableau method)
    {
        // A last stage that the next step shares has no weight, and its place is taken by the slope at the end.
        int s = method.IsFirstSameAsLast ? method.StageCount - 1 : method.StageCount;
        int first = s - 1, second = (2 * s) - 1, end = (3 * s) - 1, stages = end + 1;
        double[][] a = new double[stages][];
        double[] c = new double[stages];
        ReadOnlySpan<double> b = method.B;
        double[] whole = new double[stages], halves = new double[stages];
        for (int j = 0; j < s; j++)
        {
            whole[j] += b[j];
            halves[InFirstHalf(j)] += b[j] / 2;
            halves[second + j] += b[j] / 2;
        }

        for (int i = 0; i < s; i++)
        {
            a[i] = method.A(i)[..i].ToArray();
            c[i] = method.C[i];
            a[second + i] = halves[..second].Concat(method.A(i)[..i].ToArray().Select(x => x / 2)).ToArray();
            c[second + i] = 0.5 + (c[i] / 2);
            if (i > 0)
            {
                a[first + i] = new double[first + i];
                for (int j = 0; j < i; j++)
                {
                    a[first + i][InFirstHalf(j)] += method.A(i)[j] / 2;
                }

                c[first + i] = c[i] / 2;
            }
        }

        double scale = 1 / (Math.Pow(2, method.Order) - 1);
        double[] error = [.. halves.Zip(whole, (two, one) => (two - one) * scale)];
        double[] step = [.. halves.Zip(error, (two, e) => two + e)];
        a[end] = step[..end];
        c[end] = 1;
        return new ButcherTableau(method.Order + 1, a, step, c, Math.Min(5, method.Order), Dense(step, halves[..second], second, end), method.Order, error);

        int InFirstHalf(int stage) => stage == 0 ? 0 : first + stage;
    }

    /// <summary>The polynomial u with u(0) = z, u(½) = z + h Σ m_i k_i, u(1) = z + h Σ b_i k_i, and slopes k_0, k_second and k_end there.</summary>
    private static double[][] Dense(double[] step, double[] middle, int second, int end)
    {
        // Hermite's basis on 0, ½, 1 by powers of θ from 1.
        double[] atMiddle = [0, 16, -32, 16, 0], atEnd = [0, 7, -34, 52, -24];
        double[] slopeAtStart = [1, -6, 13, -12, 4], slopeAtMiddle = [0, -8, 32, -40, 16], slopeAtEnd = [0, -1, 5, -8, 4];
        return [.. step.Select((b, i) => Enumerable.Range(0, 5).Select(power =>
            (b * atEnd[power]) + (i < middle.Length ? middle[i] * atMiddle[power] : 0)
            + (i == 0 ? slopeAtStart[power] : 0) + (i == second ? slopeAtMiddle[power] : 0) + (i == end ? slopeAtEnd[power] : 0)).ToArray())];
    }
}
