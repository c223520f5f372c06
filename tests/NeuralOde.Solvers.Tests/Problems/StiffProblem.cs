namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>A stiff problem whose solution is known: the field, its Jacobian, and reference values with their source.</summary>
/// <remarks>All start at time 0 and do not depend on time.</remarks>
/// <param name="name">Short name.</param>
/// <param name="initial">Initial state.</param>
/// <param name="end">Final time.</param>
/// <param name="reference">State at the final time.</param>
/// <param name="floor">Magnitude below which a component's error is measured absolutely.</param>
internal abstract class StiffProblem(string name, double[] initial, double end, double[] reference, double floor) : IVectorField<double>, IJacobian<double>
{
    public static IReadOnlyList<StiffProblem> All { get; } =
        [new Robertson(1e5), new Robertson(1e11), new VanDerPol(), new Hires(), new Oregonator(), new E5(), new Pollution(), new SpeciesChain(), new RobertsonConstrained()];

    public string Name => name;

    public ReadOnlySpan<double> Initial => initial;

    public double End => end;

    /// <summary>State at the end.</summary>
    public ReadOnlySpan<double> Reference => reference;

    /// <summary>Magnitude below which a component's error is measured absolutely.</summary>
    public double Floor => floor;

    public int Length => initial.Length;

    public virtual Bandwidth? Bandwidth => null;

    public virtual SquareMatrix<double>? MassMatrix => null;

    public static StiffProblem Named(string name) => All.First(problem => problem.Name == name);

    public abstract void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz);

    public abstract void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination);

    /// <summary>The problem, with the Jacobian from here or from finite differences.</summary>
    public OdeProblem<double> ToProblem(bool withJacobian = true)
        => new(this) { Jacobian = withJacobian ? this : null, JacobianBandwidth = Bandwidth, MassMatrix = MassMatrix };

    /// <summary>Tolerances that ask for a relative accuracy of every component above <see cref="Floor"/>.</summary>
    public AdaptiveSteps Steps(double relativeTolerance)
        => new() { RelativeTolerance = relativeTolerance, AbsoluteTolerance = relativeTolerance * floor };

    /// <summary>The largest error of a component, relative to its reference value or to <see cref="Floor"/>.</summary>
    public double Error(ReadOnlySpan<double> z)
    {
        double largest = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            double error = Math.Abs(z[i] - reference[i]) / Math.Max(Math.Abs(reference[i]), floor);
            largest = double.IsNaN(error) ? double.NaN : Math.Max(largest, error);
        }

        return largest;
    }
}
