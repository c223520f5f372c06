using NeuralOde.Sensitivities;

namespace NeuralOde.Settings;

/// <summary>The settings of each gradient method, declared once: their text is <c>name,setting=value,…</c> with what differs from the defaults.</summary>
internal static class GradientSettings
{
    private static readonly GradientText[] s_methods =
    [
        new GradientText<DirectGradient>(
        [
            Setting.Whole<DirectGradient>(
                "check", 0, int.MaxValue, "Gradients from one check against the continuous adjoint to the next; 0 for no checks.",
                static x => x.CheckInterval, static (x, value) => x with { CheckInterval = value }),
            Memory<DirectGradient>(static x => x.MemoryBudget, static (x, value) => x with { MemoryBudget = value }),
        ]),
        new GradientText<BacksolveAdjoint>(
        [
            Norm<BacksolveAdjoint>(static x => x.Norm, static (x, value) => x with { Norm = value }),
            .. Backward<BacksolveAdjoint>(
                static x => x.Solver, static (x, value) => x with { Solver = value }, static x => x.Steps, static (x, value) => x with { Steps = value }),
            Setting.Whole<BacksolveAdjoint>(
                "check", 0, int.MaxValue, "Gradients from one check against the full norm to the next; 0 for no checks.",
                static x => x.CheckInterval, static (x, value) => x with { CheckInterval = value }),
        ]),
        new GradientText<TruncatedAdjoint>([]),
        new GradientText<InterpolatedAdjoint>(
        [
            Norm<InterpolatedAdjoint>(static x => x.Norm, static (x, value) => x with { Norm = value }),
            .. Backward<InterpolatedAdjoint>(
                static x => x.Solver, static (x, value) => x with { Solver = value }, static x => x.Steps, static (x, value) => x with { Steps = value }),
        ]),
        new GradientText<GaussAdjoint>(
        [
            .. Backward<GaussAdjoint>(
                static x => x.Solver, static (x, value) => x with { Solver = value }, static x => x.Steps, static (x, value) => x with { Steps = value }),
        ]),
        new GradientText<ReversibleGradient>([]),
        new GradientText<ForwardGradient>([Norm<ForwardGradient>(static x => x.Norm, static (x, value) => x with { Norm = value })]),
        new GradientText<AutomaticGradient>(
        [
            Memory<AutomaticGradient>(static x => x.MemoryBudget, static (x, value) => x with { MemoryBudget = value }),
        ]),
    ];

    /// <summary>The text of a method, that reads back as an equal one.</summary>
    public static string Write(GradientMethod method) => Of(method).Write(method);

    /// <summary>Reads a method.</summary>
    /// <param name="text">Its name, and settings after commas.</param>
    /// <param name="method">The method.</param>
    /// <returns>What is wrong with the text, or null.</returns>
    public static string? Read(string text, out GradientMethod method)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        method = GradientMethod.Direct;
        if (!GradientMethod.TryParse(parts[0], out GradientMethod? named))
        {
            string[] names = [.. GradientMethod.All.Select(static x => x.Name)];
            return $"There is no gradient method '{parts[0]}'.{NearestName.Suggestion(parts[0], names)} The choices are {string.Join(", ", names)}.";
        }

