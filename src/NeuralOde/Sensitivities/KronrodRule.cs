namespace NeuralOde.Sensitivities;

/// <summary>
/// The Gauss rule of 3 points and its extension to 7 on [−1, 1] (A. S. Kronrod 1965; the values as in D. P. Laurie, <i>Mathematics of Computation</i> 66 (1997)). They are
/// exact for polynomials of degree 5 and 11.
/// </summary>
internal static class KronrodRule
{
    public static ReadOnlySpan<double> Nodes =>
    [
        -0.960491268708020283423507092629, -0.774596669241483377035853079956, -0.434243749346802558002071502844, 0,
        0.434243749346802558002071502844, 0.774596669241483377035853079956, 0.960491268708020283423507092629,
    ];

    public static ReadOnlySpan<double> Weights =>
    [
        0.104656226026467265193823857193, 0.268488089868333440728569280667, 0.401397414775962222905051818618, 0.450916538658474142345110087046,
        0.401397414775962222905051818618, 0.268488089868333440728569280667, 0.104656226026467265193823857193,
    ];

    public static ReadOnlySpan<double> GaussWeights => [0, 5.0 / 9, 0, 8.0 / 9, 0, 5.0 / 9, 0];
}
