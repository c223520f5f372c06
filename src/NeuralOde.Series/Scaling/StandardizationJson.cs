using System.Text;
using System.Text.Json;

namespace NeuralOde.Series.Scaling;

/// <summary>The JSON form of a <see cref="Standardization"/>.</summary>
internal static class StandardizationJson
{
    public static string Write(Standardization map)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartObject("time");
            json.WriteString("name", map.Time.Name);
            json.WriteString("format", FormatName(map.Time.Format));
            if (map.Time.Origin is { } date)
            {
                json.WriteString("date", date.ToString("O", CultureInfo.InvariantCulture));
            }

            if (map.Time.Offset is { } offset)
            {
                json.WriteNumber("offset", offset.TotalMinutes);
            }

            json.WriteNumber("origin", map.TimeOrigin);
            json.WriteNumber("scale", map.TimeScale);
            json.WriteEndObject();
            json.WriteStartArray("components");
            foreach (ComponentScale component in map.Components)
            {
                json.WriteStartObject();
                json.WriteString("name", component.Name);
                json.WriteBoolean("log", component.IsLog);
                json.WriteNumber("mean", component.Mean);
                json.WriteNumber("deviation", component.Deviation);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static Standardization Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement time = document.RootElement.GetProperty("time");
            DateTime? date = time.TryGetProperty("date", out JsonElement text)
                ? DateTime.ParseExact(text.GetString()!, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)
                : null;
            TimeFormat format = Array.Find(Enum.GetValues<TimeFormat>(), value => FormatName(value) == time.GetProperty("format").GetString());
            if (format == TimeFormat.Automatic || (format is TimeFormat.Number or TimeFormat.RowNumber) != (date is null))
            {
                throw new FormatException("its format of time is unknown, or does not fit the date.");
            }

            var components = new List<ComponentScale>();
            foreach (JsonElement component in document.RootElement.GetProperty("components").EnumerateArray())
            {
                components.Add(new ComponentScale(
                    component.GetProperty("name").GetString() ?? throw new FormatException("a component has no name."),
                    component.GetProperty("log").GetBoolean(),
                    component.GetProperty("mean").GetDouble(),
                    component.GetProperty("deviation").GetDouble()));
            }

            var axis = new TimeAxis(time.GetProperty("name").GetString() ?? throw new FormatException("time has no name."), date, format,
                time.TryGetProperty("offset", out JsonElement minutes) ? TimeSpan.FromMinutes(minutes.GetDouble()) : null);
            return new Standardization(components, axis, time.GetProperty("origin").GetDouble(), time.GetProperty("scale").GetDouble());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new SeriesException(SeriesReason.NotAScaling, $"The text is not a saved standardization: {e.Message}", inner: e);
        }
    }

    /// <summary>The name of the enumeration's value, in words joined by hyphens.</summary>
    private static string FormatName(TimeFormat format) =>
        string.Concat(format.ToString().Select(static (c, i) => char.IsUpper(c) && i > 0 ? "-" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));
}
