namespace NeuralOde.Tensors.Tests.Kernels;

public class ActivationGradientTests
{
    private static readonly double[] s_x = [.. Enumerable.Range(-60, 121).Select(i => (i / 10.0) + 0.013)];

    [Theory]
    [InlineData("tanh", "tanhGradient", true)]
    [InlineData("sigmoid", "sigmoidGradient", true)]
    [InlineData("elu", "eluGradient", true)]
    [InlineData("selu", "seluGradient", true)]
    [InlineData("relu", "reluGradient", true)]
    [InlineData("relu", "reluGradient", false)]
    [InlineData("softplus", "softplusGradient", false)]
    [InlineData("silu", "siluGradient", false)]
    [InlineData("gelu", "geluGradient", false)]
    [InlineData("geluTanh", "geluTanhGradient", false)]
    public void Pullback_equals_central_difference(string function, string gradient, bool fromOutput)
    {
        // Central differences of error h²/6·f‴ + ε/h with |f‴| ≤ 2: below 2e-10 at h = 2e-5 plus 1e-11.
        const double H = 2e-5;
        const double Cotangent = 1.7;
        UnaryKernel<double> kernel = Operators<double>.Unary[function];
        double[] y = new double[s_x.Length];
        double[] above = new double[s_x.Length];
        double[] below = new double[s_x.Length];
        kernel(s_x, y, SimdWidths.Best);
        kernel([.. s_x.Select(x => x + H)], above, SimdWidths.Best);
        kernel([.. s_x.Select(x => x - H)], below, SimdWidths.Best);
        double[] g = new double[s_x.Length];
        Array.Fill(g, Cotangent);
        double[] pulled = new double[s_x.Length];
        Operators<double>.Binary[gradient](g, fromOutput ? y : s_x, pulled, SimdWidths.Best);
        for (int i = 0; i < s_x.Length; i++)
        {
            Assert.Equal(Cotangent * (above[i] - below[i]) / (2 * H), pulled[i], 1e-9);
        }
    }
}
