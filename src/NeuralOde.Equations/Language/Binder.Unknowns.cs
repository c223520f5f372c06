using NeuralOde.Equations.Symbolics;

namespace NeuralOde.Equations.Language;

/// <summary>Unknown terms: each becomes a small network whose weights are parameters.</summary>
internal sealed partial class Binder
{
    private readonly List<BoundUnknown> _unknowns = [];
    private readonly Dictionary<CallExpression, int> _unknownNumbers = [];

    /// <summary>Declares the sizes and the weights of every unknown term.</summary>
    private void AddUnknowns()
    {
        foreach (CallExpression call in UnknownTerm.In(_statements))
        {
            int number = _unknownNumbers.Count + 1, hidden = Hidden(call);
            if (call.Arguments.Count == 0)
            {
                throw Fault(ModelTextReason.UnknownFunction, call.Position, "An unknown term depends on something: unknown(x), unknown(x, t).");
            }

            _unknownNumbers.Add(call, number);

            // Inputs spread over the range of the arguments, the output 0: the model begins as if the term were not there.
            Random random = new(number);
            for (int i = 1; i <= call.Arguments.Count; i++)
            {
                Add(UnknownTerm.SizeName(number, i), 1, isFixed: true, 1);
            }

            Add(UnknownTerm.OutputName(number), 1, isFixed: true, 1);
            for (int j = 1; j <= hidden; j++)
            {
                for (int i = 1; i <= call.Arguments.Count; i++)
                {
                    Add(UnknownTerm.WeightName(number, j, i), 2 * ((2 * random.NextDouble()) - 1), isFixed: false, 2);
                }

                Add(UnknownTerm.BiasName(number, j), (2 * random.NextDouble()) - 1, isFixed: false, 1);
                Add(UnknownTerm.FactorName(number, j), 0, isFixed: false, 1);
            }

            void Add(string name, double start, bool isFixed, double width)
            {
                Declare(name, call.Position, "a weight");
                _parameterPositions.Add(call.Position);
                _parameters.Add(new BoundParameter(
                    name, start, double.NegativeInfinity, double.PositiveInfinity, isFixed ? null : new Prior(PriorKind.Normal, 0, width), isFixed, false)
                {
                    IsWeight = !isFixed,
                });
            }
        }
    }

    private int Hidden(CallExpression call)
    {
        int hidden = UnknownTerm.DefaultHidden;
        foreach ((string name, Expression value) in call.Options)
        {
            double number = name == "hidden"
                ? Constant(value, "The number of hidden units")
                : throw Fault(ModelTextReason.UnknownFunction, value.Position, $"unknown has no option '{name}'. It has hidden, the number of hidden units.");
            hidden = number is >= 1 and <= 64 && number == Math.Floor(number)
                ? (int)number
                : throw Fault(ModelTextReason.Bounds, value.Position, "The number of hidden units is a whole number from 1 to 64.");
        }

        return hidden;
    }

    private Term Unknown(CallExpression call)
    {
        if (!_unknownNumbers.TryGetValue(call, out int number))
        {
            throw Fault(ModelTextReason.Misplaced, call.Position, "An unknown term stands in an equation, or in a quantity that equations use.");
        }

        Term[] arguments = [.. call.Arguments.Select(Make)];
        Term[] scaled = [.. arguments.Select((x, i) => _pool.Divide(x, _values[UnknownTerm.SizeName(number, i + 1)]))];
        Term sum = _pool.Zero;
        for (int j = 1; j <= Hidden(call); j++)
        {
            Term inner = _values[UnknownTerm.BiasName(number, j)];
            for (int i = 0; i < scaled.Length; i++)
            {
                inner = _pool.Add(inner, _pool.Multiply(_values[UnknownTerm.WeightName(number, j, i + 1)], scaled[i]));
            }

            sum = _pool.Add(sum, _pool.Multiply(_values[UnknownTerm.FactorName(number, j)], _pool.Unary(Operator.Tanh, inner)));
        }

        int Index(string name) => _parameters.FindIndex(x => x.Name == name);
        Term value = _pool.Multiply(_values[UnknownTerm.OutputName(number)], sum);
        _unknowns.Add(new BoundUnknown(
            arguments, [.. arguments.Select((_, i) => Index(UnknownTerm.SizeName(number, i + 1)))], Index(UnknownTerm.OutputName(number)), value, number));
        return value;
    }
}
