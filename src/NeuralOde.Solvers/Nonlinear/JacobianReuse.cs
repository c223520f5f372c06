namespace NeuralOde.Solvers;

/// <summary>When a Jacobian is evaluated again, and when its factorization is made again.</summary>
/// <param name="MaxAge">Largest number of accepted steps that a Jacobian serves.</param>
/// <param name="MaxGammaChange">Largest relative change of γ that a factorization of <c>M − γ J</c> serves; the corrections are scaled for the rest.</param>
/// <param name="SlowRate">A rate of convergence from which on the next step gets a new Jacobian.</param>
internal readonly record struct JacobianReuse(int MaxAge, double MaxGammaChange, double SlowRate)
{
    /// <summary>As in CVODE: 50 steps, 30 %; and a new Jacobian where corrections shrink by less than a half.</summary>
    public static JacobianReuse Default => new(50, 0.3, 0.5);
}
