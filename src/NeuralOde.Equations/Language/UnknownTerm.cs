using System.Globalization;

namespace NeuralOde.Equations.Language;

/// <summary>Names of what an unknown term has, and the term as a formula once it was learned.</summary>
internal static class UnknownTerm
{
    public const int DefaultHidden = 5;

    public static string SizeName(int number, int argument) => string.Create(CultureInfo.InvariantCulture, $"unknown{number}(size{argument})");

    public static string OutputName(int number) => string.Create(CultureInfo.InvariantCulture, $"unknown{number}(out)");

    public static string WeightName(int number, int unit, int argument) => string.Create(CultureInfo.InvariantCulture, $"unknown{number}(w{unit},{argument})");

    public static string BiasName(int number, int unit) => string.Create(CultureInfo.InvariantCulture, $"unknown{number}(b{unit})");

    public static string FactorName(int number, int unit) => string.Create(CultureInfo.InvariantCulture, $"unknown{number}(v{unit})");

    /// <summary>The unknown terms of equations and quantities, in their order.</summary>
    public static IEnumerable<CallExpression> In(IEnumerable<Statement> statements) => statements.SelectMany(static x => x switch
    {
        DerivativeStatement s => In(s.Value),
        AlgebraicStatement s => In(s.Value),
        DefinitionStatement { Modifiers.IsEmpty: true } s => In(s.Value),
        _ => [],
    });

    /// <summary>The statements with the learned networks, as formulas, in the place of unknown terms.</summary>
    public static IEnumerable<Statement> Learned(IEnumerable<Statement> statements, IReadOnlyDictionary<string, double> values)
        => Replaced(statements, (call, number) => Formula(call, number, values));

    /// <summary>The statements with other expressions in the place of unknown terms, which are numbered from 1.</summary>
    public static IEnumerable<Statement> Replaced(IEnumerable<Statement> statements, Func<CallExpression, int, Expression> formula)
    {
        int number = 0;
        Expression Changed(Expression x) => x switch
        {
            PrefixExpression p => new PrefixExpression(p.Position, p.Symbol, Changed(p.Operand)),
            InfixExpression p => new InfixExpression(p.Position, p.Symbol, Changed(p.Left), Changed(p.Right)),
            CallExpression { Function: "unknown" } p => formula(p, ++number),
            CallExpression p => new CallExpression(p.Position, p.Function, [.. p.Arguments.Select(Changed)], p.Options),
            _ => x,
        };
        foreach (Statement statement in statements)
        {
            yield return statement switch
            {
                DerivativeStatement x => x with { Value = Changed(x.Value) },
                AlgebraicStatement x => x with { Value = Changed(x.Value) },
                DefinitionStatement { Modifiers.IsEmpty: true } x => x with { Value = Changed(x.Value) },
                _ => statement,
            };
        }
    }

    /// <summary>Which argument an option names; −1 for none.</summary>
    public static int ArgumentIndex(CallExpression call, Expression value)
        => call.Arguments.Select(ModelPrinter.Print).ToList().IndexOf(ModelPrinter.Print(value));

    /// <summary>The sign that is asked for; 0 where there is none.</summary>
    private static int SignOf(CallExpression call)
        => call.Options.FirstOrDefault(static x => x.Name == "sign").Value is NameExpression word ? (word.Name == "positive" ? 1 : -1) : 0;

    private static IEnumerable<CallExpression> In(Expression expression) => expression switch
    {
        PrefixExpression x => In(x.Operand),
        InfixExpression x => In(x.Left).Concat(In(x.Right)),
        CallExpression { Function: "unknown" } x => [x],
        CallExpression x => x.Arguments.SelectMany(In),
        _ => [],
    };

    private static Expression Formula(CallExpression call, int number, IReadOnlyDictionary<string, double> values)
    {
        Expression? sum = null;
        for (int j = 1; values.ContainsKey(FactorName(number, j)); j++)
        {
            Expression inner = Number(values[BiasName(number, j)]);
            for (int i = 1; i <= call.Arguments.Count; i++)
            {
                double weight = values[WeightName(number, j, i)] / values[SizeName(number, i)];
                inner = new InfixExpression(0, "+", inner, new InfixExpression(0, "*", Number(weight), call.Arguments[i - 1]));
            }

            int sign = SignOf(call);
            double factor = (sign < 0 ? -1 : 1) * values[OutputName(number)] * values[FactorName(number, j)];
            Expression tanh = new CallExpression(0, "tanh", [inner], []);
            Expression unit = new InfixExpression(0, "*", Number(factor), sign == 0 ? tanh : new InfixExpression(0, "+", new NumberExpression(0, 1), tanh));
            sum = sum is null ? unit : new InfixExpression(0, "+", sum, unit);
        }

        return sum!;
    }

    private static Expression Number(double value) => value < 0 ? new PrefixExpression(0, "-", new NumberExpression(0, -value)) : new NumberExpression(0, value);
}
