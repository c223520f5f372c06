namespace NeuralOde.Equations.Language;

/// <summary>Names that mean something already.</summary>
internal static class Reserved
{
    /// <summary>Words of the grammar where a name may stand; in back quotes they are names like others.</summary>
    public static readonly HashSet<string> Words = ["and", "or", "not", .. ModelParser.Keywords];

    /// <summary>The time, and constants.</summary>
    public static readonly HashSet<string> Values = ["t", "pi"];
}
