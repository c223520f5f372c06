namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>An orbit on which errors grow so much that they say little of a method by themselves, beside what SciPy's DOP853 leaves.</summary>
/// <remarks>
/// Errors there vary by a factor of five from one tolerance to another nearby, so geometric means over <see cref="Nearby"/> are compared. DOP853's are of SciPy 1.10, printed by
/// <c>benchmarks/peers/orbits.py</c>.
/// </remarks>
/// <param name="Name">Short name.</param>
/// <param name="Field">Vector field.</param>
/// <param name="Initial">State at 0.</param>
/// <param name="End">Final time.</param>
/// <param name="Reference">State at the final time.</param>
/// <param name="PeerAt6">Mean error of DOP853 at tolerances of about 1e-6.</param>
/// <param name="PeerAt9">Mean error of DOP853 at tolerances of about 1e-9.</param>
/// <param name="ExactPeerAt6">Error of DOP853 at a tolerance of 1e-6, which is one draw of the five.</param>
/// <param name="ExactPeerAt9">Error of DOP853 at a tolerance of 1e-9.</param>
internal sealed record UnstableOrbit(
    string Name,
    VectorFieldFunction<double> Field,
    double[] Initial,
    double End,
    double[] Reference,
    double PeerAt6,
    double PeerAt9,
    double ExactPeerAt6,
    double ExactPeerAt9)
{
    private static readonly double[] s_periodic = [0.994, 0, 0, -2.00158510637908252240537862224];

    /// <summary>Factors of the tolerance.</summary>
    public static double[] Nearby { get; } = [0.8, 0.9, 1, 1.1, 1.25];

    /// <summary>Hairer, Nørsett, Wanner I, II.0: a body between Earth and Moon, periodic.</summary>
    public static UnstableOrbit Arenstorf { get; } = new("arenstorf", RestrictedThreeBodies, s_periodic, 17.0652165601579625588917206249, s_periodic, 5.9e-3, 7.7e-6, 6.9e-3,
        7.3e-6);

    /// <summary>Seven stars with near collisions; reference values of the Test Set for IVP Solvers (F. Mazzia, C. Magherini, Bari).</summary>
    public static UnstableOrbit Pleiades { get; } = new(
        "pleiades",
        SevenStars,
        [3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0, 0, -4, 4, 0, 0, 0, 0, 0, 1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0],
        3,
        [
            0.3706139143970502, 3.237284092057233, -3.222559032418324, 0.6597091455775310, 0.3425581707156584, 1.562172101400631, -0.7003092922212495,
            -3.943437585517392, -3.271380973972550, 5.225081843456543, -2.590612434977470, 1.198213693392275, -0.2429682344935824, 1.091449240428980,
            3.417003806314313, 1.354584501625501, -2.590065597810775, 2.025053734714242, -1.155815100160448, -0.8072988170223021, 0.5952396354208710,
            -3.741244961234010, 0.3773459685750630, 0.9386858869551073, 0.3667922227200571, -0.3474046353808490, 2.344915448180937, -1.947020434263292,
        ],
        2.6e-4,
        5.7e-7,
        9.1e-5,
        3.7e-7);

    public static UnstableOrbit Named(string name) => name == Arenstorf.Name ? Arenstorf : Pleiades;

    /// <summary>Mean error of DOP853.</summary>
    public double Peer(double tolerance) => tolerance == 1e-6 ? PeerAt6 : PeerAt9;

    /// <summary>Error of DOP853 at this tolerance alone.</summary>
    public double ExactPeer(double tolerance) => tolerance == 1e-6 ? ExactPeerAt6 : ExactPeerAt9;

    private static void RestrictedThreeBodies(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        const double Mu = 0.012277471, Rest = 1 - Mu;
        double a = Math.Pow(((z[0] + Mu) * (z[0] + Mu)) + (z[1] * z[1]), 1.5), b = Math.Pow(((z[0] - Rest) * (z[0] - Rest)) + (z[1] * z[1]), 1.5);
        dz[0] = z[2];
        dz[1] = z[3];
        dz[2] = z[0] + (2 * z[3]) - (Rest * (z[0] + Mu) / a) - (Mu * (z[0] - Rest) / b);
        dz[3] = z[1] - (2 * z[2]) - (Rest * z[1] / a) - (Mu * z[1] / b);
    }

    private static void SevenStars(double t, ReadOnlySpan<double> z, Span<double> dz)
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
    }
}
