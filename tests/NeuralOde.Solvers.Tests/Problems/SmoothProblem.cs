namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>A problem that is not stiff and whose solution is known. All start at time 0.</summary>
/// <param name="name">Short name.</param>
/// <param name="initial">Initial state.</param>
/// <param name="end">Final time.</param>
/// <param name="reference">State at the final time.</param>
internal abstract class SmoothProblem(string name, double[] initial, double end, double[] reference) : IVectorField<double>
{
    public static IReadOnlyList<SmoothProblem> All { get; } = [new LotkaVolterra(), new Arenstorf(), new Pleiades()];

    public string Name => name;

    public ReadOnlySpan<double> Initial => initial;

    public double End => end;

    /// <summary>State at the end.</summary>
    public ReadOnlySpan<double> Reference => reference;

    public static SmoothProblem Named(string name) => All.First(problem => problem.Name == name);

    public abstract void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz);

    /// <summary>The largest error of a component.</summary>
    public double Error(ReadOnlySpan<double> z)
    {
        double largest = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(z[i] - reference[i]));
        }

        return largest;
    }
}
