using System.Runtime.CompilerServices;

namespace NeuralOde.Equations.Symbolics;

/// <summary>What the operators compute: once, for constants that are folded and for programs that run.</summary>
internal static class Arithmetic
{
    public static double Apply(Operator op, double a) => op switch
    {
        Operator.Negate => -a,
        Operator.Exp => Math.Exp(a),
        Operator.Log => Math.Log(a),
        Operator.Sqrt => Math.Sqrt(a),
        Operator.Sin => Math.Sin(a),
        Operator.Cos => Math.Cos(a),
        Operator.Tan => Math.Tan(a),
        Operator.Asin => Math.Asin(a),
        Operator.Acos => Math.Acos(a),
        Operator.Atan => Math.Atan(a),
        Operator.Sinh => Math.Sinh(a),
        Operator.Cosh => Math.Cosh(a),
        Operator.Tanh => Math.Tanh(a),
        Operator.Abs => Math.Abs(a),
        Operator.Floor => Math.Floor(a),
        _ => throw new InvalidOperationException($"{op} takes more than one operand."),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Apply(Operator op, double a, double b) => op switch
    {
        Operator.Add => a + b,
        Operator.Subtract => a - b,
        Operator.Multiply => a * b,
        Operator.Divide => a / b,
        Operator.Power => Math.Pow(a, b),
        Operator.Min => Math.Min(a, b),
        Operator.Max => Math.Max(a, b),
        Operator.Less => a < b ? 1 : 0,
        Operator.LessOrEqual => a <= b ? 1 : 0,
        _ => throw new InvalidOperationException($"{op} does not take two operands."),
    };
}
