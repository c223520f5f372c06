using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NeuralOde.Persistence;

/// <summary>Writes the JSON header of a safetensors file.</summary>
internal static class SafeTensorsHeaderWriter
{
    /// <summary>The header's bytes for tensors that are stored in the given order.</summary>
    public static byte[] Format(IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();

        // Relaxed: the default escapes whatever is not ASCII, and +, < and &, for the sake of HTML.
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafeTensorsHeader.MetadataKey);
                foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach (SafeTensor tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.Name());
                json.WriteStartArray("shape");
                foreach (int length in tensor.Shape)
                {
                    json.WriteNumberValue(length);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset += tensor.Bytes.Length;
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces up to a multiple of 8, so that the data is aligned for readers that map the file.
        int padded = (buffer.WrittenCount + 7) / 8 * 8;
        ArgumentException.ThrowIf(
            padded > SafeTensorsHeader.MaximumLength,
            $"The header would have {padded} bytes, more than the {SafeTensorsHeader.MaximumLength} "
                + $"that the safetensors format allows. Save fewer tensors or shorter metadata.",
            nameof(tensors));
        byte[] bytes = new byte[padded];
        buffer.WrittenSpan.CopyTo(bytes);
        bytes.AsSpan(buffer.WrittenCount).Fill((byte)' ');
        return bytes;
    }
}
