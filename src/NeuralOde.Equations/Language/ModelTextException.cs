using System.Globalization;

namespace NeuralOde.Equations.Language;

/// <summary>What is wrong with the text of a model.</summary>
public enum ModelTextReason
{
    /// <summary>The text does not follow the grammar.</summary>
    Syntax,

    /// <summary>A name that nothing defines.</summary>
    UnknownName,

    /// <summary>A function that does not exist, or with another number of arguments.</summary>
    UnknownFunction,

    /// <summary>A name that is defined twice, or that is reserved.</summary>
    NameTaken,

    /// <summary>Definitions that need one another.</summary>
    Circle,

    /// <summary>A state without an equation, or a model without a state.</summary>
    MissingEquation,

    /// <summary>A parameter, a covariate, an input or a quantity that nothing uses.</summary>
    Unused,

    /// <summary>A start value outside of its bounds, or bounds that leave no room.</summary>
    Bounds,

    /// <summary>Something that is not allowed where it stands.</summary>
    Misplaced,

    /// <summary>A value that is not finite at the start values, such as a division by zero.</summary>
    NotFinite,

    /// <summary>The text is larger than a model can be.</summary>
    TooLarge,
}

/// <summary>The text of a model is wrong: where, what, and what was probably meant.</summary>
public sealed class ModelTextException : NeuralOdeException
{
    /// <summary>Describes what is wrong.</summary>
    /// <param name="reason">What kind of fault it is.</param>
    /// <param name="file">The file, or the name of the text.</param>
    /// <param name="line">Line, from 1.</param>
    /// <param name="column">Column, from 1.</param>
    /// <param name="fault">What is wrong, as whole sentences.</param>
    /// <param name="excerpt">The line in question.</param>
    public ModelTextException(ModelTextReason reason, string file, int line, int column, string fault, string excerpt)
        : base(Describe(file, line, column, fault, excerpt))
    {
        Reason = reason;
        File = file;
        Line = line;
        Column = column;
        Fault = fault;
    }

    /// <summary>What kind of fault it is.</summary>
    public ModelTextReason Reason { get; }

    /// <summary>The file, or the name of the text.</summary>
    public string File { get; }

    /// <summary>Line, from 1.</summary>
    public int Line { get; }

    /// <summary>Column, from 1.</summary>
    public int Column { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Fault { get; }

    private static string Describe(string file, int line, int column, string fault, string excerpt)
    {
        const int Widest = 120;
        string text = string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}, column {column}: {fault}");
        if (excerpt.Trim().Length == 0)
        {
            return text;
        }

        // Of a very long line the part around the place.
        int start = Math.Max(0, Math.Min(column - (Widest / 2), excerpt.Length - Widest));
        string shown = excerpt.Substring(start, Math.Min(Widest, excerpt.Length - start)).Replace('\t', ' ');
        return $"{text}\n    {shown}\n    {new string(' ', Math.Max(0, column - 1 - start))}^";
    }
}
