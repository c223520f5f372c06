namespace NeuralOde.Equations.Language;

/// <summary>The text of a model with its name, for messages that show the place.</summary>
internal sealed class SourceText(string text, string name)
{
    /// <summary>Longer texts are no models.</summary>
    public const int MaxLength = 1_000_000;

    public string Text => text;

    public string Name => name;

    /// <summary>The fault at a place.</summary>
    public ModelTextException Fault(ModelTextReason reason, int position, string fault)
    {
        position = Math.Clamp(position, 0, text.Length);
        int begin = position == 0 ? 0 : text.LastIndexOf('\n', position - 1) + 1, line = 1;
        foreach (char c in text.AsSpan(0, begin))
        {
            line += c == '\n' ? 1 : 0;
        }

        int end = text.IndexOf('\n', begin);
        return new ModelTextException(reason, name, line, position - begin + 1, fault, text[begin..(end < 0 ? text.Length : end)].TrimEnd('\r'));
    }
}
