using System.Globalization;

namespace NeuralOde.Equations.Language;

/// <summary>
/// A parameter that walks with time: <c>k = 0.5 > 0 walks 0.2 from 0 to 14 every 2</c>. Between two knots it changes by an increment with a normal prior, along a line (of its
/// logarithm where it is positive); before the first and after the last knot it stays.
/// </summary>
internal static class WalkingParameter
{
    public const int MostKnots = 500;

    public static string IncrementName(string parameter, int step) => string.Create(CultureInfo.InvariantCulture, $"walk({parameter}, {step})");

    /// <summary>The definition as a formula once increments were learned; as it is where none are known.</summary>
    public static Statement Learned(DefinitionStatement x, IReadOnlyDictionary<string, double> values)
    {
        if (!values.TryGetValue(IncrementName(x.Name, 1), out _) || Literal(x.Modifiers.Walk!.Value.From) is not { } from || Literal(x.Modifiers.Walk.Value.Every) is not { } every)
        {
            return x;
        }

        bool isLogarithmic = x.Modifiers.Lower is { } lower && Literal(lower) >= 0;
        Expression? sum = null;
        for (int k = 1; values.TryGetValue(IncrementName(x.Name, k), out double increment); k++)
        {
            // From 0 to 1 between the knots k − 1 and k.
            Expression since = new InfixExpression(0, "-", new NameExpression(0, "t"), Number(from + ((k - 1) * every)));
            Expression share = new CallExpression(
                0, "min", [new CallExpression(0, "max", [new InfixExpression(0, "/", since, Number(every)), new NumberExpression(0, 0)], []), new NumberExpression(0, 1)], []);
            Expression part = new InfixExpression(0, "*", Number(increment), share);
            sum = sum is null ? part : new InfixExpression(0, "+", sum, part);
        }

        Expression value = isLogarithmic
            ? new InfixExpression(0, "*", x.Value, new CallExpression(0, "exp", [sum!], []))
            : new InfixExpression(0, "+", x.Value, sum!);
        return new DefinitionStatement(x.Position, x.Name, value, new Modifiers());
    }

    private static double? Literal(Expression expression) => expression switch
    {
        NumberExpression x => x.Value,
        PrefixExpression { Symbol: "-", Operand: NumberExpression x } => -x.Value,
        _ => null,
    };

    private static Expression Number(double value) => value < 0 ? new PrefixExpression(0, "-", new NumberExpression(0, -value)) : new NumberExpression(0, value);
}
