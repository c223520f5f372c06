using NeuralOde.Equations.Symbolics;
using NeuralOde.Settings;

namespace NeuralOde.Equations.Language;

/// <summary>Resolves names and makes expressions: from statements to a <see cref="BoundModel"/>.</summary>
internal sealed partial class Binder
{
    private readonly SourceText _source;
    private readonly IReadOnlyList<Statement> _statements;
    private readonly TermPool _pool = new();
    private readonly List<string> _states = [];
    private readonly List<BoundParameter> _parameters = [];
    private readonly List<int> _parameterPositions = [];
    private readonly List<(string Name, double? Reference)> _covariates = [];
    private readonly List<(string Name, Interpolation Kind)> _inputs = [];
    private readonly Dictionary<string, DefinitionStatement> _quantities = [];
    private readonly Dictionary<string, Term> _values = [];
    private readonly Dictionary<string, int> _positions = [];
    private readonly HashSet<string> _open = [];

    private Binder(SourceText source, IReadOnlyList<Statement> statements)
    {
        _source = source;
        _statements = statements;
    }

    public static BoundModel Bind(SourceText source, IReadOnlyList<Statement> statements) => new Binder(source, statements).Bind();

    private BoundModel Bind()
    {
        CollectStates();
        CollectNames();
        AddInitialParameters();
        IReadOnlyList<ObserveStatement> observed = [.. _statements.OfType<ObserveStatement>()];
        AddImplicitNoise(observed);
        AddUnknowns();
        AddWalks();
        NumberVariables();
        BindWalks();
        foreach (string name in _quantities.Keys)
        {
            Quantity(name);
        }

        DerivativeStatement[] derivatives = [.. _statements.OfType<DerivativeStatement>()];
        Term[] rates = [.. derivatives.Select(x => Make(x.Value)), .. _statements.OfType<AlgebraicStatement>().Select(x => Make(x.Value))];
        BoundModel model = new()
        {
            Pool = _pool,
            States = _states,
            IsAlgebraic = [.. _states.Select((_, i) => i >= derivatives.Length)],
            Parameters = _parameters,
            Covariates = _covariates,
            Inputs = _inputs,
            Quantities = [.. _quantities.Keys.Select(x => (x, _values[x]))],
            Rates = rates,
            Initials = [.. _states.Select(Initial)],
            Observables = [.. observed.SelectMany(Observables)],
            Doses = [.. _statements.OfType<DoseStatement>().Select(Dose)],
            Events = [.. _statements.OfType<WhenStatement>().Select(Event)],
            Unknowns = [.. _unknowns.OrderBy(static x => x.Number)],
            Walks = _walks,
            Correlations = Correlations(),
            Start = _statements.OfType<StartStatement>().LastOrDefault() is { } start ? Constant(start.Time, "The time of the start") : null,
        };
        CheckUse(model);
        return model;
    }

    private ModelTextException Fault(ModelTextReason reason, int position, string fault) => _source.Fault(reason, position, fault);

    private void CollectStates()
    {
        HashSet<string> initial = [.. _statements.OfType<InitialStatement>().Select(static x => x.State)];
        foreach (DerivativeStatement x in _statements.OfType<DerivativeStatement>())
        {
            if (_states.Contains(x.State))
            {
                throw Fault(ModelTextReason.NameTaken, x.Position, $"There are two equations for {x.State}'.");
            }

            Declare(x.State, x.Position, "a state");
            _states.Add(x.State);
        }

        AlgebraicStatement[] algebraic = [.. _statements.OfType<AlgebraicStatement>()];
        foreach (InitialStatement x in _statements.OfType<InitialStatement>())
        {
            if (_states.Contains(x.State))
            {
                continue;
            }

            int found = _states.Count - _statements.OfType<DerivativeStatement>().Count();
            if (found == algebraic.Length)
            {
                throw Fault(
                    ModelTextReason.MissingEquation,
                    x.Position,
                    $"{x.State} has an initial value but no equation.{NearestName.Suggestion(x.State, _states)} Write {x.State}' = …, or 0 = … for a state without a derivative.");
            }

            Declare(x.State, x.Position, "a state");
            _states.Add(x.State);
        }

        if (_states.Count - _statements.OfType<DerivativeStatement>().Count() < algebraic.Length)
        {
            throw Fault(
                ModelTextReason.MissingEquation,
                algebraic[^1].Position,
                "There are more algebraic equations than states without a derivative. Each of these has an initial value (or a guess of it), as z(0) = 1, and no z' = ….");
        }

        if (_states.Count == 0)
        {
            throw Fault(ModelTextReason.MissingEquation, 0, "The model has no state. Write an equation such as x' = -a*x.");
        }
    }

