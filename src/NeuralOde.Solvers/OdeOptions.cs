namespace NeuralOde.Solvers;

/// <summary>What <see cref="Ode"/> does beyond the problem and the method.</summary>
public sealed record OdeOptions
{
    /// <summary>How steps are chosen.</summary>
    /// <value><see langword="null"/> (the default): <see cref="SolverDefaults.Steps"/>, for a method with an error estimate. Others need <see cref="FixedSteps"/>.</value>
    public StepSizeControl? Steps { get; init; }

    /// <summary>Which components of the state count in the error norm, and how: <c>ErrorNorm.Maximum(0, n)</c>, for example.</summary>
    /// <value><see langword="null"/> (the default): the root mean square over all components.</value>
    public ErrorNorm? ErrorNorm { get; init; }

    /// <summary>Whether every step is kept, so that <see cref="OdeSolution{T}.At(double)"/> gives the state at any time.</summary>
    /// <value>
    /// <see langword="null"/> (the default): yes where an interval is solved, no where output times are given, nor where fixed steps would fill more than 2^24 numbers.
    /// Where it is off, no step takes memory.
    /// </value>
    public bool? DenseOutput { get; init; }

    /// <summary>Whether a failed solve throws. Otherwise the solution's status tells.</summary>
    /// <value><see langword="true"/> by default.</value>
    public bool ThrowOnFailure { get; init; } = true;

    /// <summary>Is told the share of the interval that is solved, at most about a hundred times.</summary>
    /// <value>None by default.</value>
    public IProgress<double>? Progress { get; init; }

    /// <summary>Stops the solve between two steps.</summary>
    /// <value>None by default.</value>
    public CancellationToken CancellationToken { get; init; }
}
