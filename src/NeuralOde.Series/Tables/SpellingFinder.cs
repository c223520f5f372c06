using NeuralOde.Series.Notes;

namespace NeuralOde.Series.Tables;

/// <summary>
/// Finds how the numbers of a column are written. Every field counts: what only one of them shows (a decimal comma in 0,5; a group in 1.234.567) holds for all. Where nothing
/// shows it, the other columns may; where those do not, the column can be read in two ways, and that is an error.
/// </summary>
internal sealed class SpellingFinder(CsvTable table, DecimalMark given)
{
    private const int SampledRows = 1000;
    private const int MostUnits = 3;

    // The first row that shows each; -1 where none does.
    private int _decimalComma = -1;
    private int _decimalPoint = -1;
    private int _groupOfComma = -1;
    private int _groupOfPoint = -1;
    private char _group;

    /// <summary>How a column's numbers are written; plain also where they are no numbers.</summary>
    public NumberSpelling Find(int column)
    {
        var plain = new NumberSpelling();
        if (given == DecimalMark.Automatic && IsPlain(column, out int grouped))
        {
            return grouped >= 0 && OtherColumns(column) == ','
                ? throw Ambiguous(grouped, column, "and other columns have decimal commas")
                : plain;
        }

        int first = -1, strange = -1;
        NumberParts? form = null;
        HashSet<(string, string)> units = [];
        for (int row = 0; row < table.RowCount; row++)
        {
            if (table.IsMissing(row, column))
            {
                continue;
            }

            if (NumberParts.Of(table.Text(row, column)) is not { } parts || !Examine(parts.Core, row))
            {
                return plain;
            }

            if (form is null)
            {
                (first, form) = (row, parts);
            }

            if (units.Add((parts.Prefix, parts.Suffix)) && units.Count == 2)
            {
                strange = row;
            }
        }

        return form is null || units.Count > MostUnits ? plain
            : strange >= 0 ? throw table.Fault(
                strange, column, TableReason.MixedUnits,
                $"{CsvTable.Shorten(table.Text(strange, column))} is written otherwise than {CsvTable.Shorten(table.Text(first, column))} on line {table.LineOf(first)}.",
                "Write all numbers of the column in one unit, and alike.")
            : Decide(column, first, form);
    }

    private NumberSpelling Decide(int column, int first, NumberParts form)
    {
        if (_decimalComma >= 0 && _decimalPoint >= 0)
        {
            (int a, int b) = (Math.Min(_decimalComma, _decimalPoint), Math.Max(_decimalComma, _decimalPoint));
            throw table.Fault(
                b, column, TableReason.AmbiguousNumber,
                $"{CsvTable.Shorten(table.Text(b, column))} has another decimal mark than {CsvTable.Shorten(table.Text(a, column))} on line {table.LineOf(a)}.",
                "Write all numbers of the column alike.");
        }

        char mark = given switch
        {
            DecimalMark.Comma => ',',
            DecimalMark.Point => '.',
            _ when _decimalComma >= 0 => ',',
            _ when _decimalPoint >= 0 => '.',
            _ when _groupOfComma < 0 => '.',
            _ => OtherColumns(column) ?? throw Ambiguous(_groupOfComma, column, ""),
        };
        char group = _group != '\0' ? _group
            : mark == ',' && _groupOfPoint >= 0 ? '.'
            : mark == '.' && _groupOfComma >= 0 ? ','
            : '\0';
        var spelling = new NumberSpelling(form.Prefix, form.Suffix, mark, group);
        int example = -1;
        for (int row = first; row < table.RowCount; row++)
        {
            if (!table.IsMissing(row, column))
            {
                if (!spelling.TryRead(table.Field(row, column), out _))
                {
                    return new NumberSpelling();
                }

                example = example < 0 && !CsvTable.TryNumber(table.Field(row, column), out _) ? row : example;
            }
        }

        // With a decimal mark that was given, numbers may be plain all the same.
        return example < 0 ? spelling : spelling with { Note = NoteOn(column, example, spelling) };
    }

