using System.Text.Json;
using System.Text.Unicode;

namespace NeuralOde.Persistence;

/// <summary>The JSON header of a safetensors file, read with every claim checked.</summary>
internal sealed class SafeTensorsHeader
{
    public const string MetadataKey = "__metadata__";

    /// <summary>The reference library's own limit.</summary>
    public const int MaximumLength = 100_000_000;

    private readonly string _file;

    private SafeTensorsHeader(string file) => _file = file;

    /// <summary>Where one tensor lies; offsets count from the start of the data.</summary>
    public readonly record struct Entry(string Name, SafeTensorType Type, int[] Shape, long Begin, long End);

    /// <summary>Ordered by offset, and without holes.</summary>
    public List<Entry> Entries { get; } = [];

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads a header whose data section has <paramref name="dataLength"/> bytes.</summary>
    public static SafeTensorsHeader Parse(ReadOnlyMemory<byte> utf8, long dataLength, string file)
    {
        var header = new SafeTensorsHeader(file);
        if (utf8.Length == 0 || utf8.Span[0] != (byte)'{')
        {
            throw header.Invalid("its header does not begin with '{'. This is not a safetensors file, or it is damaged.", SafeTensorsReason.NotSafeTensors);
        }

        if (!Utf8.IsValid(utf8.Span))
        {
            throw header.Invalid("its header is not valid UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 8 });
            header.ReadObject(document.RootElement);
        }
        catch (JsonException e)
        {
            throw header.Invalid($"its header is not valid JSON. {e.Message}", inner: e);
        }

        header.CheckLayout(dataLength);
        return header;
    }

    private void ReadObject(JsonElement root)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty property in root.EnumerateObject())
        {
            string name = NameOf(property);
            if (!names.Add(name))
            {
                throw Invalid($"its header has two entries named '{name}'.");
            }

            if (name == MetadataKey)
            {
                ReadMetadata(property.Value);
            }
            else
            {
                Entries.Add(ReadEntry(name, property.Value));
            }
        }
    }

    private void ReadMetadata(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Invalid($"{MetadataKey} is not an object of strings.");
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            string key = NameOf(property);
            if (!Metadata.TryAdd(key, Text(property.Value, $"{MetadataKey} '{key}'")))
            {
                throw Invalid($"{MetadataKey} has two entries named '{key}'.");
            }
        }
    }

    private Entry ReadEntry(string name, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Invalid($"the entry of tensor '{name}' is not an object.");
        }

        SafeTensorType? type = null;
        int[]? shape = null;
        (long Begin, long End)? offsets = null;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string field = NameOf(property);
            if ((field == "dtype" && type is not null) || (field == "shape" && shape is not null) || (field == "data_offsets" && offsets is not null))
            {
                throw Invalid($"the entry of tensor '{name}' has two fields '{field}'.");
            }

            switch (field)
            {
                case "dtype":
                    type = ReadType(name, property.Value);
                    break;
                case "shape":
                    shape = ReadShape(name, property.Value);
                    break;
                case "data_offsets":
                    offsets = ReadOffsets(name, property.Value);
                    break;
                default:
                    // The reference library passes over fields that it does not know.
                    break;
            }
        }

        if (type is null || shape is null || offsets is null)
        {
            string missing = type is null ? "dtype" : shape is null ? "shape" : "data_offsets";
            throw Invalid($"the entry of tensor '{name}' has no {missing}.");
        }

        CheckSize(name, type.Value, shape, offsets.Value.Begin, offsets.Value.End);
        return new Entry(name, type.Value, shape, offsets.Value.Begin, offsets.Value.End);
    }

    private SafeTensorType ReadType(string name, JsonElement element)
    {
        string text = Text(element, $"the dtype of tensor '{name}'");
        if (SafeTensorTypes.TryParse(text, out SafeTensorType type))
        {
            return type;
        }

        throw Invalid(SafeTensorTypes.IsKnownButUnsupported(text)
            ? $"tensor '{name}' has the type {text}, which is not supported. Convert it to F32 before saving."
            : $"tensor '{name}' has an unknown type '{text}'; known are {SafeTensorTypes.All}.");
    }

    private int[] ReadShape(string name, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw Invalid($"the shape of tensor '{name}' is not an array.");
        }

        int[] shape = new int[element.GetArrayLength()];
        int axis = 0;
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out shape[axis]) || shape[axis] < 0)
            {
                throw Invalid($"the shape of tensor '{name}' holds {Shorten(item.GetRawText())} on axis {axis}; it must be a whole number from 0 to {int.MaxValue}.");
            }

            axis++;
        }

        return shape;
    }

    private (long Begin, long End) ReadOffsets(string name, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() != 2)
        {
            throw Invalid($"the data_offsets of tensor '{name}' are not an array of two numbers.");
        }

        return (ReadOffset(element[0]), ReadOffset(element[1]));

        long ReadOffset(JsonElement item) =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long offset) && offset >= 0
                ? offset
                : throw Invalid($"the data_offsets of tensor '{name}' hold {Shorten(item.GetRawText())}, which is not an offset.");
    }

    private void CheckSize(string name, SafeTensorType type, int[] shape, long begin, long end)
    {
        if (begin > end)
        {
            throw Invalid($"tensor '{name}' begins at {begin}, after its end at {end}.");
        }

        long size = type.Size();
        foreach (int length in shape)
        {
            // As the reference does, an overflow counts even where a later axis has the length 0.
            if (length != 0 && size > long.MaxValue / length)
            {
                throw Invalid($"the shape {SafeTensor.Describe(shape)} of tensor '{name}' has too many elements.");
            }

            size *= length;
        }

        if (end - begin != size)
        {
            throw Invalid(
                $"tensor '{name}' of type {type.Name()} and shape {SafeTensor.Describe(shape)} takes {size} bytes, but its data_offsets {begin} to {end} hold {end - begin}.");
        }

        if (size > Array.MaxLength)
        {
            throw Invalid($"tensor '{name}' takes {size} bytes; at most {Array.MaxLength} can be read into one array.", SafeTensorsReason.Unsupported);
        }
    }

    /// <summary>The tensors must cover the data from its first byte to its last, each byte once.</summary>
    private void CheckLayout(long dataLength)
    {
        // An empty tensor begins where its neighbor does: the one that ends first comes first.
        Entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        long position = 0;
        string previous = "";
        foreach (Entry entry in Entries)
        {
            if (entry.End > dataLength)
            {
                throw Invalid($"tensor '{entry.Name}' ends at byte {entry.End} of the data, which has {dataLength}. The file is cut off or damaged.", SafeTensorsReason.CutOff);
            }

            if (entry.Begin < position)
            {
                throw Invalid($"tensor '{entry.Name}' begins at byte {entry.Begin} of the data, inside tensor '{previous}', which ends at {position}.");
            }

            if (entry.Begin > position)
            {
                throw Invalid($"the data has a hole from byte {position} to {entry.Begin}, before tensor '{entry.Name}'.");
            }

            position = entry.End;
            previous = entry.Name;
        }

        if (position != dataLength)
        {
            throw Invalid($"the data continues after the last tensor, from byte {position} to {dataLength}.");
        }
    }

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException e)
        {
            // An escape such as \ud800 that stands for half a character.
            throw Invalid("its header has a name that is not valid Unicode.", inner: e);
        }
    }

    private string Text(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            throw Invalid($"{what} is not a string.");
        }

        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Invalid($"{what} is not valid Unicode.", inner: e);
        }
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private SafeTensorsException Invalid(string fault, SafeTensorsReason reason = SafeTensorsReason.Damaged, Exception? inner = null) => new(_file, reason, fault, inner: inner);
}
