namespace NeuralOde.Solvers;

/// <summary>
/// The coefficients of a Rosenbrock method in the form that needs no product with the Jacobian (Hairer, Wanner,
/// <i>Solving Ordinary Differential Equations II</i>, IV.7, equation (7.25)):
/// <c>(M/(γh) − J) u_i = f(t + α_i h, z + Σ a_ij u_j) + M Σ (c_ij/h) u_j + γ_i h ∂f/∂t</c>, <c>z⁺ = z + Σ m_i u_i</c>, error estimate <c>Σ e_i u_i</c>,
/// dense output <c>z(t + θh) = z + θ (z⁺ − z + (1 − θ) (d_1 + θ (d_2 + θ d_3)))</c> with <c>d_r = Σ_i h_ri u_i</c>.
/// </summary>
internal sealed class RosenbrockTableau
{
    /// <summary>Order of the method.</summary>
    public required int Order { get; init; }

    /// <summary>Order of the embedded method.</summary>
    public required int EmbeddedOrder { get; init; }

    /// <summary>Order of the dense output, uniformly over a step.</summary>
    public required int DenseOrder { get; init; }

    /// <summary>γ, the diagonal.</summary>
    public required double Gamma { get; init; }

    /// <summary>a: row i has i entries.</summary>
    public required double[][] A { get; init; }

    /// <summary>c: row i has i entries.</summary>
    public required double[][] C { get; init; }

    /// <summary>Nodes α, within [0, 1].</summary>
    public required double[] Alpha { get; init; }

    /// <summary>Weights of the derivative by time, γ_i = Σ_j γ_ij.</summary>
    public required double[] TimeWeights { get; init; }

    /// <summary>Weights of the step.</summary>
    public required double[] M { get; init; }

    /// <summary>Weights of the error estimate.</summary>
    public required double[] E { get; init; }

    /// <summary>Weights of the dense output: three rows.</summary>
    public required double[][] Dense { get; init; }

    public int StageCount => M.Length;
}
