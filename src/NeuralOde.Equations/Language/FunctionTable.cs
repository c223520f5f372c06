using NeuralOde.Equations.Symbolics;

namespace NeuralOde.Equations.Language;

/// <summary>The functions of the language, in terms of operators.</summary>
internal static class FunctionTable
{
    private static readonly Dictionary<string, (int Least, int Most, Func<TermPool, Term[], Term> Make)> s_functions = new()
    {
        ["exp"] = Unary(Operator.Exp),
        ["log"] = Unary(Operator.Log),
        ["ln"] = Unary(Operator.Log),
        ["log10"] = (1, 1, static (p, x) => p.Divide(p.Unary(Operator.Log, x[0]), p.Constant(Math.Log(10)))),
        ["log2"] = (1, 1, static (p, x) => p.Divide(p.Unary(Operator.Log, x[0]), p.Constant(Math.Log(2)))),
        ["sqrt"] = Unary(Operator.Sqrt),
        ["sin"] = Unary(Operator.Sin),
        ["cos"] = Unary(Operator.Cos),
        ["tan"] = Unary(Operator.Tan),
        ["asin"] = Unary(Operator.Asin),
        ["acos"] = Unary(Operator.Acos),
        ["atan"] = Unary(Operator.Atan),
        ["sinh"] = Unary(Operator.Sinh),
        ["cosh"] = Unary(Operator.Cosh),
        ["tanh"] = Unary(Operator.Tanh),
        ["abs"] = Unary(Operator.Abs),
        ["floor"] = Unary(Operator.Floor),
        ["ceil"] = (1, 1, static (p, x) => p.Negate(p.Unary(Operator.Floor, p.Negate(x[0])))),
        ["sign"] = (1, 1, static (p, x) => p.Subtract(p.Binary(Operator.Less, p.Zero, x[0]), p.Binary(Operator.Less, x[0], p.Zero))),
        ["pow"] = (2, 2, static (p, x) => p.Power(x[0], x[1])),
        ["power"] = (2, 2, static (p, x) => p.Power(x[0], x[1])),
        ["min"] = (2, 8, static (p, x) => x.Aggregate((a, b) => p.Binary(Operator.Min, a, b))),
        ["max"] = (2, 8, static (p, x) => x.Aggregate((a, b) => p.Binary(Operator.Max, a, b))),
        ["mod"] = (2, 2, static (p, x) => p.Subtract(x[0], p.Multiply(x[1], p.Unary(Operator.Floor, p.Divide(x[0], x[1]))))),
        ["if"] = (3, 3, static (p, x) => p.Select(x[0], x[1], x[2])),
        ["ifelse"] = (3, 3, static (p, x) => p.Select(x[0], x[1], x[2])),
        ["step"] = (1, 2, static (p, x) => Step(p, x.Length == 1 ? x[0] : p.Subtract(x[0], x[1]))),
        ["pulse"] = (3, 3, static (p, x) => p.Multiply(
            Step(p, p.Subtract(x[0], x[1])), p.Binary(Operator.Less, p.Subtract(p.Subtract(x[0], x[1]), x[2]), p.Zero))),
        ["hill"] = (2, 3, Hill),
        ["sigmoid"] = (1, 1, static (p, x) => Sigmoid(p, x[0])),
        ["expit"] = (1, 1, static (p, x) => Sigmoid(p, x[0])),
        ["logit"] = (1, 1, static (p, x) => p.Unary(Operator.Log, p.Divide(x[0], p.Subtract(p.One, x[0])))),
    };

    public static IReadOnlyCollection<string> Names => s_functions.Keys;

    public static Term? Make(TermPool pool, string name, Term[] arguments, out string? fault)
    {
        if (!s_functions.TryGetValue(name, out (int Least, int Most, Func<TermPool, Term[], Term> Make) function))
        {
            fault = $"There is no function '{name}'.{Settings.NearestName.Suggestion(name, [.. s_functions.Keys, "unknown"])}";
            return null;
        }

        if (arguments.Length < function.Least || arguments.Length > function.Most)
        {
            string wanted = function.Least == function.Most ? $"{function.Least}" : $"{function.Least} to {function.Most}";
            fault = $"{name} takes {wanted} {(function.Most == 1 ? "argument" : "arguments")}, not {arguments.Length}.";
            return null;
        }

        fault = null;
        return function.Make(pool, arguments);
    }

    private static (int Least, int Most, Func<TermPool, Term[], Term> Make) Unary(Operator op) => (1, 1, (p, x) => p.Unary(op, x[0]));

    private static Term Step(TermPool p, Term x) => p.Binary(Operator.LessOrEqual, p.Zero, x);

    private static Term Sigmoid(TermPool p, Term x) => p.Divide(p.One, p.Add(p.One, p.Unary(Operator.Exp, p.Negate(x))));

    private static Term Hill(TermPool p, Term[] x)
    {
        Term n = x.Length == 3 ? x[2] : p.One, top = p.Power(x[0], n);
        return p.Divide(top, p.Add(p.Power(x[1], n), top));
    }
}
