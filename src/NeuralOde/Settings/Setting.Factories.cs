namespace NeuralOde.Settings;

/// <summary>Declares settings, each with its name in words, its range, a sentence of help, how it is read and how it is changed.</summary>
public static class Setting
{
    /// <summary>A whole number.</summary>
    /// <param name="name">Its name, in words.</param>
    /// <param name="minimum">The least value.</param>
    /// <param name="maximum">The greatest value.</param>
    /// <param name="help">What it is, as a sentence.</param>
    /// <param name="get">Its value.</param>
    /// <param name="with">Options with another value.</param>
    /// <returns>The setting.</returns>
    public static ValueSetting<TOptions, long> Whole<TOptions>(string name, int minimum, int maximum, string help, Func<TOptions, int> get, Func<TOptions, int, TOptions> with) =>
        new(name, new WholeKind(minimum, maximum), help, x => get(x), (x, value) => with(x, (int)value));

    /// <summary>A whole number that need not be there.</summary>
    /// <inheritdoc cref="Whole"/>
    public static ValueSetting<TOptions, long?> OptionalWhole<TOptions>(
        string name, int minimum, int maximum, string help, Func<TOptions, int?> get, Func<TOptions, int?, TOptions> with) =>
        new(name, new OptionalKind<long>(new WholeKind(minimum, maximum)), help, x => get(x), (x, value) => with(x, (int?)value));

    /// <summary>The seed of random numbers: any whole number, and "seed" is its name.</summary>
    /// <inheritdoc cref="Whole"/>
    public static ValueSetting<TOptions, long> Seed<TOptions>(Func<TOptions, long> get, Func<TOptions, long, TOptions> with) =>
        new("seed", new WholeKind(long.MinValue, long.MaxValue), "The random numbers' seed. The same seed gives the same result to the last bit.", get, with);

    /// <summary>A finite number above 0.</summary>
    /// <inheritdoc cref="Whole"/>
    public static ValueSetting<TOptions, double> Positive<TOptions>(string name, string help, Func<TOptions, double> get, Func<TOptions, double, TOptions> with) =>
        new(name, new NumberKind(0, isAbove: true, double.PositiveInfinity, "X"), help, get, with);

    /// <summary>A finite number above 0 that need not be there.</summary>
    /// <inheritdoc cref="Whole"/>
    public static ValueSetting<TOptions, double?> OptionalPositive<TOptions>(string name, string help, Func<TOptions, double?> get, Func<TOptions, double?, TOptions> with) =>
        new(name, new OptionalKind<double>(new NumberKind(0, isAbove: true, double.PositiveInfinity, "X")), help, get, with);

    /// <summary>A finite number between two bounds, which are themselves allowed.</summary>
    /// <inheritdoc cref="Whole"/>
    public static ValueSetting<TOptions, double> Number<TOptions>(
        string name,
        double minimum,
        double maximum,
        string help,
        Func<TOptions, double> get,
        Func<TOptions, double, TOptions> with) => new(name, new NumberKind(minimum, isAbove: false, maximum, "X"), help, get, with);

    /// <summary>Yes or no.</summary>
    /// <inheritdoc cref="Whole"/>
    public static ValueSetting<TOptions, bool> Flag<TOptions>(string name, string help, Func<TOptions, bool> get, Func<TOptions, bool, TOptions> with) =>
        new(name, new FlagKind(), help, get, with);

    /// <summary>One of a few values, each with a name.</summary>
    /// <param name="name">Its name, in words.</param>
    /// <param name="choices">The names and what they stand for.</param>
    /// <param name="help">What it is, as a sentence.</param>
    /// <param name="get">Its value.</param>
    /// <param name="with">Options with another value.</param>
    /// <param name="isOpen">Whether code may take other values, which have no name.</param>
    /// <param name="aliases">Further names that are understood and not listed.</param>
    /// <returns>The setting.</returns>
    public static ValueSetting<TOptions, T> Choice<TOptions, T>(
        string name, IReadOnlyList<(string Name, T Value)> choices, string help, Func<TOptions, T> get, Func<TOptions, T, TOptions> with, bool isOpen = false,
        IReadOnlyList<(string Name, T Value)>? aliases = null) => new(name, new ChoiceKind<T>(choices, isOpen, aliases), help, get, with);

    /// <summary>The widths of hidden layers.</summary>
    /// <inheritdoc cref="Whole"/>
    public static ValueSetting<TOptions, IReadOnlyList<int>> Widths<TOptions>(
        string name,
        string help,
        Func<TOptions, IReadOnlyList<int>> get, Func<TOptions, IReadOnlyList<int>, TOptions> with) => new(name, new WidthsKind(), help, get, with);

