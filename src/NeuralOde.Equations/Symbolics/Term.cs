namespace NeuralOde.Equations.Symbolics;

/// <summary>A node of an expression. Equal nodes of one <see cref="TermPool"/> are the same object, so an expression is a graph without repetitions.</summary>
internal sealed class Term
{
    internal Term(int id, Operator op, double value, int variable, Term? a, Term? b, Term? c)
    {
        Id = id;
        Operator = op;
        Value = value;
        Variable = variable;
        A = a;
        B = b;
        C = c;
    }

    /// <summary>Number within the pool; operands have smaller ones.</summary>
    public int Id { get; }

    public Operator Operator { get; }

    /// <summary>The value of a constant.</summary>
    public double Value { get; }

    /// <summary>The index of a variable.</summary>
    public int Variable { get; }

    public Term? A { get; }

    public Term? B { get; }

    public Term? C { get; }

    public bool IsConstant => Operator == Operator.Constant;

    /// <summary>Whether this is the constant of a value.</summary>
    public bool Is(double value) => IsConstant && Value == value;
}
