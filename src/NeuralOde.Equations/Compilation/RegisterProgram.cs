using System.Runtime.CompilerServices;
using NeuralOde.Equations.Symbolics;

namespace NeuralOde.Equations.Compilation;

/// <summary>
/// Expressions as a list of instructions over registers. The first registers are the variables; what depends on parameters alone is computed once by
/// <see cref="Prepare"/>, the rest by every <see cref="Run"/>.
/// </summary>
/// <remarks>Immutable; the registers belong to the caller, so that a program serves any number of threads.</remarks>
internal sealed class RegisterProgram
{
    private readonly Instruction[] _prepared;
    private readonly Instruction[] _run;
    private readonly (int Register, double Value)[] _constants;
    private readonly int[] _roots;

    /// <summary>Compiles.</summary>
    /// <param name="pool">Where the expressions were made.</param>
    /// <param name="roots">The expressions.</param>
    /// <param name="variables">Number of variables.</param>
    /// <param name="isSteady">Whether a variable is a parameter, which stays between two calls of <see cref="Prepare"/>.</param>
    public RegisterProgram(TermPool pool, IReadOnlyList<Term> roots, int variables, Func<int, bool> isSteady)
    {
        Dictionary<int, int> registers = [];
        List<Instruction> prepared = [], run = [];
        List<(int Register, double Value)> constants = [];
        int next = variables;
        foreach (Term node in TermPool.Nodes(roots))
        {
            switch (node.Operator)
            {
                case Operator.Variable:
                    registers[node.Id] = node.Variable;
                    break;
                case Operator.Constant:
                    registers[node.Id] = next;
                    constants.Add((next++, node.Value));
                    break;
                default:
                    registers[node.Id] = next;
                    List<Instruction> list = pool.VariablesOf(node).All(isSteady) ? prepared : run;
                    list.Add(new Instruction(
                        node.Operator, next++, registers[node.A!.Id], node.B is null ? 0 : registers[node.B.Id], node.C is null ? 0 : registers[node.C.Id]));
                    break;
            }
        }

        RegisterCount = next;
        _prepared = [.. prepared];
        _run = [.. run];
        _constants = [.. constants];
        _roots = [.. roots.Select(x => registers[x.Id])];
    }

    /// <summary>Number of registers that a caller provides.</summary>
    public int RegisterCount { get; }

    /// <summary>The registers that hold the expressions' values after a run.</summary>
    public ReadOnlySpan<int> Roots => _roots;

    /// <summary>Computes what depends on parameters alone. They must be set.</summary>
    public void Prepare(Span<double> registers)
    {
        foreach ((int register, double value) in _constants)
        {
            registers[register] = value;
        }

        Execute(_prepared, registers);
    }

    /// <summary>Computes everything else.</summary>
    public void Run(Span<double> registers) => Execute(_run, registers);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Execute(ReadOnlySpan<Instruction> code, Span<double> r)
    {
        foreach (ref readonly Instruction x in code)
        {
            double a = r[x.A];
            r[x.To] = x.Operator switch
            {
                Operator.Add => a + r[x.B],
                Operator.Subtract => a - r[x.B],
                Operator.Multiply => a * r[x.B],
                Operator.Divide => a / r[x.B],
                Operator.Negate => -a,
                Operator.Select => a != 0 ? r[x.B] : r[x.C],
                Operator.Power or Operator.Min or Operator.Max or Operator.Less or Operator.LessOrEqual => Arithmetic.Apply(x.Operator, a, r[x.B]),
                _ => Arithmetic.Apply(x.Operator, a),
            };
        }
    }

    private readonly record struct Instruction(Operator Operator, int To, int A, int B, int C);
}
