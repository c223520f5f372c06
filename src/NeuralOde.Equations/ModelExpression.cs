using NeuralOde.Equations.Language;

namespace NeuralOde.Equations;

/// <summary>An expression of a model that is written in code: numbers, names, operators and the language's functions.</summary>
public readonly struct ModelExpression
{
    private readonly Expression? _node;

    private ModelExpression(Expression node) => _node = node;

    internal Expression Node => _node ?? new NumberExpression(0, 0);

    /// <summary>A number.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator ModelExpression(double value) => FromDouble(value);

    /// <summary>The sum.</summary>
    /// <param name="a">The first.</param>
    /// <param name="b">The second.</param>
    public static ModelExpression operator +(ModelExpression a, ModelExpression b) => Add(a, b);

    /// <summary>The difference.</summary>
    /// <param name="a">The first.</param>
    /// <param name="b">What is subtracted.</param>
    public static ModelExpression operator -(ModelExpression a, ModelExpression b) => Subtract(a, b);

    /// <summary>The product.</summary>
    /// <param name="a">The first.</param>
    /// <param name="b">The second.</param>
    public static ModelExpression operator *(ModelExpression a, ModelExpression b) => Multiply(a, b);

    /// <summary>The quotient.</summary>
    /// <param name="a">The dividend.</param>
    /// <param name="b">The divisor.</param>
    public static ModelExpression operator /(ModelExpression a, ModelExpression b) => Divide(a, b);

    /// <summary>The negative.</summary>
    /// <param name="a">The expression.</param>
    public static ModelExpression operator -(ModelExpression a) => Negate(a);

    /// <summary>A number.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The expression.</returns>
    public static ModelExpression FromDouble(double value)
        => new(value < 0 ? new PrefixExpression(0, "-", new NumberExpression(0, -value)) : new NumberExpression(0, value));

    /// <summary>The sum.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    /// <returns>The expression.</returns>
    public static ModelExpression Add(ModelExpression left, ModelExpression right) => Infix("+", left, right);

    /// <summary>The difference.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">What is subtracted.</param>
    /// <returns>The expression.</returns>
    public static ModelExpression Subtract(ModelExpression left, ModelExpression right) => Infix("-", left, right);

    /// <summary>The product.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    /// <returns>The expression.</returns>
    public static ModelExpression Multiply(ModelExpression left, ModelExpression right) => Infix("*", left, right);

    /// <summary>The quotient.</summary>
    /// <param name="left">The dividend.</param>
    /// <param name="right">The divisor.</param>
    /// <returns>The expression.</returns>
    public static ModelExpression Divide(ModelExpression left, ModelExpression right) => Infix("/", left, right);

    /// <summary>The negative.</summary>
    /// <param name="item">The expression.</param>
    /// <returns>The expression.</returns>
    public static ModelExpression Negate(ModelExpression item) => new(new PrefixExpression(0, "-", item.Node));

    /// <summary>A power.</summary>
    /// <param name="exponent">The exponent.</param>
    /// <returns>The expression.</returns>
    public ModelExpression Power(ModelExpression exponent) => Infix("^", this, exponent);

    /// <summary>A function of the language, such as <c>exp</c>, <c>hill</c>, <c>if</c>, or <c>unknown</c> for a term that is to be learned.</summary>
    /// <param name="function">The function's name.</param>
    /// <param name="arguments">What it is applied to.</param>
    /// <returns>The expression.</returns>
    public static ModelExpression Call(string function, params IReadOnlyList<ModelExpression> arguments)
        => new(new CallExpression(0, function, [.. arguments.Select(static x => x.Node)], []));

    internal static ModelExpression Name(string name) => new(new NameExpression(0, name));

    private static ModelExpression Infix(string symbol, ModelExpression a, ModelExpression b) => new(new InfixExpression(0, symbol, a.Node, b.Node));
}

/// <summary>The names of a model, for expressions in code: states, parameters, covariates, inputs, quantities, and the time.</summary>
public sealed class ModelNames
{
    internal ModelNames()
    {
    }

    /// <summary>What a name stands for.</summary>
    /// <param name="name">The name.</param>
    public ModelExpression this[string name] => ModelExpression.Name(name);

    /// <summary>The time.</summary>
    public ModelExpression Time => ModelExpression.Name("t");
}
