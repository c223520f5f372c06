namespace NeuralOde.Settings;

/// <summary>Whole numbers between two bounds.</summary>
internal sealed class WholeKind(long minimum, long maximum) : SettingKind<long>
{
    public override string ValueName => "N";

    public override string Range => (minimum, maximum) switch
    {
        (long.MinValue, long.MaxValue) => "a whole number",
        (_, long.MaxValue or int.MaxValue) => $"a whole number from {Grouped(minimum)}",
        _ => $"a whole number from {Grouped(minimum)} to {Grouped(maximum)}",
    };

    public override bool Allows(long value) => value >= minimum && value <= maximum;

    public override bool TryRead(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out value);

    public override string Write(long value) => value.ToString(CultureInfo.InvariantCulture);

    public override string Describe(long value) => Grouped(value);

    private static string Grouped(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary>Finite numbers between two bounds.</summary>
internal sealed class NumberKind(double minimum, bool isAbove, double maximum, string valueName) : SettingKind<double>
{
    public override string ValueName => valueName;

    public override string Range => isAbove
        ? "a number above 0, such as 0.01 or 1e-4 (with a point, not a comma)"
        : double.IsPositiveInfinity(maximum)
            ? $"a number of at least {Write(minimum)} (with a point, not a comma)"
            : $"a number from {Write(minimum)} to {Write(maximum)} (with a point, not a comma)";

    public override bool Allows(double value) => double.IsFinite(value) && (isAbove ? value > minimum : value >= minimum) && value <= maximum;

    public override bool TryRead(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    public override string Write(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public override string Describe(double value) => Math.Abs(value) is 0 or (>= 1e-3 and < 1e6)
        ? value.ToString("0.######", CultureInfo.InvariantCulture)
        : value.ToString("0.#####e-0", CultureInfo.InvariantCulture);
}

/// <summary>Yes or no.</summary>
internal sealed class FlagKind : SettingKind<bool>
{
    public override string? ValueName => null;

    public override string Range => "yes or no";

    public override bool Allows(bool value) => true;

    public override bool TryRead(string text, out bool value)
    {
        value = text == "yes";
        return text is "yes" or "no";
    }

    public override string Write(bool value) => value ? "yes" : "no";
}

/// <summary>Values that need not be there.</summary>
internal sealed class OptionalKind<T>(SettingKind<T> kind) : SettingKind<T?> where T : struct
{
    private const string None = "none";

    public override string? ValueName => kind.ValueName;

    public override string Range => $"{kind.Range}, or {None}";

    public override bool AllowsNull => true;

    public override bool Allows(T? value) => value is not { } there || kind.Allows(there);

    public override bool TryRead(string text, out T? value)
    {
        bool isRead = kind.TryRead(text, out T there);
        value = isRead ? there : null;
        return isRead || text == None;
    }

    public override string Write(T? value) => value is { } there ? kind.Write(there) : None;

    public override string Describe(T? value) => value is { } there ? kind.Describe(there) : None;
}
