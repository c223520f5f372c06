namespace NeuralOde.Flows;

/// <summary>What a flow's training adds to the negative log-likelihood, so that fewer steps solve the flow. Nothing by default.</summary>
/// <remarks>
/// The first three are integrals over the flow's time, means over the batch, solved with the flow and left out of its error control. With Hutchinson's divergence the Jacobian's
/// norm is its unbiased estimate, <c>‖εᵀ∂f/∂z‖²</c>.
/// </remarks>
public sealed record FlowRegularization
{
    /// <summary>The weight of the kinetic energy, <c>∫‖f‖² dt</c> (RNODE: Finlay et al. 2020, arXiv 2002.02798).</summary>
    /// <value>At least 0; default 0.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double KineticEnergy { get; init => field = Checked(value, nameof(KineticEnergy)); }

    /// <summary>The weight of the squared Frobenius norm of the field's Jacobian, <c>∫‖∂f/∂z‖² dt</c> (RNODE).</summary>
    /// <value>At least 0; default 0.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double JacobianNorm { get; init => field = Checked(value, nameof(JacobianNorm)); }

    /// <summary>The weight of the squared acceleration along the path, <c>∫‖d²z/dt²‖² dt</c> (TayNODE of order 2: Kelly et al. 2020, arXiv 2007.04504).</summary>
    /// <value>At least 0; default 0.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Acceleration { get; init => field = Checked(value, nameof(Acceleration)); }

    /// <summary>How far the time of the data moves at random in each training step, to either side (STEER: Ghosh et al. 2020, arXiv 2006.10711).</summary>
    /// <value>At least 0 and less than the flow's duration; default 0.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double EndTimeSpread { get; init => field = Checked(value, nameof(EndTimeSpread)); }

    private static double Checked(double value, string name) =>
        double.IsFinite(value) && value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, "A weight or spread is a finite number of at least 0.");
}
