namespace NeuralOde.Settings;

/// <summary>Names in a sentence.</summary>
internal static class NameList
{
    /// <summary>Such as "a, b and c".</summary>
    public static string Joined(IReadOnlyList<string> names, string word) => names.Count < 2
        ? string.Join(' ', names)
        : $"{string.Join(", ", names.SkipLast(1))} {word} {names[^1]}";
}
