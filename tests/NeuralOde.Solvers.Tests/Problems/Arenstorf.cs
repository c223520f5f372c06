namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>
/// A satellite between earth and moon: Hairer, Nørsett, Wanner I, II.0. A periodic orbit, so the start is the reference, and so unstable that it magnifies every error.
/// </summary>
internal sealed class Arenstorf() : SmoothProblem("arenstorf", s_start, 17.0652165601579625588917206249, s_start)
{
    private const double Mu = 0.012277471, Rest = 1 - Mu;
    private static readonly double[] s_start = [0.994, 0, 0, -2.00158510637908252240537862224];

    public override void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        double a = Math.Pow(((z[0] + Mu) * (z[0] + Mu)) + (z[1] * z[1]), 1.5), b = Math.Pow(((z[0] - Rest) * (z[0] - Rest)) + (z[1] * z[1]), 1.5);
        dz[0] = z[2];
        dz[1] = z[3];
        dz[2] = z[0] + (2 * z[3]) - (Rest * (z[0] + Mu) / a) - (Mu * (z[0] - Rest) / b);
        dz[3] = z[1] - (2 * z[2]) - (Rest * z[1] / a) - (Mu * z[1] / b);
    }
}
