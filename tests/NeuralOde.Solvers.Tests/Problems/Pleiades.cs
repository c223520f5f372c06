namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>Seven stars in a plane, with near collisions. Reference: Test Set for IVP Solvers (Bari).</summary>
internal sealed class Pleiades() : SmoothProblem("pleiades", s_start, 3, s_end)
{
    private const int Stars = 7;
    private static readonly double[] s_start = [3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0, 0, -4, 4, 0, 0, 0, 0, 0, 1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0];
    private static readonly double[] s_end =
    [
        0.3706139143970502, 3.237284092057233, -3.222559032418324, 0.6597091455775310, 0.3425581707156584, 1.562172101400631, -0.7003092922212495,
        -3.943437585517392, -3.271380973972550, 5.225081843456543, -2.590612434977470, 1.198213693392275, -0.2429682344935824, 1.091449240428980,
        3.417003806314313, 1.354584501625501, -2.590065597810775, 2.025053734714242, -1.155815100160448, -0.8072988170223021, 0.5952396354208710,
        -3.741244961234010, 0.3773459685750630, 0.9386858869551073, 0.3667922227200571, -0.3474046353808490, 2.344915448180937, -1.947020434263292,
    ];

    public override void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        z[(2 * Stars)..].CopyTo(dz);
        for (int i = 0; i < Stars; i++)
        {
            double x = 0, y = 0;
            for (int j = 0; j < Stars; j++)
            {
                if (j != i)
                {
                    double dx = z[j] - z[i], dy = z[Stars + j] - z[Stars + i], pull = (j + 1) / Math.Pow((dx * dx) + (dy * dy), 1.5);
                    x += pull * dx;
                    y += pull * dy;
                }
            }

            dz[(2 * Stars) + i] = x;
            dz[(3 * Stars) + i] = y;
        }
    }
}