    /// <summary>A text that need not be there, such as the name of a column.</summary>
    /// <inheritdoc cref="Whole"/>
    public static ValueSetting<TOptions, string?> OptionalText<TOptions>(
        string name,
        string valueName,
        string help,
        Func<TOptions, string?> get,
        Func<TOptions, string?, TOptions> with) => new(name, new OptionalTextKind<string>(new TextKind(valueName)), help, get, with) { NamesDefault = false };

    /// <summary>A value of any type that has a text form.</summary>
    /// <param name="name">Its name, in words.</param>
    /// <param name="valueName">What stands for a value in a help page.</param>
    /// <param name="range">The texts that can be read, as in "a number such as 5".</param>
    /// <param name="help">What it is, as a sentence.</param>
    /// <param name="read">Reads a text, and says whether it could.</param>
    /// <param name="write">The text of a value, which reads back to the same value.</param>
    /// <param name="get">Its value.</param>
    /// <param name="with">Options with another value.</param>
    /// <returns>The setting.</returns>
    public static ValueSetting<TOptions, T> Parsed<TOptions, T>(
        string name, string valueName, string range, string help, Func<string, (bool IsRead, T Value)> read, Func<T, string> write, Func<TOptions, T> get,
        Func<TOptions, T, TOptions> with) => new(name, new ParsedKind<T>(valueName, range, read, write), help, get, with);

    /// <summary>Names that need not be there, joined by commas in a text.</summary>
    /// <inheritdoc cref="Whole"/>
    public static ValueSetting<TOptions, IReadOnlyList<string>?> OptionalNames<TOptions>(
        string name, string help, Func<TOptions, IReadOnlyList<string>?> get, Func<TOptions, IReadOnlyList<string>?, TOptions> with) =>
        new(name, new OptionalTextKind<IReadOnlyList<string>>(new NamesKind()), help, get, with) { NamesDefault = false };

    /// <summary>How the learning rate changes: a user names a cosine or a constant, code may take any schedule.</summary>
    /// <inheritdoc cref="Whole"/>
    public static ValueSetting<TOptions, LearningRateSchedule> Schedule<TOptions>(Func<TOptions, LearningRateSchedule> get, Func<TOptions, LearningRateSchedule, TOptions> with) =>
        new("schedule", new ScheduleKind(), "How the learning rate changes. The cosine falls to 0.", get, with);

    /// <summary>Training's length, "iterations".</summary>
    /// <inheritdoc cref="Whole"/>
    public static ValueSetting<TOptions, long> Iterations<TOptions>(Func<TOptions, int> get, Func<TOptions, int, TOptions> with) =>
        Whole("iterations", 1, 100_000_000, "Training iterations.", get, with);

    /// <summary>The optimizer's step, "learning rate".</summary>
    /// <inheritdoc cref="Whole"/>
    public static ValueSetting<TOptions, double> LearningRate<TOptions>(Func<TOptions, double> get, Func<TOptions, double, TOptions> with) =>
        Positive("learning rate", "The optimizer's step, at the start of its schedule.", get, with);

    /// <summary>A bound on the gradient's norm, of which there need be none; its option is "clip".</summary>
    /// <inheritdoc cref="Whole"/>
    public static ValueSetting<TOptions, double?> GradientNormBound<TOptions>(Func<TOptions, double?> get, Func<TOptions, double?, TOptions> with) =>
        OptionalPositive("bound on the gradient's norm", "A bound on the gradient's norm: longer gradients are scaled down to it.", get, with) with { Option = "clip" };

    /// <summary>How many micro-batches a batch is divided into, from 1.</summary>
    /// <inheritdoc cref="Whole"/>
    public static ValueSetting<TOptions, long> MicroBatches<TOptions>(Func<TOptions, int> get, Func<TOptions, int, TOptions> with) => Whole(
        "micro-batches",
        1,
        100_000,
        "The parts of each batch that are computed apart, and shared by processes that mpirun starts. The result depends on their number, but not on that of processes.",
        get,
        with) with
    {
        // A run with several adds this to what its checkpoint must match.
        MayDiffer = static _ => true,
    };

    /// <summary>Settings that a help page lists under one heading.</summary>
    /// <param name="group">The heading.</param>
    /// <param name="settings">The settings.</param>
    /// <returns>The settings, in the same order.</returns>
    public static IEnumerable<Setting<TOptions>> Group<TOptions>(string group, params IEnumerable<Setting<TOptions>> settings) => settings.Select(x => x with { Group = group });
}
