namespace NeuralOde.Equations.Language;

/// <summary>A node of an expression as it was written.</summary>
internal abstract class Expression(int position, int depth)
{
    /// <summary>Where it begins in the text.</summary>
    public int Position => position;

    /// <summary>Nodes on the longest path down; bounded, so that recursion is.</summary>
    public int Depth => depth;
}

internal sealed class NumberExpression(int position, double value) : Expression(position, 1)
{
    public double Value => value;
}

internal sealed class NameExpression(int position, string name) : Expression(position, 1)
{
    public string Name => name;
}

/// <summary>An operator before its operand: <c>-</c> or <c>not</c>.</summary>
internal sealed class PrefixExpression(int position, string symbol, Expression operand) : Expression(position, operand.Depth + 1)
{
    public string Symbol => symbol;

    public Expression Operand => operand;
}

/// <summary>An operator between two operands: arithmetic, comparison, <c>and</c>, <c>or</c>.</summary>
internal sealed class InfixExpression(int position, string symbol, Expression left, Expression right) : Expression(position, Math.Max(left.Depth, right.Depth) + 1)
{
    public string Symbol => symbol;

    public Expression Left => left;

    public Expression Right => right;
}

/// <summary>A call: arguments, then named options, as in <c>unknown(x, y, hidden: 8)</c>.</summary>
internal sealed class CallExpression(int position, string function, IReadOnlyList<Expression> arguments, IReadOnlyList<(string Name, Expression Value)> options)
    : Expression(position, arguments.Concat(options.Select(static x => x.Value)).Select(static x => x.Depth).DefaultIfEmpty(0).Max() + 1)
{
    public string Function => function;

    public IReadOnlyList<Expression> Arguments => arguments;

    public IReadOnlyList<(string Name, Expression Value)> Options => options;
}

/// <summary>What may follow a start value: bounds, a prior, <c>fixed</c>, <c>per series</c>, <c>varies 0.3</c>.</summary>
internal sealed record Modifiers
{
    public Expression? Lower { get; init; }

    public Expression? Upper { get; init; }

    public CallExpression? Prior { get; init; }

    public bool IsFixed { get; init; }

    public bool IsPerSeries { get; init; }

    /// <summary>The start of the standard deviation of the logarithm between series.</summary>
    public Expression? Spread { get; init; }

    /// <summary>How the parameter walks with time: standard deviation per unit of time, first and last time, time between two knots.</summary>
    public (Expression Size, Expression From, Expression To, Expression Every)? Walk { get; init; }

    public bool IsEmpty => Walk is null && Lower is null && Upper is null && Prior is null && !IsFixed && !IsPerSeries && Spread is null;
}

/// <summary>A statement of a model.</summary>
/// <param name="Position">Where it begins in the text.</param>
internal abstract record Statement(int Position);

/// <summary><c>x' = …</c></summary>
internal sealed record DerivativeStatement(int Position, string State, Expression Value) : Statement(Position);

/// <summary><c>0 = …</c></summary>
internal sealed record AlgebraicStatement(int Position, Expression Value) : Statement(Position);

/// <summary><c>x(0) = …</c></summary>
internal sealed record InitialStatement(int Position, string State, Expression Value, Modifiers Modifiers) : Statement(Position);

/// <summary><c>name = …</c>, a parameter or a quantity.</summary>
internal sealed record DefinitionStatement(int Position, string Name, Expression Value, Modifiers Modifiers) : Statement(Position);

/// <summary><c>observe a, b = expression: noise(…)</c></summary>
internal sealed record ObserveStatement(int Position, IReadOnlyList<(string Name, Expression? Value)> Quantities, CallExpression? Noise, Expression? Below, Expression? Weight)
    : Statement(Position);

/// <summary><c>input u, v: linear</c></summary>
internal sealed record InputStatement(int Position, IReadOnlyList<string> Names, string Interpolation) : Statement(Position);

/// <summary><c>covariate WT = 70, AGE</c></summary>
internal sealed record CovariateStatement(int Position, IReadOnlyList<(string Name, Expression? Reference)> Names) : Statement(Position);

/// <summary><c>dose amount -> state at 0 every 24 times 7 rate r …</c></summary>
internal sealed record DoseStatement(int Position, Expression Amount, string State, IReadOnlyList<(string Word, Expression Value)> Clauses, bool IsSteady) : Statement(Position);

/// <summary><c>when x > 3: x = 0, y = y + 1</c></summary>
internal sealed record WhenStatement(int Position, Expression Condition, IReadOnlyList<(string State, Expression Value, int Position)> Changes) : Statement(Position);

/// <summary><c>correlate CL, V</c>: the deviations of these parameters between series depend on one another.</summary>
internal sealed record CorrelateStatement(int Position, IReadOnlyList<string> Names) : Statement(Position);

/// <summary><c>start -1</c>, the time of the initial values.</summary>
internal sealed record StartStatement(int Position, Expression Time) : Statement(Position);