    private void CollectNames()
    {
        foreach (Statement statement in _statements)
        {
            switch (statement)
            {
                case DefinitionStatement x:
                    Declare(x.Name, x.Position, "a quantity");
                    if (x.Modifiers.IsEmpty && Literal(x.Value) is null)
                    {
                        _quantities.Add(x.Name, x);
                    }
                    else
                    {
                        AddParameter(x.Name, x.Position, x.Value, x.Modifiers);
                    }

                    break;
                case CovariateStatement x:
                    foreach ((string name, Expression? reference) in x.Names)
                    {
                        Declare(name, x.Position, "a covariate");
                        _covariates.Add((name, reference is null ? null : Constant(reference, $"The reference value of {name}")));
                    }

                    break;
                case InputStatement x:
                    foreach (string name in x.Names)
                    {
                        Declare(name, x.Position, "an input");
                        _inputs.Add((name, x.Interpolation switch { "constant" => Interpolation.Constant, "cubic" => Interpolation.Cubic, _ => Interpolation.Linear }));
                    }

                    break;
                default:
                    break;
            }
        }
    }

    private void Declare(string name, int position, string what)
    {
        if (Reserved.Values.Contains(name))
        {
            throw Fault(ModelTextReason.NameTaken, position, $"'{name}' is {(name == "t" ? "the time" : "a constant")}; it cannot be {what}.");
        }

        if (!_positions.TryAdd(name, position))
        {
            throw Fault(ModelTextReason.NameTaken, position, $"'{name}' is defined already.");
        }
    }

    /// <summary>A number with its sign, which stands for a parameter.</summary>
    private static double? Literal(Expression expression) => expression switch
    {
        NumberExpression x => x.Value,
        PrefixExpression { Symbol: "-", Operand: NumberExpression x } => -x.Value,
        _ => null,
    };

    private void AddInitialParameters()
    {
        foreach (InitialStatement x in _statements.OfType<InitialStatement>())
        {
            if (!x.Modifiers.IsEmpty || Literal(x.Value) is not null)
            {
                Declare($"{x.State}(0)", x.Position, "an initial value");
                AddParameter($"{x.State}(0)", x.Position, x.Value, x.Modifiers);
            }
            else if (!_positions.TryAdd($"{x.State}(0)", x.Position))
            {
                throw Fault(ModelTextReason.NameTaken, x.Position, $"There are two initial values of {x.State}.");
            }
        }
    }

    private void AddParameter(string name, int position, Expression value, Modifiers x)
    {
        double start = Constant(value, $"The start value of {name}");
        double lower = x.Lower is null ? double.NegativeInfinity : Constant(x.Lower, $"The lower bound of {name}");
        double upper = x.Upper is null ? double.PositiveInfinity : Constant(x.Upper, $"The upper bound of {name}");
        if (!(lower < upper))
        {
            throw Fault(ModelTextReason.Bounds, position, $"The bounds of {name} leave no room: from {ModelPrinter.Number(lower)} to {ModelPrinter.Number(upper)}.");
        }

        bool isOutside = start < lower || start > upper || (start == 0 && lower == 0 && upper == double.PositiveInfinity);
        if (isOutside && !x.IsFixed)
        {
            throw Fault(
                ModelTextReason.Bounds,
                position,
                $"The start value of {name}, {ModelPrinter.Number(start)}, is not within its bounds, {ModelPrinter.Number(lower)} to {ModelPrinter.Number(upper)}.");
        }

        Prior? prior = x.Prior is null ? null : MakePrior(x.Prior);
        if (prior is { Kind: not PriorKind.Normal } && lower < 0)
        {
            lower = 0;
        }

        _parameterPositions.Add(position);
        _parameters.Add(new BoundParameter(name, start, lower, upper, prior, x.IsFixed, x.IsPerSeries) { Spread = Spread(name, position, start, lower, x) });
    }

