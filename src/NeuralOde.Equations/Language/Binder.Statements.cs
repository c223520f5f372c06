using NeuralOde.Equations.Symbolics;
using NeuralOde.Settings;

namespace NeuralOde.Equations.Language;

/// <summary>Initial values, observations, doses and events.</summary>
internal sealed partial class Binder
{
    /// <summary>Noise models: their names, kinds and the levels that they take, of which the last ones may be left to be estimated.</summary>
    private static readonly (string Name, NoiseKind Kind, string[] Levels, int Needed)[] s_noise =
    [
        ("leastsquares", NoiseKind.LeastSquares, ["sd"], 0),
        ("normal", NoiseKind.Normal, ["sd"], 0),
        ("lognormal", NoiseKind.LogNormal, ["sd"], 0),
        ("proportional", NoiseKind.Proportional, ["cv"], 0),
        ("combined", NoiseKind.Combined, ["sd", "cv"], 0),
        ("poisson", NoiseKind.Poisson, [], 0),
        ("negbinomial", NoiseKind.NegativeBinomial, ["phi"], 0),
        ("binomial", NoiseKind.Binomial, ["size"], 1),
        ("student", NoiseKind.Student, ["df", "sd"], 1),
    ];

    private static string ImplicitName(string level, string observable) => $"{level}({observable})";

    private (string Name, NoiseKind Kind, string[] Levels, int Needed) Noise(CallExpression? noise)
    {
        if (noise is null)
        {
            return s_noise[0];
        }

        (string Name, NoiseKind Kind, string[] Levels, int Needed) found = Array.Find(s_noise, x => x.Name == noise.Function);
        if (found.Name is null)
        {
            throw Fault(
                ModelTextReason.UnknownFunction,
                noise.Position,
                $"There is no noise model '{noise.Function}'.{NearestName.Suggestion(noise.Function, s_noise.Select(static x => x.Name))} "
                    + $"There are {string.Join(", ", s_noise.Select(static x => x.Name))}.");
        }

        int least = found.Needed, most = found.Kind == NoiseKind.LeastSquares ? 0 : found.Levels.Length;
        bool isRight = noise.Options.Count == 0
            && (noise.Arguments.Count == most || (noise.Arguments.Count == least && least < most));
        return isRight
            ? found
            : throw Fault(
                ModelTextReason.UnknownFunction,
                noise.Position,
                $"{noise.Function} takes {(most == 0 ? "nothing in parentheses" : $"({string.Join(", ", found.Levels)})")}"
                    + (least < most ? $", or {(least == 0 ? "nothing" : found.Levels[0])} where the rest is to be estimated." : "."));
    }

    /// <summary>Noise levels that a model does not name are parameters of their own.</summary>
    private void AddImplicitNoise(IReadOnlyList<ObserveStatement> observed)
    {
        bool isPerSeries = _parameters.Exists(static x => !x.IsFixed) && _parameters.TrueForAll(static x => x.IsFixed || x.IsPerSeries);
        foreach (ObserveStatement statement in observed)
        {
            (_, NoiseKind kind, string[] levels, int needed) = Noise(statement.Noise);
            int given = statement.Noise?.Arguments.Count ?? 0;
            foreach ((string name, _) in statement.Quantities)
            {
                for (int i = Math.Max(given, needed); i < levels.Length; i++)
                {
                    string parameter = ImplicitName(levels[i], name);
                    Declare(parameter, statement.Position, "a noise level");
                    _parameterPositions.Add(statement.Position);
                    _parameters.Add(new BoundParameter(parameter, levels[i] == "phi" ? 10 : levels[i] == "cv" ? 0.2 : 1, 0, double.PositiveInfinity, null, false, isPerSeries)
                    {
                        IsImplicitNoise = true,
                    });
                }
            }
        }
    }

    private Term Initial(string state)
    {
        if (_values.TryGetValue($"{state}(0)", out Term? parameter))
        {
            return parameter;
        }

        InitialStatement? found = _statements.OfType<InitialStatement>().FirstOrDefault(x => x.State == state);
        return found is null ? _pool.Zero : WithoutStates(found.Value, $"The initial value of {state}");
    }

    /// <summary>An expression of parameters and covariates, such as of a dose.</summary>
    private Term WithoutStates(Expression expression, string what)
    {
        Term term = Make(expression);
        int inputs = 1 + _states.Count + _parameters.Count + _covariates.Count;
        return _pool.VariablesOf(term).Any(x => x <= _states.Count || x >= inputs)
            ? throw Fault(ModelTextReason.Misplaced, expression.Position, $"{what} may depend on parameters and covariates, not on the time, states or inputs.")
            : term;
    }