        return Of(named).Read(named, parts[1..], out method);
    }

    private static GradientText Of(GradientMethod method) => s_methods.Single(x => x.Type == method.GetType());

    private static ValueSetting<T, double?> Memory<T>(Func<T, long?> get, Func<T, long?, T> with) => Setting.OptionalPositive<T>(
        "memory",
        "The largest number of bytes that the steps of one solve may take.",
        x => get(x),
        (x, value) => with(x, value is { } bytes ? (long)Math.Clamp(bytes, 1, 1L << 62) : null));

    private static ValueSetting<T, AdjointNorm> Norm<T>(Func<T, AdjointNorm> get, Func<T, AdjointNorm, T> with) => Setting.Choice(
        "norm", [("seminorm", AdjointNorm.Seminorm), ("full", AdjointNorm.Full)], "What counts in the error of the backward solve.", get, with);

    private static IEnumerable<Setting<T>> Backward<T>(
        Func<T, OdeSolver?> solver, Func<T, OdeSolver?, T> withSolver, Func<T, StepSizeControl?> steps, Func<T, StepSizeControl?, T> withSteps) =>
    [
        Setting.OptionalText<T>(
            "solver", "NAME", "The method of the backward solve.", x => solver(x)?.Name,
            (x, name) => withSolver(
                x,
                name is null ? null
                : OdeSolver.TryParse(name, out OdeSolver? found) ? found
                : throw new SettingException(SettingReason.WrongValue, "solver", name, $"There is no solver '{name}'.{NearestName.Suggestion(name, OdeSolver.Names)}"))),
        Setting.OptionalPositive<T>(
            "step", "Fixed steps of the backward solve.", x => steps(x) is FixedSteps { StepsPerInterval: null } y ? y.MaxStep : null,
            (x, value) => value is { } h ? withSteps(x, FixedSteps.OfLength(h)) : x),
        Setting.OptionalPositive<T>(
            "rtol", "Relative tolerance of the backward solve.", x => (steps(x) as AdaptiveSteps)?.RelativeTolerance,
            (x, value) => value is { } y ? withSteps(x, (steps(x) as AdaptiveSteps ?? SolverDefaults.Steps) with { RelativeTolerance = y }) : x),
        Setting.OptionalPositive<T>(
            "atol", "Absolute tolerance of the backward solve.", x => (steps(x) as AdaptiveSteps)?.AbsoluteTolerance,
            (x, value) => value is { } y ? withSteps(x, (steps(x) as AdaptiveSteps ?? SolverDefaults.Steps) with { AbsoluteTolerance = y }) : x),
    ];
}

/// <summary>The text of one gradient method.</summary>
internal abstract class GradientText
{
    public abstract Type Type { get; }

    public abstract string Write(GradientMethod method);

    public abstract string? Read(GradientMethod defaults, IReadOnlyList<string> parts, out GradientMethod method);
}

/// <inheritdoc/>
internal sealed class GradientText<TMethod>(IEnumerable<Setting<TMethod>> settings) : GradientText
    where TMethod : GradientMethod, new()
{
    private readonly SettingList<TMethod> _settings = new(settings);

    public override Type Type => typeof(TMethod);

    public override string Write(GradientMethod method)
    {
        IEnumerable<(string Name, string Value)> different = _settings.ToText((TMethod)method).Except(_settings.ToText(new TMethod()));
        return string.Join(',', different.Select(static x => $"{x.Name}={x.Value}").Prepend(method.Name));
    }

    public override string? Read(GradientMethod defaults, IReadOnlyList<string> parts, out GradientMethod method)
    {
        method = defaults;
        Dictionary<string, string> given = [];
        string[] names = [.. _settings.SelectMany(static x => x.Inputs).Select(static x => x.Name)];
        foreach (string part in parts)
        {
            string[] pair = part.Split('=', 2, StringSplitOptions.TrimEntries);
            if (pair.Length != 2 || !names.Contains(pair[0]))
            {
                return names.Length == 0 ? $"The gradient method {defaults.Name} has no settings; got '{part}'."
                    : $"The gradient method {defaults.Name} has the settings {NameList.Joined(names, "and")}, such as '{defaults.Name},{names[0]}=…'; got '{part}'.";
            }

            if (!given.TryAdd(pair[0], pair[1]))
            {
                return $"The setting '{pair[0]}' of the gradient method {defaults.Name} is given twice.";
            }
        }

        try
        {
            method = _settings.Apply((TMethod)defaults, given);
            return null;
        }
        catch (SettingException e)
        {
            return e.Problem;
        }
    }
}

/// <summary>A gradient method with its settings.</summary>
internal sealed class GradientKind : SettingKind<GradientMethod>
{
    public override string ValueName => "NAME";

    public override string Range => $"one of {string.Join(", ", GradientMethod.All.Select(static x => x.Name))}, with settings after commas";

    public override bool Allows(GradientMethod value) => true;

    public override bool TryRead(string text, out GradientMethod value) => GradientSettings.Read(text, out value) is null;

    public override string Write(GradientMethod value) => GradientSettings.Write(value);
}
