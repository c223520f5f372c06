using NeuralOde.Equations.Symbolics;

namespace NeuralOde.Equations.Language;

/// <summary>Parameters that walk with time: their increments are parameters with normal priors.</summary>
internal sealed partial class Binder
{
    private readonly List<(string Name, bool IsLogarithmic, double From, double Every, int Steps)> _walks = [];

    private void AddWalks()
    {
        foreach (DefinitionStatement x in _statements.OfType<DefinitionStatement>().Where(static x => x.Modifiers.Walk is not null))
        {
            (Expression size, Expression from, Expression to, Expression every) = x.Modifiers.Walk!.Value;
            double deviation = Constant(size, "The standard deviation of a walk"), first = Constant(from, "The first time of a walk");
            double last = Constant(to, "The last time of a walk"), step = Constant(every, "The time between two knots of a walk");
            if (!(deviation > 0) || !(step > 0) || !(last > first) || !((last - first) / step <= WalkingParameter.MostKnots))
            {
                throw Fault(
                    ModelTextReason.Bounds,
                    x.Position,
                    $"{x.Name} walks by a standard deviation above 0 per unit of time, over an interval of at most {WalkingParameter.MostKnots} steps, "
                        + $"as 'walks 0.2 from 0 to 14 every 2'.");
            }

            if (x.Modifiers.IsPerSeries || x.Modifiers.Spread is not null)
            {
                throw Fault(ModelTextReason.Misplaced, x.Position, $"{x.Name} walks with time for all series; it cannot be per series, nor vary between them.");
            }

            BoundParameter parameter = _parameters.Find(p => p.Name == x.Name)!;
            int steps = (int)Math.Ceiling(((last - first) / step) - 1e-9);
            for (int k = 1; k <= steps; k++)
            {
                string name = WalkingParameter.IncrementName(x.Name, k);
                Declare(name, x.Position, "an increment");
                _parameterPositions.Add(x.Position);
                _parameters.Add(new BoundParameter(
                    name, 0, double.NegativeInfinity, double.PositiveInfinity, new Prior(PriorKind.Normal, 0, deviation * Math.Sqrt(step)), false, false)
                {
                    IsWeight = true,
                });
            }

            _walks.Add((x.Name, parameter.Lower >= 0, first, step, steps));
        }
    }

    /// <summary>What equations call by the parameter's name is its value at the time.</summary>
    private void BindWalks()
    {
        foreach ((string name, bool isLogarithmic, double from, double every, int steps) in _walks)
        {
            Term sum = _pool.Zero;
            for (int k = 1; k <= steps; k++)
            {
                Term since = _pool.Subtract(_values["t"], _pool.Constant(from + ((k - 1) * every)));
                Term share = _pool.Binary(Operator.Min, _pool.Binary(Operator.Max, _pool.Divide(since, _pool.Constant(every)), _pool.Zero), _pool.One);
                sum = _pool.Add(sum, _pool.Multiply(_values[WalkingParameter.IncrementName(name, k)], share));
            }

            _values[name] = isLogarithmic ? _pool.Multiply(_values[name], _pool.Unary(Operator.Exp, sum)) : _pool.Add(_values[name], sum);
        }
    }
}
