using System.Text.Json;

namespace NeuralOde.Persistence;

// The settings, read by their types.
public sealed partial class ModelFile
{
    /// <summary>A setting's text.</summary>
    /// <param name="name">The setting.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="ModelFileException">It is missing.</exception>
    public string Setting(string name) => Settings.TryGetValue(name, out string? value) ? value : throw Damaged($"the setting '{name}' is missing");

    /// <summary>A setting that is a whole number.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="least">The least allowed value.</param>
    /// <param name="most">The greatest allowed value.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="ModelFileException">It is missing, not a whole number, or out of range.</exception>
    public int Whole(string name, int least, int most) => Whole(name, Setting(name), least, most);

    /// <summary>A setting that is a list of whole numbers joined by commas; empty for none.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="least">The least allowed value.</param>
    /// <param name="most">The greatest allowed value.</param>
    /// <returns>Its values.</returns>
    /// <exception cref="ModelFileException">It is missing, or one is not a whole number or is out of range.</exception>
    public int[] Wholes(string name, int least, int most) => Setting(name) is { Length: > 0 } text ? [.. text.Split(',').Select(x => Whole(name, x, least, most))] : [];

    /// <summary>A setting that is a number.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="isRight">Which finite numbers are allowed; null for all.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="ModelFileException">It is missing, not a finite number, or not allowed.</exception>
    public double Number(string name, Predicate<double>? isRight = null) =>
        double.TryParse(Setting(name), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && isRight?.Invoke(value) != false
            ? value
            : throw Wrong(name);

    /// <summary>A setting that is a list of texts, written by <see cref="Text(IEnumerable{string})"/>.</summary>
    /// <param name="name">The setting.</param>
    /// <returns>Its values.</returns>
    /// <exception cref="ModelFileException">It is missing, or is not such a list.</exception>
    public string[] Names(string name)
    {
        try
        {
            using var document = JsonDocument.Parse(Setting(name));
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(x => x.ValueKind == JsonValueKind.String ? x.GetString()! : throw Wrong(name))]
                : throw Wrong(name);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // An invalid operation: an escape that stands for half a character.
            throw Wrong(name, e);
        }
    }

    /// <summary>A list of texts as one, for <see cref="Names"/>.</summary>
    /// <param name="values">The texts.</param>
    /// <returns>A JSON array.</returns>
    public static string Text(IEnumerable<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Json(json =>
        {
            json.WriteStartArray();
            foreach (string value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        });
    }

    private int Whole(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most ? value : throw Wrong(name);
}
