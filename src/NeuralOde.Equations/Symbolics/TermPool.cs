namespace NeuralOde.Equations.Symbolics;

/// <summary>Makes expressions: each node once, constants folded, and what adds 0 or multiplies by 1 left out.</summary>
internal sealed class TermPool
{
    private readonly Dictionary<(Operator, long, int, int, int), Term> _terms = [];
    private readonly Dictionary<(int, int), Term> _derivatives = [];
    private readonly Dictionary<int, HashSet<int>> _variables = [];

    public TermPool()
    {
        Zero = Constant(0);
        One = Constant(1);
    }

    public Term Zero { get; }

    public Term One { get; }

    public Term Constant(double value) => Make(Operator.Constant, value, -1, null, null, null);

    public Term Variable(int index) => Make(Operator.Variable, 0, index, null, null, null);

    public Term Add(Term a, Term b)
    {
        if (a.Is(0))
        {
            return b;
        }

        if (b.Is(0))
        {
            return a;
        }

        return b.Operator == Operator.Negate ? Subtract(a, b.A!) : Fold(Operator.Add, a, b);
    }

    public Term Subtract(Term a, Term b)
    {
        if (b.Is(0))
        {
            return a;
        }

        if (a.Is(0))
        {
            return Negate(b);
        }

        return ReferenceEquals(a, b) ? Zero : Fold(Operator.Subtract, a, b);
    }

    public Term Multiply(Term a, Term b)
    {
        if (a.Is(0) || b.Is(0))
        {
            return Zero;
        }

        if (a.Is(1))
        {
            return b;
        }

        if (b.Is(1))
        {
            return a;
        }

        return a.Is(-1) ? Negate(b) : b.Is(-1) ? Negate(a) : Fold(Operator.Multiply, a, b);
    }

    public Term Divide(Term a, Term b)
    {
        if (a.Is(0) && !b.Is(0))
        {
            return Zero;
        }

        return b.Is(1) ? a : Fold(Operator.Divide, a, b);
    }

    public Term Negate(Term a) => a.IsConstant ? Constant(-a.Value) : a.Operator == Operator.Negate ? a.A! : Make(Operator.Negate, 0, -1, a, null, null);

    public Term Power(Term a, Term b)
    {
        if (b.Is(0))
        {
            return One;
        }

        if (b.Is(1))
        {
            return a;
        }

        return b.Is(2) ? Multiply(a, a) : b.Is(-1) ? Divide(One, a) : b.Is(0.5) ? Unary(Operator.Sqrt, a) : Fold(Operator.Power, a, b);
    }

    public Term Unary(Operator op, Term a)
        => op == Operator.Negate ? Negate(a) : a.IsConstant ? Constant(Arithmetic.Apply(op, a.Value)) : Make(op, 0, -1, a, null, null);

    public Term Binary(Operator op, Term a, Term b) => op switch
    {
        Operator.Add => Add(a, b),
        Operator.Subtract => Subtract(a, b),
        Operator.Multiply => Multiply(a, b),
        Operator.Divide => Divide(a, b),
        Operator.Power => Power(a, b),
        _ => Fold(op, a, b),
    };

    public Term Select(Term condition, Term yes, Term no)
        => condition.IsConstant ? condition.Value != 0 ? yes : no : ReferenceEquals(yes, no) ? yes : Make(Operator.Select, 0, -1, condition, yes, no);

    /// <summary>The variables that an expression reads.</summary>
    public IReadOnlySet<int> VariablesOf(Term term)
    {
        if (_variables.TryGetValue(term.Id, out HashSet<int>? found))
        {
            return found;
        }

        foreach (Term node in Nodes([term]))
        {
            if (_variables.ContainsKey(node.Id))
            {
                continue;
            }

            HashSet<int> variables = node.Operator == Operator.Variable ? [node.Variable] : [];
            foreach (Term? operand in (ReadOnlySpan<Term?>)[node.A, node.B, node.C])
            {
                if (operand is not null)
                {
                    variables.UnionWith(_variables[operand.Id]);
                }
            }

            _variables[node.Id] = variables;
        }

        return _variables[term.Id];
    }

    /// <summary>All nodes of expressions, operands first.</summary>
    public static IReadOnlyList<Term> Nodes(IEnumerable<Term> roots)
    {
        SortedDictionary<int, Term> nodes = [];
        Stack<Term> open = new(roots);
        while (open.TryPop(out Term? term))
        {
            if (nodes.TryAdd(term.Id, term))
            {
                foreach (Term? operand in (ReadOnlySpan<Term?>)[term.A, term.B, term.C])
                {
                    if (operand is not null)
                    {
                        open.Push(operand);
                    }
                }
            }
        }

        return [.. nodes.Values];
    }