    private double? Spread(string name, int position, double start, double lower, Modifiers x)
    {
        if (x.Spread is null)
        {
            return null;
        }

        double spread = Constant(x.Spread, $"The spread of {name} between series");
        if (!(spread > 0) || !double.IsFinite(spread))
        {
            throw Fault(ModelTextReason.Bounds, position, $"{name} varies by the standard deviation of its logarithm, which is above 0, such as 'varies 0.3'.");
        }

        return lower >= 0 && start > 0 && !x.IsFixed && !x.IsPerSeries
            ? spread
            : throw Fault(
                ModelTextReason.Bounds,
                position,
                $"{name} varies between series by a log-normal distribution: it is positive, as '{name} = 1 > 0 varies 0.3', and neither fixed nor per series.");
    }

    private Prior MakePrior(CallExpression call)
    {
        (PriorKind Kind, int Count) found = call.Function switch
        {
            "normal" => (PriorKind.Normal, 2),
            "lognormal" => (PriorKind.LogNormal, 2),
            "halfnormal" => (PriorKind.HalfNormal, 1),
            "exponential" => (PriorKind.Exponential, 1),
            _ => throw Fault(
                ModelTextReason.UnknownFunction,
                call.Position,
                $"There is no prior '{call.Function}'.{NearestName.Suggestion(call.Function, ["normal", "lognormal", "halfnormal", "exponential"])} "
                    + "There are normal(mean, sd), lognormal(mean of the log, sd of the log), halfnormal(sd) and exponential(mean)."),
        };
        if (call.Arguments.Count != found.Count || call.Options.Count > 0)
        {
            throw Fault(ModelTextReason.UnknownFunction, call.Position, $"The prior {call.Function} takes {found.Count} {(found.Count == 1 ? "number" : "numbers")}.");
        }

        double[] values = [.. call.Arguments.Select(x => Constant(x, $"An argument of the prior {call.Function}"))];
        return values[^1] > 0
            ? new Prior(found.Kind, values[0], values[^1])
            : throw Fault(ModelTextReason.Bounds, call.Position, $"The last argument of the prior {call.Function} is a width or a mean and must be above 0.");
    }

    /// <summary>The value of an expression of numbers.</summary>
    private double Constant(Expression expression, string what)
    {
        Term term = MakeOfNumbers(expression, what);
        return double.IsFinite(term.Value) ? term.Value : throw Fault(ModelTextReason.NotFinite, expression.Position, $"{what} is not finite.");
    }

    private void CheckUse(BoundModel model)
    {
        HashSet<int> used = [];
        IEnumerable<Term?> roots =
        [
            .. model.Rates, .. model.Initials,
            .. model.Observables.SelectMany(static x => x.Arguments.Append(x.Value).Append(x.Below).Append(x.Weight)),
            .. model.Doses.SelectMany(static x => (Term?[])[x.Amount, x.At, x.Every, x.Rate, x.Duration, x.Lag, x.Bioavailability]),
            .. model.Events.SelectMany(static x => x.Changes.Select(static c => c.Value).Append(x.Function)),
        ];
        foreach (Term? root in roots)
        {
            if (root is not null)
            {
                used.UnionWith(_pool.VariablesOf(root));
            }
        }

        for (int i = 0; i < _parameters.Count; i++)
        {
            if (!_parameters[i].IsFixed && !used.Contains(model.ParameterVariable(i)))
            {
                throw Fault(
                    ModelTextReason.Unused,
                    _parameterPositions[i],
                    $"Nothing depends on the parameter {_parameters[i].Name}, so no data can determine it. Use it, leave it out, or write 'fixed' after its value.");
            }
        }
    }
}
