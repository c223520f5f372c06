using System.Globalization;

namespace NeuralOde.Experiments;

/// <summary>Reads settings that were kept as text, each with a message that names what is missing or wrong.</summary>
internal readonly struct SettingsReader(IReadOnlyDictionary<string, string> settings)
{
    public bool Has(string name) => settings.ContainsKey(name);

    public string Value(string name) => settings.TryGetValue(name, out string? value) ? value : throw new FormatException($"the setting '{name}' is missing");

    public FormatException Wrong(string name) => new($"the setting '{name}' is '{Value(name)}', which cannot be");

    public int Whole(string name, int most) =>
        int.TryParse(Value(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= 1 && value <= most ? value : throw Wrong(name);

    public double Positive(string name) => Positive(name, Value(name));

    /// <summary>A number that is one of several in a setting's text.</summary>
    public double Positive(string name, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0 && double.IsFinite(value) ? value : throw Wrong(name);

    public static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
