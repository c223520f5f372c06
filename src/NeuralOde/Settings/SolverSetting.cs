using NeuralOde.Sensitivities;

namespace NeuralOde.Settings;

/// <summary>Solver, steps and gradient, which belong together: which steps a solver can take depends on the solver.</summary>
/// <typeparam name="TOptions">The record of options.</typeparam>
public sealed record SolverSetting<TOptions> : Setting<TOptions>
{
    private const double DefaultStep = 0.05;
    private const string Solver = "solver";
    private const string Steps = "steps";
    private const string Step = "step";
    private const string Pair = "tolerances";
    private const string Relative = "rtol";
    private const string Absolute = "atol";
    private const string Gradient = "gradient";
    private static readonly NumberKind s_positive = new(0, isAbove: true, double.PositiveInfinity, "X");
    private static readonly GradientKind s_gradients = new();
    private readonly Func<TOptions, SolverChoice> _get;
    private readonly Func<TOptions, SolverChoice, TOptions> _with;

    /// <summary>Declares the group.</summary>
    /// <param name="get">How options solve.</param>
    /// <param name="with">Options that solve in another way.</param>
    public SolverSetting(Func<TOptions, SolverChoice> get, Func<TOptions, SolverChoice, TOptions> with)
    {
        (_get, _with) = (get, with);
        Group = "Solver";
    }

    /// <summary>The tolerances of a solver that chooses its steps, where options had fixed ones.</summary>
    /// <value>Default relative 1e-4, absolute 1e-5.</value>
    public AdaptiveSteps Tolerances { get; init; } = SolverChoice.Tolerances(1e-4, 1e-5);

    /// <summary>Whether another solver keeps the steps of the one before, where it can.</summary>
    /// <value>Default true.</value>
    public bool KeepsSteps { get; init; } = true;

    /// <summary>Whether a user may choose how gradients are taken.</summary>
    /// <value>Default true.</value>
    public bool HasGradient { get; init; } = true;

