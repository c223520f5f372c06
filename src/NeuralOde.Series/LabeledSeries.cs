namespace NeuralOde.Series;

/// <summary>Series that each belong to a class, to learn to tell classes apart. Immutable.</summary>
/// <example>
/// <code>
/// LabeledSeries training = LabeledSeries.Read("JapaneseVowels_TRAIN.ts");
/// string speaker = training.Classes[training.Labels[0]];
/// </code>
/// </example>
public sealed class LabeledSeries
{
    /// <summary>Puts series and their classes together.</summary>
    /// <param name="series">The series.</param>
    /// <param name="classes">The classes' names, at least two, none twice.</param>
    /// <param name="labels">For each series the index of its class.</param>
    /// <exception cref="ArgumentException">The numbers of series and labels differ, a label is not a class, or two classes have one name.</exception>
    public LabeledSeries(TimeSeriesSet series, IReadOnlyList<string> classes, ReadOnlySpan<int> labels)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentException.ThrowIf(
            classes.Count < 2 || classes.Distinct(StringComparer.Ordinal).Count() != classes.Count,
            $"There must be at least two classes, each with a name of its own; got {string.Join(", ", classes)}.", nameof(classes));
        ArgumentException.ThrowIf(labels.Length != series.Series.Count, $"There are {labels.Length} labels for {series.Series.Count} series; each series has one.", nameof(labels));
        foreach (int label in labels)
        {
            ArgumentException.ThrowIf((uint)label >= (uint)classes.Count, $"The label {label} is no class; classes go from 0 to {classes.Count - 1}.", nameof(labels));
        }

        Series = series;
        Classes = [.. classes];
        Labels = labels.ToArray();
    }

    /// <summary>The series.</summary>
    public TimeSeriesSet Series { get; }

    /// <summary>The classes' names.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>For each series the index of its class.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>
    /// Reads a file of the UEA and UCR archive's <c>.ts</c> format: univariate or multivariate series of equal or unequal lengths, with class
    /// labels; <c>?</c> and <c>NaN</c> are missing values. Values are taken as one time unit apart, from 0 on; components are named
    /// <c>x1</c>, <c>x2</c> and so on, series by their number from 1.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The series with their classes, in the file's order of both.</returns>
    /// <exception cref="SeriesFileException">The file is not of that form; the message says where and what is wrong.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static LabeledSeries Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var reader = new StreamReader(path);
        return Read(reader, path);
    }

    /// <summary>Reads the same format from a text.</summary>
    /// <param name="text">The text; it stays open.</param>
    /// <param name="name">What messages call it.</param>
    /// <inheritdoc cref="Read(string)"/>
    public static LabeledSeries Read(TextReader text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(name);
        return new TsReader(text, name).Read();
    }
}
