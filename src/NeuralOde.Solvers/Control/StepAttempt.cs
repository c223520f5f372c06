namespace NeuralOde.Solvers;

/// <summary>What came of an attempted step, apart from whether it is kept.</summary>
/// <param name="Outcome">Whether the attempt has an end state.</param>
/// <param name="Error">Scaled norm of the error estimate: at most 1 is within the tolerance. 0 where none was asked for; not a number where there is no end state.</param>
/// <param name="ErrorOrder">The error estimate goes like <c>h^ErrorOrder</c>: for an embedded pair, the order of the lower method plus 1.</param>
public readonly record struct StepAttempt(StepOutcome Outcome, double Error, int ErrorOrder)
{
    /// <summary>Whether the attempt has an end state.</summary>
    public bool IsComplete => Outcome == StepOutcome.Complete;

    /// <summary>
    /// Largest length of the next step, where the error estimate says nothing about it because the state rests; infinite otherwise.
    /// </summary>
    public double LongestNext { get; init; } = double.PositiveInfinity;

    /// <summary>
    /// For a method of variable order: scaled norm of the error that the order below would have made, in <c>h^(ErrorOrder − 1)</c>; not a number
    /// where it is not known.
    /// </summary>
    public double ErrorBelow { get; init; } = double.NaN;

    /// <summary>
    /// For a method of variable order: scaled norm of the error that the order above would have made, in <c>h^(ErrorOrder + 1)</c>; not a number
    /// where it is not known.
    /// </summary>
    public double ErrorAbove { get; init; } = double.NaN;
}