    /// <inheritdoc/>
    public override IReadOnlyList<SettingInput<TOptions>> Inputs =>
    [
        new(
            Solver, "NAME",
            $"The method that integrates: {string.Join(", ", SolverChoice.Names)}. One with an error estimate chooses its own steps unless --step is given.",
            SolverFault, x => InWords(_get(x))),
        new(
            Step, "H",
            FormattableString.Invariant(
                $"Fixed steps of at most this length, in units of time, instead of steps chosen by tolerances. The other solvers take {DefaultStep} unless it is given."),
            NumberFault, static _ => null),
        new(Relative, "X", "Relative tolerance of each step, for a solver that chooses its steps.", NumberFault, static _ => null),
        new(Absolute, "X", "Absolute tolerance of each step, in the state's units.", NumberFault, static _ => null),
        .. HasGradient
            ? [new SettingInput<TOptions>(
                Gradient,
                "NAME",
                $"How gradients are taken through the solve. {string.Join("; ", GradientMethod.All.Select(static x => $"{x.Name} {x.Summary}"))}. "
                    + "Settings follow after commas, such as adjoint,norm=full,rtol=1e-6.",
                GradientFault,
                x => s_gradients.Write(_get(x).Gradient))]
            : Array.Empty<SettingInput<TOptions>>(),
    ];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, string Value)> Write(TOptions options)
    {
        SolverChoice x = _get(options);
        return
        [
            (Solver, x.Solver.Name),
            x.Steps switch
            {
                FixedSteps { StepsPerInterval: int count } => (Steps, count.ToString(CultureInfo.InvariantCulture)),
                FixedSteps steps => (Step, s_positive.Write(steps.MaxStep)),
                AdaptiveSteps steps => (Pair, $"{s_positive.Write(steps.RelativeTolerance)} {s_positive.Write(steps.AbsoluteTolerance)}"),
                _ => (Steps, x.Steps.ToString() ?? ""),
            },
            (Gradient, s_gradients.Write(x.Gradient)),
        ];
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, string Value)> Describe(TOptions options) =>
        [(Solver, _get(options).ToString()), (Gradient, s_gradients.Write(_get(options).Gradient))];

    /// <inheritdoc/>
    public override TOptions Read(TOptions options, IReadOnlyDictionary<string, string> text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _with(options, new SolverChoice(
            SolverOf(Value(Solver), Solver),
            text.ContainsKey(Steps) ? FixedSteps.PerInterval(Count(Value(Steps)))
                : text.ContainsKey(Step) ? FixedSteps.OfLength(Number(Step, Value(Step)))
                : Value(Pair).Split(' ') is [var relative, var absolute] ? SolverChoice.Tolerances(Number(Pair, relative), Number(Pair, absolute)) : throw Wrong(Pair),
            s_gradients.TryRead(Value(Gradient), out GradientMethod gradient) ? gradient : throw Wrong(Gradient)));

        int Count(string number) =>
            int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0 ? count : throw Wrong(Steps);

        string Value(string name) => text.TryGetValue(name, out string? value)
            ? value
            : throw new SettingException(SettingReason.Missing, name, null, $"The setting '{name}' is missing.");
        SettingException Wrong(string name) => new(SettingReason.WrongValue, name, Value(name), $"The setting '{name}' is '{Value(name)}', which cannot be.");
        double Number(string name, string part) => s_positive.TryRead(part, out double value) && s_positive.Allows(value) ? value : throw Wrong(name);
        OdeSolver SolverOf(string value, string name) => OdeSolver.Names.Contains(value) ? OdeSolver.Parse(value) : throw Wrong(name);
    }

    /// <inheritdoc/>
    public override TOptions Apply(TOptions options, IReadOnlyDictionary<string, string> given)
    {
        ArgumentNullException.ThrowIfNull(given);
        SolverChoice now = _get(options);
        double? step = Number(Step), relative = Number(Relative), absolute = Number(Absolute);
        bool isNamed = given.TryGetValue(Solver, out string? name);
        OdeSolver solver = name is null ? now.Solver : SolverFault("--solver", name) is { } fault ? throw Conflict(Solver, fault) : OdeSolver.Parse(name);
        if (step is not null && (relative ?? absolute) is not null)
        {
            throw Conflict(Step, "--step asks for fixed steps, --rtol and --atol for steps chosen by tolerances. Give one or the other.");
        }

        if (!solver.IsAdaptive && (relative ?? absolute) is not null)
        {
            throw Conflict(
                Solver,
                $"{solver.Name} has no error estimate, so it takes --step H, not tolerances. Of the others, {NameList.Joined(SolverChoice.AdaptiveNames, "and")} have one.");
        }

        if (step is not null && !solver.TakesFixedSteps)
        {
            throw Conflict(Solver, $"{solver.Name} chooses its order by the error of its steps, so it takes --rtol and --atol, not --step.");
        }

        StepSizeControl steps = isNamed && !KeepsSteps ? Tolerances : now.Steps;
        if (step is double h)
        {
            steps = FixedSteps.OfLength(h);
        }
        else if (!solver.IsAdaptive)
        {
            steps = steps as FixedSteps ?? FixedSteps.OfLength(DefaultStep);
        }
        else if (isNamed || (relative ?? absolute) is not null)
        {
            AdaptiveSteps adaptive = steps as AdaptiveSteps ?? Tolerances;
            steps = adaptive with
            {
                RelativeTolerance = relative ?? adaptive.RelativeTolerance,
                AbsoluteTolerance = absolute ?? (relative is double r ? r / 10 : adaptive.AbsoluteTolerance),
            };
        }

        GradientMethod gradient = given.TryGetValue(Gradient, out string? method)
            ? s_gradients.TryRead(method, out GradientMethod found) ? found : throw Conflict(Gradient, GradientSettings.Read(method, out _) ?? "")
            : now.Gradient.Unfit(solver, steps) is null ? now.Gradient : GradientMethod.For(solver);
        return _with(options, new SolverChoice(solver, steps, gradient));

        double? Number(string option) => !given.TryGetValue(option, out string? text) ? null
            : NumberFault("--" + option, text) is { } wrong ? throw new SettingException(SettingReason.WrongValue, option, text, wrong)
            : s_positive.TryRead(text, out double value) ? value : null;
        static SettingException Conflict(string setting, string problem) => new(SettingReason.Conflict, setting, null, problem);
    }

    /// <inheritdoc/>
    public override void Check(TOptions options)
    {
        SolverChoice x = _get(options);
        SettingException.ThrowIf(
            x is not { Solver: not null, Steps: not null, Gradient: not null }, SettingReason.Missing, Solver, null, "A solver, its steps and a gradient method are needed.");
        SettingException.ThrowIf(
            x.Steps is AdaptiveSteps && !x.Solver.IsAdaptive,
            SettingReason.Conflict, Solver, x.Solver.Name,
            $"{x.Solver.Name} has no error estimate, so it takes fixed steps. Of the others, {NameList.Joined(SolverChoice.AdaptiveNames, "and")} have one.");
        SettingException.ThrowIf(
            x.Steps is FixedSteps && !x.Solver.TakesFixedSteps,
            SettingReason.Conflict, Solver, x.Solver.Name, $"{x.Solver.Name} chooses its order by the error of its steps, so it takes tolerances.");
        if (x.Gradient.Unfit(x.Solver, x.Steps) is { } unfit)
        {
            throw new SettingException(SettingReason.Conflict, Gradient, x.Gradient.Name, unfit);
        }
    }

    private static string InWords(SolverChoice x) => x.Steps switch
    {
        FixedSteps { StepsPerInterval: null } steps => FormattableString.Invariant($"{x.Solver.Name} with --step {steps.MaxStep}"),
        AdaptiveSteps steps => FormattableString.Invariant($"{x.Solver.Name} with --rtol {steps.RelativeTolerance:0.###e-0} --atol {steps.AbsoluteTolerance:0.###e-0}"),
        _ => x.ToString(),
    };

    private static string? SolverFault(string option, string text)
    {
        if (SolverChoice.Names.Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        string problem = OdeSolver.Names.Contains(text, StringComparer.OrdinalIgnoreCase)
            ? $"{text} moves positions and velocities in turn, which other equations do not have."
            : $"There is no solver '{text}'.{NearestName.Suggestion(text, SolverChoice.Names)}";
        return $"{problem} The choices are {string.Join(", ", SolverChoice.Names)}.";
    }

    private static string? NumberFault(string option, string text) =>
        s_positive.TryRead(text, out double value) && s_positive.Allows(value) ? null : s_positive.Fault(option, option, text);

    private static string? GradientFault(string option, string text) => GradientSettings.Read(text, out _);
}