    private IEnumerable<BoundObservable> Observables(ObserveStatement statement)
    {
        (_, NoiseKind kind, string[] levels, _) = Noise(statement.Noise);
        Term[] given = [.. statement.Noise?.Arguments.Select(Make) ?? []];
        foreach ((string name, Expression? value) in statement.Quantities)
        {
            Term term = value is not null ? Make(value) : Name(new NameExpression(statement.Position, name));
            Term[] arguments = [.. given, .. levels.Skip(given.Length).Select(x => _values[ImplicitName(x, name)])];
            yield return new BoundObservable(
                name, term, kind, arguments, statement.Below is null ? null : Make(statement.Below), statement.Weight is null ? null : Make(statement.Weight));
        }
    }

    private List<int[]> Correlations()
    {
        List<int[]> groups = [];
        foreach (CorrelateStatement statement in _statements.OfType<CorrelateStatement>())
        {
            foreach (string name in statement.Names)
            {
                int parameter = _parameters.FindIndex(x => x.Name == name || x.Name == $"{name}(0)");
                if (parameter < 0 || _parameters[parameter].Spread is null)
                {
                    string[] varying = [.. _parameters.Where(static x => x.Spread is not null).Select(static x => x.Name)];
                    throw Fault(
                        ModelTextReason.Misplaced,
                        statement.Position,
                        $"'{name}' does not vary between series, so its deviations cannot be correlated.{NearestName.Suggestion(name, varying)} Write 'varies' after it.");
                }

                if (groups.Exists(x => x.Contains(parameter)) || statement.Names.Count(x => x == name) > 1)
                {
                    throw Fault(ModelTextReason.NameTaken, statement.Position, $"{name} is correlated twice: name all parameters that depend on one another in one statement.");
                }
            }

            groups.Add([.. statement.Names.Select(name => _parameters.FindIndex(x => x.Name == name || x.Name == $"{name}(0)"))]);
        }

        return groups;
    }

    private int State(string name, int position)
    {
        int state = _states.IndexOf(name);
        return state >= 0 ? state : throw Fault(ModelTextReason.UnknownName, position, $"There is no state '{name}'.{NearestName.Suggestion(name, _states)}");
    }

    private BoundDose Dose(DoseStatement x)
    {
        int state = State(x.State, x.Position);
        Term? Clause(string word) => x.Clauses.FirstOrDefault(c => c.Word == word).Value is { } value ? WithoutStates(value, $"The {word} of a dose") : null;
        double times = x.Clauses.FirstOrDefault(static c => c.Word == "times").Value is { } count ? Constant(count, "The number of doses") : 1;
        bool isColumn = x.Amount is NameExpression name && !_positions.ContainsKey(name.Name);
        BoundDose dose = new(isColumn ? ((NameExpression)x.Amount).Name : null, isColumn ? null : WithoutStates(x.Amount, "The amount of a dose"), state, x.IsSteady)
        {
            At = Clause("at"),
            Every = Clause("every"),
            Times = times is >= 1 and <= 100_000 && times == Math.Floor(times)
                ? (int)times
                : throw Fault(ModelTextReason.Bounds, x.Position, "The number of doses is a whole number from 1 to 100,000."),
            Rate = Clause("rate"),
            Duration = Clause("duration"),
            Lag = Clause("lag"),
            Bioavailability = Clause("bioavailability"),
        };
        return dose switch
        {
            { Rate: not null, Duration: not null } => throw Fault(ModelTextReason.Misplaced, x.Position, "A dose has a rate or a duration, not both."),
            { Column: not null } when dose.At is not null || dose.Every is not null || times != 1 => throw Fault(
                ModelTextReason.UnknownName,
                x.Position,
                $"There is no '{dose.Column}' in the model, so it is a column of the table, which gives the times as well: leave out 'at', 'every' and 'times'."),
            { Column: null, At: null } => dose with { At = _pool.Constant(0) },
            { Times: > 1, Every: null } => throw Fault(ModelTextReason.Misplaced, x.Position, "Repeated doses need 'every', the time between two."),
            { IsSteady: true, Column: null, Every: null } => throw Fault(ModelTextReason.Misplaced, x.Position, "A steady dose needs 'every', the time between two."),
            _ => dose,
        };
    }

    private BoundEvent Event(WhenStatement x)
    {
        Term condition = Make(x.Condition);
        if (condition.Operator is not (Operator.Less or Operator.LessOrEqual))
        {
            throw Fault(ModelTextReason.Misplaced, x.Position, "The condition of an event is one comparison, such as x > 3: the event happens where it becomes true.");
        }

        (int State, Term Value)[] changes = [.. x.Changes.Select(c => (State(c.State, c.Position), Make(c.Value)))];
        return new BoundEvent(ModelPrinter.Print(x.Condition), _pool.Subtract(condition.B!, condition.A!), changes);
    }
}