    /// <summary>The partial derivative by a variable. Steps and conditions have derivative 0 where they are constant; at a kink the branch that is taken counts.</summary>
    public Term Derivative(Term term, int variable)
    {
        // Operands first, so that deep expressions need no deep recursion.
        foreach (Term node in Nodes([term]))
        {
            if (!_derivatives.ContainsKey((node.Id, variable)))
            {
                _derivatives[(node.Id, variable)] = VariablesOf(node).Contains(variable) ? DerivativeOf(node, variable) : Zero;
            }
        }

        return _derivatives[(term.Id, variable)];
    }

    /// <summary>The expression with variables replaced.</summary>
    public Term Substitute(Term term, IReadOnlyDictionary<int, Term> replacements)
    {
        Dictionary<int, Term> done = [];
        foreach (Term node in Nodes([term]))
        {
            done[node.Id] = node.Operator switch
            {
                Operator.Constant => node,
                Operator.Variable => replacements.GetValueOrDefault(node.Variable, node),
                Operator.Select => Select(done[node.A!.Id], done[node.B!.Id], done[node.C!.Id]),
                _ => node.B is null ? Unary(node.Operator, done[node.A!.Id]) : Binary(node.Operator, done[node.A!.Id], done[node.B.Id]),
            };
        }

        return done[term.Id];
    }

    private Term DerivativeOf(Term node, int variable)
    {
        if (node.Operator == Operator.Variable)
        {
            return One;
        }

        Term a = node.A!, da = D(node.A!, variable);
        if (node.B is null)
        {
            return Multiply(da, UnaryDerivative(node, a));
        }

        Term b = node.B, db = D(node.B, variable);
        return node.Operator switch
        {
            Operator.Add => Add(da, db),
            Operator.Subtract => Subtract(da, db),
            Operator.Multiply => Add(Multiply(da, b), Multiply(a, db)),
            Operator.Divide => Divide(Subtract(da, Multiply(node, db)), b),
            Operator.Power => PowerDerivative(node, a, b, da, db),
            Operator.Min => Select(Fold(Operator.LessOrEqual, a, b), da, db),
            Operator.Max => Select(Fold(Operator.LessOrEqual, b, a), da, db),
            Operator.Select => Select(a, db, D(node.C!, variable)),
            _ => Zero,
        };
    }

    private Term PowerDerivative(Term node, Term a, Term b, Term da, Term db)
    {
        Term byBase = da.Is(0) ? Zero : Multiply(da, Multiply(b, Power(a, Subtract(b, One))));

        // a^b log a tends to 0 with a where b is positive; nothing else is defined there.
        Term byExponent = db.Is(0)
            ? Zero
            : Multiply(db, Select(Fold(Operator.Less, Zero, a), Multiply(node, Unary(Operator.Log, Select(Fold(Operator.Less, Zero, a), a, One))), Zero));
        return Add(byBase, byExponent);
    }

    private Term UnaryDerivative(Term node, Term a) => node.Operator switch
    {
        Operator.Negate => Constant(-1),
        Operator.Exp => node,
        Operator.Log => Divide(One, a),
        Operator.Sqrt => Divide(Constant(0.5), node),
        Operator.Sin => Unary(Operator.Cos, a),
        Operator.Cos => Negate(Unary(Operator.Sin, a)),
        Operator.Tan => Add(One, Multiply(node, node)),
        Operator.Asin => Divide(One, Unary(Operator.Sqrt, Subtract(One, Multiply(a, a)))),
        Operator.Acos => Divide(Constant(-1), Unary(Operator.Sqrt, Subtract(One, Multiply(a, a)))),
        Operator.Atan => Divide(One, Add(One, Multiply(a, a))),
        Operator.Sinh => Unary(Operator.Cosh, a),
        Operator.Cosh => Unary(Operator.Sinh, a),
        Operator.Tanh => Subtract(One, Multiply(node, node)),
        Operator.Abs => Select(Fold(Operator.Less, a, Zero), Constant(-1), One),
        _ => Zero,
    };

    private Term D(Term term, int variable) => _derivatives[(term.Id, variable)];

    private Term Fold(Operator op, Term a, Term b)
        => a.IsConstant && b.IsConstant ? Constant(Arithmetic.Apply(op, a.Value, b.Value)) : Make(op, 0, -1, a, b, null);

    private Term Make(Operator op, double value, int variable, Term? a, Term? b, Term? c)
    {
        // Of a constant the bits count: 0 and -0 are two, and a NaN is itself.
        long bits = op == Operator.Constant ? BitConverter.DoubleToInt64Bits(value) : variable;
        (Operator, long, int, int, int) key = (op, bits, a?.Id ?? -1, b?.Id ?? -1, c?.Id ?? -1);
        if (!_terms.TryGetValue(key, out Term? term))
        {
            _terms[key] = term = new Term(_terms.Count, op, value, variable, a, b, c);
        }

        return term;
    }
}
