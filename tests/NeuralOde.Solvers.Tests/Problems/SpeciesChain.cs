namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>A chain of a hundred species with saturating reactions between neighbors, at rates from 1 to 1e4: a tridiagonal Jacobian.</summary>
/// <remarks>
/// Species i turns into i + 1 at the rate <c>k_i (z_i / (1 + z_i) − z_(i+1) / 10)</c>, <c>k_i = 10^(7 i mod 5)</c>; all mass starts in the first species. Of this library.
/// Reference values: linearly implicit Euler extrapolated to order 11 in 113-bit arithmetic at a relative tolerance of 1e-15.
/// </remarks>
internal sealed class SpeciesChain() : StiffProblem("chain", Start(), 100, Final(), 1e-2)
{
    private const int Species = 100;
    private static readonly double[] s_rates = [.. Enumerable.Range(0, Species).Select(i => Math.Pow(10, 7 * i % 5))];

    public override Bandwidth? Bandwidth => new Bandwidth(1, 1);

    public override void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        double[] rates = s_rates;
        double before = 0;
        for (int i = 0; i < Species - 1; i++)
        {
            double flux = rates[i] * ((z[i] / (1 + z[i])) - (0.1 * z[i + 1]));
            dz[i] = before - flux;
            before = flux;
        }

        dz[Species - 1] = before;
    }

    public override void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination)
    {
        // Dense where a caller has no band.
        for (int i = 0; i < Species - 1; i++)
        {
            double forward = s_rates[i] / ((1 + z[i]) * (1 + z[i])), backward = 0.1 * s_rates[i];
            destination[i, i] -= forward;
            destination[i, i + 1] = backward;
            destination[i + 1, i] = forward;
            destination[i + 1, i + 1] -= backward;
        }
    }

    private static double[] Final() =>
        [
            3.5093503324784863e+00, 1.7574855864795380e-02, 9.4990154164261530e-02, 8.6671711923544217e-01, 3.8336466336419951e+00,
            7.9225326937550990e+00, 1.2121452092702320e-02, 3.1093403342531930e-02, 3.0067109123858626e-01, 1.4270851526532519e+00,
            5.8711012876213848e+00, 1.0806434125162639e-02, 2.1572480169509822e-02, 2.1031611166160164e-01, 8.8562335562411769e-01,
            4.6882690157166109e+00, 1.0098633424727530e-02, 1.7659306053316658e-02, 1.7270557920213915e-01, 6.5047854405488686e-01,
            3.9329843299597357e+00, 9.5977878240991202e-03, 1.5434725026268902e-02, 1.5120491863499222e-01, 5.1790854522866867e-01,
            3.4040764675328455e+00, 9.1988472735601132e-03, 1.3949857495340646e-02, 1.3680742317966623e-01, 4.3209940877372258e-01,
            3.0095679774104697e+00, 8.8607157671968594e-03, 1.2859585570212168e-02, 1.2621352467189455e-01, 3.7159713412841323e-01,
            2.7017703514404084e+00, 8.5632850332843163e-03, 1.2007294655625318e-02, 1.1791936860683995e-01, 3.2638469633476307e-01,
            2.4534530667593457e+00, 8.2952231035325853e-03, 1.1311124365292071e-02, 1.1113660062945705e-01, 2.9114832490137591e-01,
            2.2478912621694315e+00, 8.0494970254444380e-03, 1.0723846150870928e-02, 1.0540941799162333e-01, 2.6280144048202068e-01,
            2.0742140967438068e+00, 7.8214267884033752e-03, 1.0216144230898317e-02, 1.0045443538447130e-01, 2.3942494177996391e-01,
            1.9250293654183339e+00, 7.6077300829269504e-03, 9.7687651333986965e-03, 9.6085298860374595e-02, 2.1976070213656322e-01,
            1.7951219284687474e+00, 7.4060086813976912e-03, 9.3684832795644361e-03, 9.2173866506247153e-02, 2.0294815609906258e-01,
            1.6806984718391467e+00, 7.2144520191527552e-03, 9.0058753818874954e-03, 8.8628759200974639e-02, 1.8837784072328209e-01,
            1.5789279721004317e+00, 7.0316561780143153e-03, 8.6740203484846350e-03, 8.5382814429365295e-02, 1.7560541866520891e-01,
            1.4876506858622352e+00, 6.8565081206539318e-03, 8.3677030711927589e-03, 8.2385394209153179e-02, 1.6429887947434614e-01,
            1.4051874684534926e+00, 6.6881087567812988e-03, 8.0829070549946541e-03, 7.9597478879684815e-02, 1.5420485923958274e-01,
            1.3302111033194464e+00, 6.5257302317105043e-03, 7.8165798758464131e-03, 7.6989414063729463e-02, 1.4513507993673074e-01,
            1.2617230798043664e+00, 6.6016824310417272e-03, 9.8695915050614007e-03, 9.7174544680302792e-02, 3.3221747424503600e-01,
            2.4884431829289311e+00, 3.3223144818952721e+00, 7.6718103576243695e+00, 8.8468193274435613e+00, 8.9824400621653569e+00,
        ];

    private static double[] Start()
    {
        double[] state = new double[Species];
        state[0] = Species;
        return state;
    }
}
