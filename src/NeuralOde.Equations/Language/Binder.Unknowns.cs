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
            int number = _unknownNumbers.Count + 1;
            UnknownShape shape = Shape(call);
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
            for (int j = 1; j <= shape.Hidden; j++)
            {
                for (int i = 1; i <= call.Arguments.Count; i++)
                {
                    double weight = 2 * ((2 * random.NextDouble()) - 1);
                    int sign = shape.WeightSign(i - 1);
                    Add(UnknownTerm.WeightName(number, j, i), sign == 0 ? weight : sign * Math.Abs(weight), isFixed: false, 2, sign);
                }

                Add(UnknownTerm.BiasName(number, j), (2 * random.NextDouble()) - 1, isFixed: false, 1);
                Add(UnknownTerm.FactorName(number, j), 0, isFixed: false, 1, shape.IsConstrained ? 1 : 0);
            }

            void Add(string name, double start, bool isFixed, double width, int sign = 0)
            {
                Declare(name, call.Position, "a weight");
                _parameterPositions.Add(call.Position);
                _parameters.Add(new BoundParameter(
                    name, start, sign > 0 ? 0 : double.NegativeInfinity, sign < 0 ? 0 : double.PositiveInfinity, isFixed ? null : new Prior(PriorKind.Normal, 0, width), isFixed,
                        false)
                {
                    IsWeight = !isFixed,
                });
            }
        }
    }

    private UnknownShape Shape(CallExpression call)
    {
        int hidden = UnknownTerm.DefaultHidden, sign = 0;
        int[] directions = new int[call.Arguments.Count];
        foreach ((string name, Expression value) in call.Options)
        {
            switch (name)
            {
                case "hidden":
                    double number = Constant(value, "The number of hidden units");
                    hidden = number is >= 1 and <= 64 && number == Math.Floor(number)
                        ? (int)number
                        : throw Fault(ModelTextReason.Bounds, value.Position, "The number of hidden units is a whole number from 1 to 64.");
                    break;
                case "sign":
                    sign = value is NameExpression { Name: "positive" or "negative" } word
                        ? (word.Name == "positive" ? 1 : -1)
                        : throw Fault(ModelTextReason.Bounds, value.Position, "The sign of an unknown term is positive or negative.");
                    break;
                case "rising" or "falling":
                    int argument = UnknownTerm.ArgumentIndex(call, value);
                    if (argument < 0)
                    {
                        throw Fault(
                            ModelTextReason.UnknownName,
                            value.Position,
                            $"The unknown term does not depend on '{ModelPrinter.Print(value)}', in which it is to be {name}. It depends on "
                                + $"{string.Join(", ", call.Arguments.Select(ModelPrinter.Print))}.");
                    }

                    directions[argument] = directions[argument] == 0
                        ? (name == "rising" ? 1 : -1)
                        : throw Fault(ModelTextReason.NameTaken, value.Position, $"'{ModelPrinter.Print(value)}' is given two directions.");
                    break;
                default:
                    throw Fault(ModelTextReason.UnknownFunction, value.Position, $"unknown has no option '{name}'. It has {UnknownShape.OptionsInWords}.");
            }
        }

        return new UnknownShape(hidden, sign, directions);
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
        UnknownShape shape = Shape(call);
        for (int j = 1; j <= shape.Hidden; j++)
        {
            Term inner = _values[UnknownTerm.BiasName(number, j)];
            for (int i = 0; i < scaled.Length; i++)
            {
                inner = _pool.Add(inner, _pool.Multiply(_values[UnknownTerm.WeightName(number, j, i + 1)], scaled[i]));
            }

            sum = _pool.Add(sum, _pool.Multiply(
                _values[UnknownTerm.FactorName(number, j)],
                shape.Sign == 0 ? _pool.Unary(Operator.Tanh, inner) : _pool.Add(_pool.One, _pool.Unary(Operator.Tanh, inner))));
        }

        int Index(string name) => _parameters.FindIndex(x => x.Name == name);
        Term value = _pool.Multiply(_values[UnknownTerm.OutputName(number)], shape.Sign < 0 ? _pool.Negate(sum) : sum);
        _unknowns.Add(new BoundUnknown(
            arguments, [.. arguments.Select((_, i) => Index(UnknownTerm.SizeName(number, i + 1)))], Index(UnknownTerm.OutputName(number)), value, number));
        return value;
    }
}
