namespace NeuralOde.Series;

/// <summary>
/// Reads the <c>.ts</c> format (Bagnall et al. 2018, arXiv 1811.00075): a header of directives, then one series per line; its components are
/// joined by colons, a component's values by commas, and the class label is the last field.
/// </summary>
internal sealed class TsReader(TextReader text, string name)
{
    private readonly List<TimeSeries> _series = [];
    private readonly List<int> _labels = [];
    private string[] _classes = [];
    private bool _hasLabels;
    private int _components;
    private int _line;

    public LabeledSeries Read()
    {
        ReadHeader();
        for (string? line = NextLine(); line is not null; line = NextLine())
        {
            ReadSeries(line);
        }

        return _series.Count > 0
            ? new LabeledSeries(new TimeSeriesSet([.. Enumerable.Range(1, _components).Select(static i => $"x{i}")], _series, seriesName: "series"), _classes, [.. _labels])
            : throw new SeriesFileException(name, null, SeriesFileReason.NoSeries, "there is no series below @data.", "Write one on each line.");
    }

    private void ReadHeader()
    {
        for (string? line = NextLine(); line is not null; line = NextLine())
        {
            if (line[0] != '@')
            {
                throw Fault(
                    SeriesFileReason.NotSeriesFile, "this line is not a directive.",
                    "Begin the file with directives such as '@classLabel true a b', and put the series below '@data'.");
            }

            string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            bool isTrue = words.Length > 1 && words[1].Equals("true", StringComparison.OrdinalIgnoreCase);
            switch (words[0].ToUpperInvariant())
            {
                case "@TIMESTAMPS" when isTrue:
                    throw Fault(
                        SeriesFileReason.TimeStamps, "series with time stamps of their own are not read from this format.", "Write them as a CSV table with a column of times.");
                case "@TARGETLABEL" when isTrue:
                    throw Fault(
                        SeriesFileReason.NoClasses, "the labels are numbers to be predicted (@targetLabel), and classes are needed.",
                        "Name the classes in a line such as '@classLabel true a b'.");
                case "@CLASSLABEL":
                    _hasLabels = isTrue;
                    _classes = isTrue ? words[2..] : [];
                    break;
                case "@DATA":
                    if (!_hasLabels || _classes.Distinct(StringComparer.Ordinal).Count() < 2 || _classes.Distinct(StringComparer.Ordinal).Count() != _classes.Length)
                    {
                        throw Fault(
                            SeriesFileReason.NoClasses, "the header does not name two classes, each once.", "Name them above @data in a line such as '@classLabel true a b'.");
                    }

                    return;
            }
        }

        throw new SeriesFileException(name, null, SeriesFileReason.NotSeriesFile, "there is no line '@data', so this is not a .ts file of labeled series.");
    }

    private void ReadSeries(string line)
    {
        string[] fields = line.Split(':');
        int components = fields.Length - 1;
        if (components < 1 || (_components > 0 && components != _components))
        {
            throw _components > 0
                ? Fault(SeriesFileReason.UnequalLengths, $"there are {components} components where the lines above have {_components}.", "Join components and the label by colons.")
                : Fault(SeriesFileReason.UnknownClass, "there is no class label.", "Write it as the last field, after a colon.");
        }

        _components = components;
        string label = fields[^1].Trim();
        int index = Array.IndexOf(_classes, label);
        if (index < 0)
        {
            throw Fault(
                SeriesFileReason.UnknownClass, $"the class '{label}' is none of the header's: {string.Join(", ", _classes)}.", "Add it to the header, or correct the label.");
        }

        string[][] columns = Array.ConvertAll(fields[..^1], static x => x.Split(','));
        int count = columns[0].Length;
        int differing = Array.FindIndex(columns, x => x.Length != count);
        if (differing >= 0)
        {
            throw Fault(
                SeriesFileReason.UnequalLengths,
                $"component {differing + 1} has {columns[differing].Length} values where component 1 has {count}; all components of a series are observed at the same times.",
                "Write ? where a value is missing.");
        }

        double[] times = new double[count];
        double[] values = new double[count * components];
        for (int i = 0; i < count; i++)
        {
            times[i] = i;
            for (int c = 0; c < components; c++)
            {
                values[(i * components) + c] = Number(columns[c][i]);
            }
        }

        _series.Add(new TimeSeries((_series.Count + 1).ToString(CultureInfo.InvariantCulture), times, values));
        _labels.Add(index);
    }

    private double Number(string field)
    {
        string trimmed = field.Trim();
        if (trimmed is "?" || trimmed.Equals("nan", StringComparison.OrdinalIgnoreCase))
        {
            return double.NaN;
        }

        return double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw Fault(SeriesFileReason.NotANumber, $"{CsvTable.Shorten(trimmed)} is not a number.", "Write one with a decimal point, or ? where it is missing.");
    }

    /// <summary>The next line that is neither blank nor a comment.</summary>
    private string? NextLine()
    {
        while (text.ReadLine() is { } line)
        {
            _line++;
            line = line.Trim();
            if (line.Length > 0 && line[0] != '#')
            {
                return line;
            }
        }

        return null;
    }

    private SeriesFileException Fault(SeriesFileReason reason, string fault, string advice) => new(name, _line, reason, fault, advice);
}
