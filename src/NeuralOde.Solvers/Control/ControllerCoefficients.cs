namespace NeuralOde.Solvers;

/// <summary>
/// Coefficients of a controller of steps,
/// <c>h⁺ = h · safety · ‖e‖^(−(I + P + D)/q) · ‖e_previous‖^((P + 2D)/q) · ‖e_before‖^(−D/q)</c>, where the error goes like <c>h^q</c>, with published sets.
/// </summary>
/// <param name="Integral">I.</param>
/// <param name="Proportional">P; negative in some digital filters.</param>
/// <param name="Derivative">D.</param>
public readonly record struct ControllerCoefficients(double Integral, double Proportional, double Derivative = 0)
{
    /// <summary>The classic controller, which looks at the last error only: I = 1.</summary>
    public static ControllerCoefficients Classic => new(1, 0);

    /// <summary>I = 0.65, P = 0.2: what Hairer's DOPRI5 uses (β = 0.04 with q = 5). Smooth, and nearly as fast as the classic controller.</summary>
    public static ControllerCoefficients Dopri5 => new(0.65, 0.2);

    /// <summary>PI.3.4, I = 0.3, P = 0.4: K. Gustafsson, <i>ACM TOMS</i> 17 (1991). Smooth steps where stability limits them.</summary>
    public static ControllerCoefficients Gustafsson => new(0.3, 0.4);

    /// <summary>PI.4.2, I = 0.4, P = 0.2: G. Söderlind, L. Wang, <i>Journal of Computational and Applied Mathematics</i> 185 (2006).</summary>
    public static ControllerCoefficients Soderlind42 => new(0.4, 0.2);

    /// <summary>
    /// The digital filter H211PI, exponents 1/6, 1/6 of the last two errors: G. Söderlind, "Digital filters in adaptive time-stepping", <i>ACM TOMS</i> 29 (2003),
    /// table III.
    /// </summary>
    public static ControllerCoefficients H211Pi => new(1.0 / 3, -1.0 / 6);

    /// <summary>The digital filter H312PID, exponents 1/18, 1/9, 1/18 of the last three errors: Söderlind 2003, table III. The smoothest; slow to react.</summary>
    public static ControllerCoefficients H312Pid => new(2.0 / 9, -2.0 / 9, 1.0 / 18);

    /// <summary>
    /// I = 0.47, P = 0.01, D = 0.1: the PID controller of SUNDIALS' ARKODE, whose manual has k1 = 0.58, k2 = 0.21 and k3 = 0.1 (SUNAdaptController_PID), the exponents
    /// I + P + D, P + 2D and D.
    /// </summary>
    public static ControllerCoefficients Arkode => new(0.47, 0.01, 0.1);
}
