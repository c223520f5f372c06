using NeuralOde.Equations.Fitting;

namespace NeuralOde.Equations.Formulas;

/// <summary>How formulas are sought.</summary>
public sealed record FormulaSearchOptions
{
    /// <summary>Highest degree of the products of arguments.</summary>
    /// <value>From 1 to 6; 3 by default.</value>
    public int Degree { get; init; } = 3;

    /// <summary>Most terms in the formula of one unknown term.</summary>
    /// <value>From 1 to 4; 3 by default.</value>
    public int MostTerms { get; init; } = 3;

    /// <summary>Whether ratios of two arguments, reciprocals and saturations <c>x/(1 + x/s)</c> are among the terms, with s the largest |x| of the solution.</summary>
    /// <value><see langword="false"/> by default.</value>
    public bool Ratios { get; init; }

    /// <summary>Whether <c>exp(x/s)</c> and <c>exp(-x/s)</c> are among the terms, with s the largest |x| of the solution.</summary>
    /// <value><see langword="false"/> by default.</value>
    public bool Exponentials { get; init; }

    /// <summary>Terms of the user's own: expressions of the arguments, such as <c>sin(x)</c>.</summary>
    /// <value>None by default.</value>
    public IReadOnlyList<string> Terms { get; init; } = [];

    /// <summary>How much worse by BIC a smaller formula may be and still be preferred.</summary>
    /// <value>10 by default, very strong evidence.</value>
    public double Tolerance { get; init; } = 10;

    /// <summary>How the network and the formulas are fitted.</summary>
    public EquationFitOptions Fit { get; init; } = new();

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    internal void Check()
    {
        if (Degree is < 1 or > 6 || MostTerms is < 1 or > 4)
        {
            throw new ArgumentException($"The degree is from 1 to 6 and the number of terms from 1 to 4; they are {Degree} and {MostTerms}.");
        }
    }
}

/// <summary>A formula for every unknown term of a model, fitted in the network's place.</summary>
/// <param name="Terms">The terms of each formula, as text without coefficients.</param>
/// <param name="Bic">Schwarz's criterion of the fit.</param>
/// <param name="Fit">The fit, without profiles.</param>
public sealed record FormulaCandidate(IReadOnlyList<IReadOnlyList<string>> Terms, double Bic, EquationFit Fit)
{
    /// <summary>Number of terms in all.</summary>
    public int Count => Terms.Sum(static x => x.Count);

    /// <summary>The root mean square of formula minus network along the network's solution, relative to the network's, of each unknown term.</summary>
    public IReadOnlyList<double> NetworkErrors { get; init; } = [];

    /// <summary>Of each unknown term, which terms of its library.</summary>
    internal int[][] Sets { get; init; } = [];
}

/// <summary>What a search for formulas found.</summary>
/// <param name="Chosen">The smallest formula within the tolerance of the best.</param>
/// <param name="Tried">For each number of terms the best formula, by that number.</param>
/// <param name="Learned">What the networks give along their solutions, one for each unknown term.</param>
public sealed record FormulaSearchResult(FormulaCandidate Chosen, IReadOnlyList<FormulaCandidate> Tried, IReadOnlyList<LearnedTerm> Learned)
{
    /// <summary>The fit with networks; null where the field was learned before.</summary>
    public EquationFit? Network { get; init; }
}

/// <summary>What a network gives along its solution, and the chosen formula at the same points.</summary>
/// <param name="Name">Where the term stands, such as <c>x'</c>.</param>
/// <param name="Times">The times of the points, series after series.</param>
/// <param name="Network">The network's values.</param>
/// <param name="Formula">The formula's values at the same points.</param>
public sealed record LearnedTerm(string Name, IReadOnlyList<double> Times, IReadOnlyList<double> Network, IReadOnlyList<double> Formula);
