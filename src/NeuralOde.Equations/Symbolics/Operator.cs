namespace NeuralOde.Equations.Symbolics;

/// <summary>What a node of an expression computes. Conditions are 1 where they hold and 0 where they do not.</summary>
internal enum Operator
{
    Constant,
    Variable,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Negate,
    Exp,
    Log,
    Sqrt,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Abs,
    Floor,
    Min,
    Max,
    Less,
    LessOrEqual,

    /// <summary>The second operand where the first is not 0, else the third.</summary>
    Select,
}
