using NeuralOde.Equations.Language;

namespace NeuralOde.Equations;

/// <summary>A model of differential equations: states, parameters, doses, events and what is observed. <c>docs/equations.md</c> describes the language.</summary>
/// <example><code>
/// var model = EquationModel.Parse("x' = -k*x\nk = 0.5 > 0\nx(0) = 2 fixed\nobserve x: normal");
/// </code></example>
public sealed class EquationModel
{
    private readonly IReadOnlyList<Statement> _statements;

    private EquationModel(string name, IReadOnlyList<Statement> statements, BoundModel bound)
    {
        Name = name;
        _statements = statements;
        Bound = bound;
    }

    /// <summary>The file, or the name that was given with the text.</summary>
    public string Name { get; }

    /// <summary>The states' names, in the order of their equations.</summary>
    public IReadOnlyList<string> States => Bound.States;

    /// <summary>The parameters' names, initial values (<c>x(0)</c>) and noise levels (<c>sd(x)</c>) that are estimated among them.</summary>
    public IReadOnlyList<string> Parameters => [.. Bound.Parameters.Select(static x => x.Name)];

    /// <summary>The names of what is observed.</summary>
    public IReadOnlyList<string> Observables => [.. Bound.Observables.Select(static x => x.Name)];

    /// <summary>Whether a part of the equations is unknown, to be learned as a network.</summary>
    public bool HasUnknownTerms => Bound.Unknowns.Count > 0;

    /// <summary>Whether a parameter varies between series by a distribution, so that a fit is that of a population.</summary>
    public bool HasPopulation => Bound.Parameters.Any(static x => x is { Spread: not null, IsFixed: false });

    /// <summary>Whether all noise is that of least squares.</summary>
    public bool LeastSquares => Bound.Observables.All(static x => x.Noise == NoiseKind.LeastSquares);

    internal BoundModel Bound { get; }

    /// <summary>Reads a model from its text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">The name used in messages.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelTextException">The text is not a model; the message shows the place.</exception>
    public static EquationModel Parse(string text, string name = "model")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(name);
        SourceText source = new(text, name);
        IReadOnlyList<Statement> statements = ModelParser.Parse(source);
        return new EquationModel(name, statements, Binder.Bind(source, statements));
    }

    /// <summary>Reads a model from a file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelTextException">The text is not a model; the message shows the place.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static EquationModel Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(File.ReadAllText(path), path);
    }

    /// <summary>The model with other start values.</summary>
    /// <param name="values">By the names of parameters, initial values and spreads (<c>omega(CL)</c>); names that the text does not have are passed over.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelTextException">A value is outside of its bounds.</exception>
    public EquationModel WithStarts(IReadOnlyDictionary<string, double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        HashSet<string> parameters = [.. Parameters];
        Statement Changed(Statement statement) => statement switch
        {
            DefinitionStatement x when parameters.Contains(x.Name) && values.TryGetValue(x.Name, out double value) =>
                x with { Value = Number(x.Position, value), Modifiers = WithSpread(x.Name, x.Modifiers) },
            InitialStatement x when parameters.Contains($"{x.State}(0)") && values.TryGetValue($"{x.State}(0)", out double value) =>
                x with { Value = Number(x.Position, value), Modifiers = WithSpread($"{x.State}(0)", x.Modifiers) },
            _ => statement,
        };
        Modifiers WithSpread(string name, Modifiers modifiers) =>
            modifiers.Spread is { } spread && values.TryGetValue($"omega({name})", out double value) ? modifiers with { Spread = Number(spread.Position, value) } : modifiers;
        IEnumerable<Statement> statements = _statements.Select(Changed).Select(x => x is DefinitionStatement { Modifiers.Walk: not null } walk ? WalkingParameter.Learned(walk,
            values) : x);
        return Parse(ModelPrinter.Print(values.ContainsKey(UnknownTerm.OutputName(1)) ? UnknownTerm.Learned(statements, values) : statements), Name);
    }

    /// <summary>The model with formulas in the place of its unknown terms, and parameters that these have.</summary>
    internal EquationModel WithFormulas(IReadOnlyList<Expression> formulas, IReadOnlyList<(string Name, double Start)> parameters)
        => Parse(
            ModelPrinter.Print([
                .. UnknownTerm.Replaced(_statements, (_, number) => formulas[number - 1]),
                .. parameters.Select(static x => new DefinitionStatement(0, x.Name, Number(0, x.Start), new Modifiers())),
            ]),
            Name);

    /// <summary>The unknown terms as they were written.</summary>
    internal IReadOnlyList<CallExpression> UnknownTerms => [.. UnknownTerm.In(_statements)];

    /// <summary>Where each unknown term stands, such as <c>x'</c>.</summary>
    internal IReadOnlyList<string> UnknownPlaces => [.. _statements.SelectMany(static x => UnknownTerm.In([x]).Select(_ => x switch
    {
        DerivativeStatement s => $"{s.State}'",
        DefinitionStatement s => s.Name,
        _ => "0",
    }))];

    /// <summary>The model as text, which reads back as the same model; comments are left out.</summary>
    public override string ToString() => ModelPrinter.Print(_statements);

    private static Expression Number(int position, double value)
        => value < 0 ? new PrefixExpression(position, "-", new NumberExpression(position, -value)) : new NumberExpression(position, value);
}