    private SeriesNote NoteOn(int column, int row, NumberSpelling spelling)
    {
        spelling.TryRead(table.Field(row, column), out double number);
        string[] left = [.. new[] { spelling.Prefix, spelling.Suffix }.Where(static x => x.Length > 0)];
        return new(
            SeriesNoteReason.NumberSpelling,
            $"Column '{table.Columns[column]}': {CsvTable.Shorten(table.Text(row, column))} was read as {number.ToString("R", CultureInfo.InvariantCulture)}"
                + (left.Length == 0 ? "." : $" ({string.Join(" and ", left)} left out)."));
    }

    /// <summary>Whether all numbers are written as in code; and the first row of those whose points could stand before thousands, if that is so of all points.</summary>
    private bool IsPlain(int column, out int grouped)
    {
        grouped = -1;
        bool canBeGrouped = true;
        for (int row = 0; row < table.RowCount; row++)
        {
            ReadOnlySpan<byte> field = table.Field(row, column);
            if (CsvTable.IsMissing(field))
            {
                continue;
            }

            if (!CsvTable.TryNumber(field, out _))
            {
                return false;
            }

            if (canBeGrouped && field.Contains((byte)'.'))
            {
                string text = table.Text(row, column).TrimStart('-', '+');
                canBeGrouped = text[0] != '0' && NumberParts.IsGrouped(text, '.');
                grouped = grouped < 0 ? row : grouped;
            }
        }

        grouped = canBeGrouped ? grouped : -1;
        return true;
    }

    /// <summary>What the digits of one field show; false where they are no number.</summary>
    private bool Examine(string core, int row)
    {
        int points = core.Count('.'), commas = core.Count(',');
        char blank = core.Contains(' ') ? ' ' : core.Contains('\'') ? '\'' : '\0';
        if (blank != '\0')
        {
            _group = blank;
        }

        if (points > 0 && commas > 0)
        {
            // The last one is the mark, the other separates thousands.
            bool isComma = core.LastIndexOf(',') > core.LastIndexOf('.');
            Note(isComma, row);
            (isComma ? ref _groupOfPoint : ref _groupOfComma) = row;
            return isComma ? commas == 1 : points == 1;
        }

        bool hasComma = commas > 0;
        char mark = hasComma ? ',' : '.';
        if (points + commas == 0)
        {
            return true;
        }

        bool canBeGroup = blank == '\0' && core[0] != '0' && NumberParts.IsGrouped(core, mark);
        if (points + commas > 1)
        {
            Note(!hasComma, row);
            (hasComma ? ref _groupOfComma : ref _groupOfPoint) = row;
            return canBeGroup;
        }

        if (canBeGroup)
        {
            ref int first = ref hasComma ? ref _groupOfComma : ref _groupOfPoint;
            first = first < 0 ? row : first;
        }
        else
        {
            Note(hasComma, row);
        }

        return true;
    }

    /// <summary>Notes which decimal mark a row shows.</summary>
    private void Note(bool isComma, int row)
    {
        ref int first = ref isComma ? ref _decimalComma : ref _decimalPoint;
        first = first < 0 ? row : first;
    }

    /// <summary>The decimal mark that other columns show; null where they show none, or both.</summary>
    private char? OtherColumns(int column)
    {
        (bool hasComma, bool hasPoint) = (false, false);
        for (int other = 0; other < table.Columns.Count; other++)
        {
            if (other == column)
            {
                continue;
            }

            var one = new SpellingFinder(table, given);
            bool areNumbers = true;
            for (int row = 0; row < Math.Min(table.RowCount, SampledRows) && areNumbers; row++)
            {
                areNumbers = table.IsMissing(row, other) || (NumberParts.Of(table.Text(row, other)) is { } parts && one.Examine(parts.Core, row));
            }

            if (areNumbers)
            {
                hasComma |= one._decimalComma >= 0;
                hasPoint |= one._decimalPoint >= 0;
            }
        }

        return hasComma == hasPoint ? null : hasComma ? ',' : '.';
    }

    private TableException Ambiguous(int row, int column, string because)
    {
        string text = table.Text(row, column);
        char mark = text.Contains(',') ? ',' : '.';
        string digits = NumberParts.Of(text)!.Core;
        return table.Fault(
            row, column, TableReason.AmbiguousNumber,
            $"{CsvTable.Shorten(text)} can be {digits.Replace(mark, '.')} and "
                + $"{digits.Replace(mark.ToString(), "", StringComparison.Ordinal)}{(because.Length == 0 ? "" : $", {because}")}.",
            "Say which mark stands before the fraction of a number.");
    }
}
