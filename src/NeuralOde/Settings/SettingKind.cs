namespace NeuralOde.Settings;

/// <summary>The values that a setting can have: their range and their text.</summary>
internal abstract class SettingKind<T>
{
    /// <summary>What stands for a value in a help page; null for a flag.</summary>
    public abstract string? ValueName { get; }

    /// <summary>Such as "a whole number from 1 to 10".</summary>
    public abstract string Range { get; }

    /// <summary>The names of the values, where there are only a few.</summary>
    public virtual IReadOnlyList<string> Names => [];

    /// <summary>Whether there may be no value.</summary>
    public virtual bool AllowsNull => false;

    /// <summary>Whether the value is in the range.</summary>
    public abstract bool Allows(T value);

    /// <summary>Reads a text, in any culture; the range is not looked at.</summary>
    public abstract bool TryRead(string text, out T value);

    /// <summary>The text of a value, the same in every culture, that reads back to the same bits.</summary>
    public abstract string Write(T value);

    /// <summary>The value for a reader.</summary>
    public virtual string Describe(T value) => Write(value);

    /// <summary>What is wrong with a text.</summary>
    /// <param name="option">How the option is written.</param>
    /// <param name="noun">What it chooses.</param>
    /// <param name="text">The text.</param>
    public string Fault(string option, string noun, string text) => Names.Count == 0
        ? $"{option} takes {Range}; got '{text}'."
        : $"There is no {noun} '{text}'.{NearestName.Suggestion(text, Names)} The choices are {string.Join(", ", Names)}.";
}
