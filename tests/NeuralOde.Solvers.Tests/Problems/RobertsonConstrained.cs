namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>Robertson's problem with the conservation of mass as an algebraic equation of index 1: a singular mass matrix.</summary>
/// <remarks>
/// A. C. Hindmarsh et al., SUNDIALS' example idaRoberts_dns. The solution is that of <see cref="Robertson"/>; the round-off of the constraint, 1e-16, must stay below the
/// absolute tolerance.
/// </remarks>
internal sealed class RobertsonConstrained() : Robertson("robertson-dae", 1e5, new Robertson(1e5).Reference.ToArray(), 1e-6)
{
    public override SquareMatrix<double> MassMatrix { get; } = new(3) { [0, 0] = 1, [1, 1] = 1 };

    public override void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        base.Evaluate(t, z, dz);
        dz[2] = z[0] + z[1] + z[2] - 1;
    }

    public override void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination)
    {
        base.Evaluate(t, z, destination);
        destination.Values[6..].Fill(1);
    }
}
