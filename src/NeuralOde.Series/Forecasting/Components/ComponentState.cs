using System.Text.Json;
using System.Text.Json.Nodes;

namespace NeuralOde.Series.Forecasting.Components;

/// <summary>
/// What a model was found to be, as JSON in a file: with its data it forecasts the same bits without a search. Reading anything else is a <see cref="FormatException"/>.
/// </summary>
internal sealed class ComponentState
{
    private readonly JsonObject _json;

    public ComponentState()
        : this([])
    {
    }

    private ComponentState(JsonObject json) => _json = json;

    public static ComponentState Parse(string text)
    {
        try
        {
            return Of(JsonNode.Parse(text));
        }
        catch (JsonException e)
        {
            throw new FormatException("it is no JSON", e);
        }
    }

    public ComponentState With(string name, string text) => Add(name, JsonValue.Create(text));

    /// <summary>Adds numbers; what is not finite is kept as null.</summary>
    public ComponentState With(string name, params IEnumerable<double> numbers) =>
        Add(name, new JsonArray([.. numbers.Select(static x => double.IsFinite(x) ? JsonValue.Create(x) : null)]));

    public ComponentState With(string name, IEnumerable<ComponentState> parts) => Add(name, new JsonArray([.. parts.Select(static x => (JsonNode?)x._json)]));

    public string Text(string name) => _json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : throw Wrong(name);

    /// <summary>Numbers of a known count; NaN where there is null.</summary>
    public double[] Numbers(string name, int count)
    {
        JsonArray array = Array(name);
        return array.Count != count ? throw Wrong(name)
            : [.. array.Select(x => x is null ? double.NaN : x is JsonValue value && value.TryGetValue(out double number) ? number : throw Wrong(name))];
    }

    public double Number(string name) => Numbers(name, 1)[0];

    /// <summary>Numbers that must be finite.</summary>
    public double[] Finite(string name, int count) => Numbers(name, count) is var numbers && System.Array.TrueForAll(numbers, double.IsFinite) ? numbers : throw Wrong(name);

    /// <summary>Whole numbers within a range.</summary>
    public int[] Wholes(string name, int count, int most) =>
        [.. Finite(name, count).Select(x => x == Math.Floor(x) && x >= 0 && x <= most ? (int)x : throw Wrong(name))];

    public ComponentState[] Parts(string name) => [.. Array(name).Select(Of)];

    /// <summary>Parts of a known count.</summary>
    public ComponentState[] Parts(string name, int count) => Parts(name) is var parts && parts.Length == count ? parts : throw Wrong(name);

    public override string ToString() => _json.ToJsonString();

    public static FormatException Wrong(string name) => new($"'{name}' is not what it must be");

    private static ComponentState Of(JsonNode? node) => node is JsonObject json ? new ComponentState(json) : throw new FormatException("it is no JSON object");

    private JsonArray Array(string name) => _json[name] as JsonArray ?? throw Wrong(name);

    private ComponentState Add(string name, JsonNode node)
    {
        _json[name] = node;
        return this;
    }
}
