using System.Text.Json;

namespace NeuralOde.Experiments.Commands;

/// <summary>Numbers in JSON, which has none for NaN and infinity: they become null.</summary>
internal static class JsonNumber
{
    public static void Write(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        Write(json, value);
    }

    public static void Write(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    public static void Write(Utf8JsonWriter json, string name, IReadOnlyList<double> values)
    {
        json.WriteStartArray(name);
        foreach (double value in values)
        {
            Write(json, value);
        }

        json.WriteEndArray();
    }
}
