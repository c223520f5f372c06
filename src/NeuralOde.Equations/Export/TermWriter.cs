using System.Globalization;
using System.Text;
using NeuralOde.Equations.Language;
using NeuralOde.Equations.Symbolics;

namespace NeuralOde.Equations.Export;

/// <summary>Writes expressions as C# statements, each node once, in the order in which the library computes them.</summary>
internal sealed class TermWriter(BoundModel model)
{
    /// <summary>A number that reads back as the same one.</summary>
    public static string Number(double value) => double.IsNaN(value) ? "double.NaN"
        : double.IsPositiveInfinity(value) ? "double.PositiveInfinity"
        : double.IsNegativeInfinity(value) ? "double.NegativeInfinity"
        : value.ToString("R", CultureInfo.InvariantCulture) is var text && text.AsSpan().ContainsAny(".E") ? text : text + ".0";

    /// <summary>Writes the statements that some expressions need.</summary>
    /// <param name="text">Destination.</param>
    /// <param name="roots">The expressions.</param>
    /// <returns>What stands for each: a variable or a number.</returns>
    public string[] Write(StringBuilder text, IReadOnlyList<Term> roots)
    {
        Dictionary<int, string> names = [];
        int count = 0;
        foreach (Term node in TermPool.Nodes(roots))
        {
            switch (node.Operator)
            {
                case Operator.Constant:
                    names[node.Id] = node.Value < 0 ? $"({Number(node.Value)})" : Number(node.Value);
                    break;
                case Operator.Variable:
                    names[node.Id] = Variable(node.Variable);
                    break;
                default:
                    string name = $"v{count++}";
                    text.Append(CultureInfo.InvariantCulture, $"        double {name} = {Expression(node, names)};\n");
                    names[node.Id] = name;
                    break;
            }
        }

        return [.. roots.Select(x => names[x.Id])];
    }

    private string Variable(int variable) => variable == BoundModel.TimeVariable ? "t"
        : variable < model.ParameterVariable(0) ? $"y[{variable - BoundModel.StateVariable(0)}]"
        : variable < model.CovariateVariable(0) ? $"p[{variable - model.ParameterVariable(0)}]"
        : $"c[{variable - model.CovariateVariable(0)}]";

    private static string Expression(Term node, Dictionary<int, string> names)
    {
        string a = names[node.A!.Id], b = node.B is null ? "" : names[node.B.Id], c = node.C is null ? "" : names[node.C.Id];
        return node.Operator switch
        {
            Operator.Add => $"{a} + {b}",
            Operator.Subtract => $"{a} - {b}",
            Operator.Multiply => $"{a} * {b}",
            Operator.Divide => $"{a} / {b}",
            Operator.Power => $"Math.Pow({a}, {b})",
            Operator.Negate => $"-{a}",
            Operator.Min or Operator.Max => $"Math.{node.Operator}({a}, {b})",
            Operator.Less => $"{a} < {b} ? 1 : 0",
            Operator.LessOrEqual => $"{a} <= {b} ? 1 : 0",
            Operator.Select => $"{a} != 0 ? {b} : {c}",
            _ => $"Math.{node.Operator}({a})",
        };
    }
}
