using System.Globalization;
using System.Text;

namespace NeuralOde.Equations.Language;

/// <summary>Writes statements as text that reads back as the same statements.</summary>
internal static class ModelPrinter
{
    private const int Unary = 7;

    public static string Print(IEnumerable<Statement> statements)
    {
        StringBuilder text = new();
        foreach (Statement statement in statements)
        {
            text.Append(Print(statement)).Append('\n');
        }

        return text.ToString();
    }

    public static string Print(Statement statement) => statement switch
    {
        DerivativeStatement x => $"{Name(x.State)}' = {Print(x.Value)}",
        AlgebraicStatement x => $"0 = {Print(x.Value)}",
        InitialStatement x => $"{Name(x.State)}(0) = {Print(x.Value)}{Print(x.Modifiers)}",
        DefinitionStatement x => $"{Name(x.Name)} = {Print(x.Value)}{Print(x.Modifiers)}",
        ObserveStatement x => $"observe {string.Join(", ", x.Quantities.Select(static q => Name(q.Name) + Assigned(q.Value)))}"
            + (x.Noise is null ? "" : $": {(x.Noise.Arguments.Count == 0 ? x.Noise.Function : Print(x.Noise))}") + Clause("below", x.Below) + Clause("weight", x.Weight),
        InputStatement x => $"input {string.Join(", ", x.Names.Select(Name))}: {x.Interpolation}",
        CovariateStatement x => $"covariate {string.Join(", ", x.Names.Select(static n => Name(n.Name) + Assigned(n.Reference)))}",
        DoseStatement x => $"dose {Print(x.Amount)} -> {Name(x.State)}{string.Concat(x.Clauses.Select(static c => Clause(c.Word, c.Value)))}{(x.IsSteady ? " steady" : "")}",
        WhenStatement x => $"when {Print(x.Condition)}: {string.Join(", ", x.Changes.Select(static c => Name(c.State) + Assigned(c.Value)))}",
        CorrelateStatement x => $"correlate {string.Join(", ", x.Names.Select(Name))}",
        StartStatement x => $"start {Print(x.Time)}",
        _ => throw new InvalidOperationException($"{statement.GetType().Name} is not printed."),
    };

    public static string Print(Expression expression)
    {
        StringBuilder text = new();
        Print(text, expression, 0);
        return text.ToString();
    }

    /// <summary>A number that reads back as the same.</summary>
    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A name, in back quotes where it would not be read as one.</summary>
    public static string Name(string name)
        => (char.IsLetter(name[0]) || name[0] == '_') && name.All(static c => char.IsLetterOrDigit(c) || c == '_') && !Reserved.Words.Contains(name) ? name : $"`{name}`";

    private static string Assigned(Expression? value) => value is null ? "" : $" = {Print(value)}";

    private static string Clause(string word, Expression? value) => value is null ? "" : $" {word} {Print(value)}";

    private static string Print(Modifiers x)
    {
        string bounds = x.Lower is not null && x.Upper is not null
            ? $" in [{Print(x.Lower)}, {Print(x.Upper)}]"
            : x.Lower is not null ? $" > {Print(x.Lower)}" : x.Upper is not null ? $" < {Print(x.Upper)}" : "";
        string words = (x.IsFixed ? " fixed" : "") + (x.IsPerSeries ? " per series" : "") + (x.Spread is null ? "" : $" varies {Print(x.Spread)}");
        words += x.Walk is { } walk ? $" walks {Print(walk.Size)} from {Print(walk.From)} to {Print(walk.To)} every {Print(walk.Every)}" : "";
        return bounds + (x.Prior is null ? "" : $" ~ {Print(x.Prior)}") + words;
    }

    private static int Precedence(string symbol) => symbol switch
    {
        "or" => 1,
        "and" => 2,
        "not" => 3,
        "<" or ">" or "<=" or ">=" or "==" or "!=" => 4,
        "+" or "-" => 5,
        "*" or "/" => 6,
        _ => 8,
    };

    private static void Print(StringBuilder text, Expression expression, int least)
    {
        switch (expression)
        {
            case NumberExpression x:
                text.Append(Number(x.Value));
                break;
            case NameExpression x:
                text.Append(Name(x.Name));
                break;
            case CallExpression x:
                Call(text, x);
                break;
            case PrefixExpression x:
                int own = x.Symbol == "not" ? 3 : Unary;
                Parenthesized(text, own < least, () =>
                {
                    text.Append(x.Symbol == "not" ? "not " : "-");
                    Print(text, x.Operand, own);
                });
                break;
            case InfixExpression x:
                int precedence = Precedence(x.Symbol);
                bool isRight = x.Symbol == "^", isLoose = precedence == 4;
                Parenthesized(text, precedence < least, () =>
                {
                    Print(text, x.Left, precedence + (isRight || isLoose ? 1 : 0));
                    text.Append(precedence is 6 or 8 ? x.Symbol : $" {x.Symbol} ");
                    Print(text, x.Right, isRight ? Unary : precedence + 1);
                });
                break;
            default:
                throw new InvalidOperationException($"{expression.GetType().Name} is not printed.");
        }
    }

    private static void Call(StringBuilder text, CallExpression call)
    {
        text.Append(call.Function).Append('(');
        string separator = "";
        foreach (Expression argument in call.Arguments)
        {
            text.Append(separator);
            Print(text, argument, 0);
            separator = ", ";
        }

        foreach ((string name, Expression value) in call.Options)
        {
            text.Append(separator).Append(Name(name)).Append(": ");
            Print(text, value, 0);
            separator = ", ";
        }

        text.Append(')');
    }

    private static void Parenthesized(StringBuilder text, bool isNeeded, Action print)
    {
        text.Append(isNeeded ? "(" : "");
        print();
        text.Append(isNeeded ? ")" : "");
    }
}
