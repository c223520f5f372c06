namespace NeuralOde.Equations.Fitting;

/// <summary>How a model is fitted.</summary>
public sealed record EquationFitOptions
{
    /// <summary>How many starts: the model's own, and others by Latin hypercube sampling within the bounds.</summary>
    /// <value>At least 1, or <see langword="null"/> (the default): 12 where the model has unknown terms, else 1.</value>
    public int? Starts { get; init; }

    /// <summary>
    /// Continuation, for oscillations and long series, where a start that is a little off is soon out of phase: each search goes through so many stages, fitting the first part of
    /// every series, then more, and last all.
    /// </summary>
    /// <value>At least 1; 1 by default: all at once.</value>
    public int Stages { get; init; } = 1;

    /// <summary>Seed of the starts.</summary>
    /// <value>0 by default.</value>
    public int Seed { get; init; }

    /// <summary>Whether likelihood profiles are made of every parameter but noise levels.</summary>
    /// <value><see langword="true"/> by default.</value>
    public bool Profiles { get; init; } = true;

    /// <summary>Relative tolerance of the solves.</summary>
    /// <value>1e-8 by default.</value>
    public double RelativeTolerance { get; init; } = 1e-8;

    /// <summary>
    /// Spreads the searches from several starts over processes: takes how many there are and what does one of them, and gives the results of all in every process alike, in
    /// their order. Not used where series share no parameter.
    /// </summary>
    /// <value>Default null: the threads of this process.</value>
    public Func<int, Func<int, double[]>, double[][]>? Spread { get; init; }

    /// <summary>Threads for several starts, profiles and series.</summary>
    /// <value>The number of processors by default.</value>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>A model cannot be fitted.</summary>
public sealed class EquationFitException : NeuralOdeException
{
    /// <summary>Describes the failure.</summary>
    /// <param name="reason">What kind of failure it is.</param>
    /// <param name="problem">What is wrong, as whole sentences.</param>
    /// <param name="advice">What to do, as whole sentences.</param>
    public EquationFitException(EquationFitReason reason, string problem, string? advice = null)
        : base(problem, advice)
        => Reason = reason;

    /// <summary>What kind of failure it is.</summary>
    public EquationFitReason Reason { get; }
}

/// <summary>Why a model cannot be fitted.</summary>
public enum EquationFitReason
{
    /// <summary>No parameter varies between series, so that nothing is said of others.</summary>
    NoPopulation,

    /// <summary>The data do not determine the parameters so far that bands could be drawn.</summary>
    NoBand,

    /// <summary>The model cannot be solved for the start values, nor for others near them.</summary>
    NoStart,

    /// <summary>A measured value that the noise model cannot produce.</summary>
    ImpossibleValue,

    /// <summary>There is nothing to estimate, or more to estimate than values.</summary>
    TooFewValues,
}
