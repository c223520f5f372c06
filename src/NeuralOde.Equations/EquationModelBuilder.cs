using NeuralOde.Equations.Language;

namespace NeuralOde.Equations;

/// <summary>Builds a model in code, its equations as lambdas. The result is that of the same text, to the bit. Immutable: each method gives a new builder.</summary>
/// <example><code>
/// EquationModel model = new EquationModelBuilder()
///     .Parameter("k", 0.5, lower: 0)
///     .State("x", x => -x["k"] * x["x"], start: 2)
///     .Statement("observe x: normal")
///     .Build();
/// </code></example>
public sealed class EquationModelBuilder
{
    private readonly string[] _statements;

    /// <summary>A model without statements.</summary>
    public EquationModelBuilder()
        : this([])
    {
    }

    private EquationModelBuilder(string[] statements) => _statements = statements;

    /// <summary>Adds a state with its derivative and its initial value.</summary>
    /// <param name="name">The state.</param>
    /// <param name="derivative">Its derivative.</param>
    /// <param name="start">The initial value, estimated unless it is fixed; null for 0 or a statement of its own.</param>
    /// <param name="lower">A lower bound of the initial value.</param>
    /// <param name="isFixed">Whether the initial value is known.</param>
    /// <returns>A builder with it.</returns>
    public EquationModelBuilder State(string name, Func<ModelNames, ModelExpression> derivative, double? start = null, double? lower = null, bool isFixed = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(derivative);
        EquationModelBuilder added = With(new DerivativeStatement(0, name, derivative(new ModelNames()).Node));
        return start is { } value ? added.With(new InitialStatement(0, name, ModelExpression.FromDouble(value).Node, Modified(lower, null, isFixed))) : added;
    }

    /// <summary>Adds a parameter.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="start">Its start value, or its value where it is fixed.</param>
    /// <param name="lower">Its lower bound; null for none.</param>
    /// <param name="upper">Its upper bound; null for none.</param>
    /// <param name="isFixed">Whether it is known.</param>
    /// <returns>A builder with it.</returns>
    public EquationModelBuilder Parameter(string name, double start, double? lower = null, double? upper = null, bool isFixed = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return With(new DefinitionStatement(0, name, ModelExpression.FromDouble(start).Node, Modified(lower, upper, isFixed)));
    }

    /// <summary>Adds a quantity that other expressions use.</summary>
    /// <param name="name">The quantity.</param>
    /// <param name="value">What it is.</param>
    /// <returns>A builder with it.</returns>
    public EquationModelBuilder Quantity(string name, Func<ModelNames, ModelExpression> value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        return With(new DefinitionStatement(0, name, value(new ModelNames()).Node, new Modifiers()));
    }

    /// <summary>Adds any other statement as text: <c>observe</c>, <c>dose</c>, <c>when</c>, <c>input</c>, <c>covariate</c>, priors.</summary>
    /// <param name="text">A statement of the language.</param>
    /// <returns>A builder with it.</returns>
    public EquationModelBuilder Statement(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return new EquationModelBuilder([.. _statements, text]);
    }

    /// <summary>Makes the model.</summary>
    /// <param name="name">The name used in messages.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelTextException">The statements are not a model; the message shows the place.</exception>
    public EquationModel Build(string name = "model") => EquationModel.Parse(string.Join('\n', _statements), name);

    private EquationModelBuilder With(Statement statement) => Statement(ModelPrinter.Print(statement));

    private static Modifiers Modified(double? lower, double? upper, bool isFixed) => new()
    {
        Lower = lower is { } low ? ModelExpression.FromDouble(low).Node : null,
        Upper = upper is { } high ? ModelExpression.FromDouble(high).Node : null,
        IsFixed = isFixed,
    };
}
