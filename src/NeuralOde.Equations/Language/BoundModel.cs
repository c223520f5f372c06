using NeuralOde.Equations.Symbolics;

namespace NeuralOde.Equations.Language;

/// <summary>How the values that an input has at given times are joined.</summary>
internal enum Interpolation
{
    /// <summary>Each value holds until the next.</summary>
    Constant,

    /// <summary>A line between two values.</summary>
    Linear,

    /// <summary>A natural cubic spline through all.</summary>
    Cubic,
}

/// <summary>What distribution an observation has around its model value.</summary>
internal enum NoiseKind
{
    LeastSquares,
    Normal,
    LogNormal,
    Proportional,
    Combined,
    Poisson,
    NegativeBinomial,
    Binomial,
    Student,
}

/// <summary>Prior distributions.</summary>
internal enum PriorKind
{
    Normal,
    LogNormal,
    HalfNormal,
    Exponential,
}

/// <summary>What is believed of a parameter before the data.</summary>
internal sealed record Prior(PriorKind Kind, double A, double B);

/// <summary>A number that may be estimated.</summary>
internal sealed record BoundParameter(string Name, double Start, double Lower, double Upper, Prior? Prior, bool IsFixed, bool IsPerSeries)
{
    /// <summary>Where it differs between series by a log-normal distribution, the start of the standard deviation of its logarithm.</summary>
    public double? Spread { get; init; }

    /// <summary>Whether it is a noise level that nobody named: its start comes from residuals.</summary>
    public bool IsImplicitNoise { get; init; }

    /// <summary>Whether it is a weight of an unknown term.</summary>
    public bool IsWeight { get; init; }

    /// <summary>Whether it is searched on a logarithmic scale: it cannot be negative, nor 0 at the start.</summary>
    public bool IsLogarithmic => Lower >= 0 && Start > 0 && !IsWeight;
}

/// <summary>Something measured: its model value, and noise with its levels as the kind takes them.</summary>
internal sealed record BoundObservable(string Name, Term Value, NoiseKind Noise, IReadOnlyList<Term> Arguments, Term? Below, Term? Weight);

/// <summary>A dose: an amount of its own at given times, or the amounts and times of a table's column.</summary>
internal sealed record BoundDose(string? Column, Term? Amount, int State, bool IsSteady)
{
    public Term? At { get; init; }

    public Term? Every { get; init; }

    public int Times { get; init; } = 1;

    public Term? Rate { get; init; }

    public Term? Duration { get; init; }

    public Term? Lag { get; init; }

    public Term? Bioavailability { get; init; }
}

/// <summary>Changes of states where a function rises through zero.</summary>
internal sealed record BoundEvent(string Text, Term Function, IReadOnlyList<(int State, Term Value)> Changes);

/// <summary>
/// An unknown term: <c>out · Σ_j v_j tanh(Σ_i w_ji argument_i/size_i + b_j)</c>. Its sizes are parameters that a fit sets once, its weights parameters that it learns.
/// </summary>
/// <param name="Arguments">What it depends on.</param>
/// <param name="Sizes">The parameters that are the arguments' sizes.</param>
/// <param name="Output">The parameter that is the term's size.</param>
/// <param name="Value">The term itself.</param>
/// <param name="Number">Its number in the text, from 1.</param>
internal sealed record BoundUnknown(IReadOnlyList<Term> Arguments, IReadOnlyList<int> Sizes, int Output, Term Value, int Number);

/// <summary>A model whose names are resolved: everything is an expression of time, states, parameters, covariates and inputs.</summary>
internal sealed class BoundModel
{
    public required TermPool Pool { get; init; }

    public required IReadOnlyList<string> States { get; init; }

    /// <summary>Which states are given by algebraic equations.</summary>
    public required IReadOnlyList<bool> IsAlgebraic { get; init; }

    public required IReadOnlyList<BoundParameter> Parameters { get; init; }

    public required IReadOnlyList<(string Name, double? Reference)> Covariates { get; init; }

    public required IReadOnlyList<(string Name, Interpolation Kind)> Inputs { get; init; }

    /// <summary>Named quantities between the equations.</summary>
    public required IReadOnlyList<(string Name, Term Value)> Quantities { get; init; }

    /// <summary>Derivatives, or what is 0 for algebraic states.</summary>
    public required IReadOnlyList<Term> Rates { get; init; }

    public required IReadOnlyList<Term> Initials { get; init; }

    public required IReadOnlyList<BoundObservable> Observables { get; init; }

    public required IReadOnlyList<BoundDose> Doses { get; init; }

    public required IReadOnlyList<BoundEvent> Events { get; init; }

    public IReadOnlyList<BoundUnknown> Unknowns { get; init; } = [];

    /// <summary>Parameters that walk with time, with the time of the first knot, the time between two, and their number less one.</summary>
    public IReadOnlyList<(string Name, bool IsLogarithmic, double From, double Every, int Steps)> Walks { get; init; } = [];

    /// <summary>Groups of parameters whose deviations between series are correlated.</summary>
    public IReadOnlyList<int[]> Correlations { get; init; } = [];

    /// <summary>Time of the initial values; null for the first time of the data.</summary>
    public double? Start { get; init; }

    /// <summary>Number of variables: time, states, parameters, covariates, inputs.</summary>
    public int VariableCount => 1 + States.Count + Parameters.Count + Covariates.Count + Inputs.Count;

    public static int TimeVariable => 0;

    public static int StateVariable(int state) => 1 + state;

    public int ParameterVariable(int parameter) => 1 + States.Count + parameter;

    public int CovariateVariable(int covariate) => ParameterVariable(Parameters.Count) + covariate;

    public int InputVariable(int input) => CovariateVariable(Covariates.Count) + input;
}
