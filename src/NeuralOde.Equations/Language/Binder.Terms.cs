using NeuralOde.Equations.Symbolics;
using NeuralOde.Settings;

namespace NeuralOde.Equations.Language;

/// <summary>Expressions: names become variables, or the quantity that they stand for.</summary>
internal sealed partial class Binder
{
    private bool _isNumbered;

    private void NumberVariables()
    {
        int next = 0;
        _values["t"] = _pool.Variable(next++);
        foreach (string name in _states.Concat(_parameters.Select(static x => x.Name)).Concat(_covariates.Select(static x => x.Name)).Concat(_inputs.Select(static x => x.Name)))
        {
            _values[name] = _pool.Variable(next++);
        }

        _values["pi"] = _pool.Constant(Math.PI);
        _isNumbered = true;
    }

    private Term Quantity(string name)
    {
        if (_values.TryGetValue(name, out Term? value))
        {
            return value;
        }

        DefinitionStatement definition = _quantities[name];
        if (!_open.Add(name))
        {
            throw Fault(ModelTextReason.Circle, definition.Position, $"The definition of {name} needs {name} itself: {string.Join(", ", _open)} go in a circle.");
        }

        if (_open.Count > 200)
        {
            throw Fault(ModelTextReason.TooLarge, definition.Position, "More than 200 definitions need one another in a chain.");
        }

        value = Make(definition.Value);
        _open.Remove(name);
        return _values[name] = value;
    }

    private Term MakeOfNumbers(Expression expression, string what)
    {
        if (_isNumbered)
        {
            Term term = Make(expression);
            return term.IsConstant ? term : throw Fault(ModelTextReason.Misplaced, expression.Position, $"{what} must be a number, without parameters or states.");
        }

        return expression switch
        {
            NumberExpression x => _pool.Constant(x.Value),
            NameExpression { Name: "pi" } => _pool.Constant(Math.PI),
            PrefixExpression { Symbol: "-" } x => _pool.Negate(MakeOfNumbers(x.Operand, what)),
            InfixExpression { Symbol: "+" or "-" or "*" or "/" or "^" } x => Infix(x, MakeOfNumbers(x.Left, what), MakeOfNumbers(x.Right, what)),
            CallExpression { Options.Count: 0 } x => Call(x, [.. x.Arguments.Select(a => MakeOfNumbers(a, what))]),
            _ => throw Fault(ModelTextReason.Misplaced, expression.Position, $"{what} must be a number, without parameters or states."),
        };
    }

    private Term Make(Expression expression) => expression switch
    {
        NumberExpression x => _pool.Constant(x.Value),
        NameExpression x => Name(x),
        PrefixExpression { Symbol: "not" } x => _pool.Subtract(_pool.One, Truth(Make(x.Operand))),
        PrefixExpression x => _pool.Negate(Make(x.Operand)),
        InfixExpression x => Infix(x, Make(x.Left), Make(x.Right)),
        CallExpression { Function: "unknown" } x => Unknown(x),
        CallExpression x => Call(x, [.. x.Arguments.Select(Make)]),
        _ => throw new InvalidOperationException($"{expression.GetType().Name} is not bound."),
    };

    private Term Name(NameExpression x)
    {
        if (_values.TryGetValue(x.Name, out Term? value))
        {
            return value;
        }

        if (_quantities.ContainsKey(x.Name))
        {
            return Quantity(x.Name);
        }

        string[] names = [.. _positions.Keys.Where(static n => !n.EndsWith("(0)", StringComparison.Ordinal)), "t", "pi"];
        throw Fault(ModelTextReason.UnknownName, x.Position, $"There is no '{x.Name}'.{NearestName.Suggestion(x.Name, names)}");
    }

    private Term Call(CallExpression x, Term[] arguments)
    {
        if (x.Options.Count > 0)
        {
            throw Fault(ModelTextReason.UnknownFunction, x.Position, $"{x.Function} takes no named options.");
        }

        return FunctionTable.Make(_pool, x.Function, arguments, out string? fault) ?? throw Fault(ModelTextReason.UnknownFunction, x.Position, fault!);
    }

    private Term Infix(InfixExpression x, Term a, Term b) => x.Symbol switch
    {
        "+" => _pool.Add(a, b),
        "-" => _pool.Subtract(a, b),
        "*" => _pool.Multiply(a, b),
        "/" => b.Is(0) ? throw Fault(ModelTextReason.NotFinite, x.Position, "This divides by zero.") : _pool.Divide(a, b),
        "^" => _pool.Power(a, b),
        "<" => _pool.Binary(Operator.Less, a, b),
        ">" => _pool.Binary(Operator.Less, b, a),
        "<=" => _pool.Binary(Operator.LessOrEqual, a, b),
        ">=" => _pool.Binary(Operator.LessOrEqual, b, a),
        "==" => Equal(a, b),
        "!=" => _pool.Subtract(_pool.One, Equal(a, b)),
        "and" => _pool.Multiply(Truth(a), Truth(b)),
        _ => _pool.Binary(Operator.Max, Truth(a), Truth(b)),
    };

    private Term Equal(Term a, Term b) => _pool.Multiply(_pool.Binary(Operator.LessOrEqual, a, b), _pool.Binary(Operator.LessOrEqual, b, a));

    private Term Truth(Term x) => _pool.Select(x, _pool.One, _pool.Zero);
}
