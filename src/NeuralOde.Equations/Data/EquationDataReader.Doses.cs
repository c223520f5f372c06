using NeuralOde.Equations.Simulation;

namespace NeuralOde.Equations.Data;

/// <summary>Doses, in NONMEM's columns.</summary>
internal sealed partial class EquationDataReader
{
    private void CheckDoses()
    {
        int amount = Find("AMT");
        foreach (string column in _model.Doses.Where(static x => x.Column is not null).Select(static x => x.Column!).Distinct())
        {
            Needed(column, "of doses");
        }

        bool hasDoses = amount >= 0 && Enumerable.Range(0, _table.RowCount).Any(x => !_table.IsMissing(x, amount) && _table.Number(x, amount) != 0);
        bool isUsed = _model.Doses.Any(static x => string.Equals(x.Column, "AMT", StringComparison.OrdinalIgnoreCase))
            || _model.Covariates.Any(static x => string.Equals(x.Name, "AMT", StringComparison.OrdinalIgnoreCase));
        if (hasDoses && !isUsed)
        {
            throw new EquationDataException(
                EquationDataReason.Dose,
                $"{_table.Name} has doses in the column {_table.Columns[amount]}, and the model receives none.",
                $"Write 'dose {_table.Columns[amount]} -> {_model.States[0]}' with the state that receives them.");
        }
    }

    private IEnumerable<DoseRecord> ReadDoses(List<int> rows, double[] times)
    {
        int evid = Find("EVID"), rate = Find("RATE"), compartment = Find("CMT"), steady = Find("SS"), interval = Find("II"), additional = Find("ADDL");
        foreach (string column in _model.Doses.Where(static x => x.Column is not null).Select(static x => x.Column!).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            int amount = Find(column);
            bool hasOwnFlow = _model.Doses.Any(x => string.Equals(x.Column, column, StringComparison.OrdinalIgnoreCase) && (x.Rate ?? x.Duration) is not null);
            foreach (int row in rows)
            {
                bool isDose = evid < 0 || _table.IsMissing(row, evid) || _table.Number(row, evid) is 1 or 4;
                double size = _table.IsMissing(row, amount) ? 0 : _table.Number(row, amount);
                if (!isDose || size == 0)
                {
                    continue;
                }

                double flow = hasOwnFlow ? 0 : Value(rate, row), every = Value(interval, row), more = Value(additional, row), kind = Value(steady, row);
                string place = $"{_table.Name}, line {_table.LineOf(row)}";
                if (flow < 0)
                {
                    throw new EquationDataException(
                        EquationDataReason.Dose,
                        $"{place}: RATE {flow} means that the model gives the rate or the duration.",
                        "Write 'rate' or 'duration' after the dose in the model.");
                }

                if ((more > 0 || kind != 0) && !(every > 0))
                {
                    throw new EquationDataException(EquationDataReason.Dose, $"{place}: a dose with {(more > 0 ? "ADDL" : "SS")} needs II, the time between two, above 0.");
                }

                if (kind is not (0 or 1))
                {
                    throw new EquationDataException(EquationDataReason.Dose, $"{place}: SS {kind} is not supported; 1 is a steady state that replaces the states.");
                }

                if (more < 0 || more != Math.Floor(more) || more > 1_000_000)
                {
                    throw new EquationDataException(EquationDataReason.Dose, $"{place}: ADDL {more} is not a number of doses.");
                }

                yield return new DoseRecord(column, times[row], size, State(compartment, row))
                {
                    Rate = flow,
                    IsSteady = kind == 1,
                    Interval = every,
                    Additional = (int)more,
                };
            }
        }
    }

    /// <summary>Where the time begins again at a reset, as NONMEM allows, the times after it count on from the last one before.</summary>
    private void CountOn(string series, List<int> rows, double[] times, int evid)
    {
        double offset = 0, last = double.NegativeInfinity, reset = double.NaN;
        foreach (int row in rows)
        {
            double kind = evid < 0 || _table.IsMissing(row, evid) ? 0 : _table.Number(row, evid), own = times[row];
            if (kind is 3 or 4 && own + offset < last)
            {
                offset = last - own;
                reset = last;
                _restarts.Add(
                    FormattableString.Invariant($"{_table.Name}, line {_table.LineOf(row)}{Of(series)}: the time begins again; times from here on count on from {last:R}."));
            }

            times[row] = own + offset;
            if (times[row] == reset && kind == 0)
            {
                throw new EquationDataException(
                    EquationDataReason.Value,
                    FormattableString.Invariant($"{_table.Name}, line {_table.LineOf(row)}{Of(series)}: a value at {own:R}, the time of the reset where the time begins again, ")
                        + "could be of before or after it.",
                    "Leave it out, or give it a later time.");
            }

            last = Math.Max(last, times[row]);
        }
    }

    private double Value(int column, int row) => column < 0 || _table.IsMissing(row, column) ? 0 : _table.Number(row, column);

    /// <summary>The state that a row names, by its number from 1 or by its name; −1 where it names none.</summary>
    private int State(int column, int row)
    {
        if (column < 0 || _table.IsMissing(row, column))
        {
            return -1;
        }

        string text = _table.Text(row, column).Trim();
        for (int i = 0; i < _model.States.Count; i++)
        {
            if (string.Equals(_model.States[i], text, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        bool isNumber = int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= _model.States.Count;
        return isNumber
            ? number - 1
            : _model.Doses.Count > 1
            ? throw new EquationDataException(
                EquationDataReason.Dose,
                $"{_table.Name}, line {_table.LineOf(row)}: CMT '{text}' is no state. The states are {string.Join(", ", _model.States.Select(static (x, i) => $"{i + 1} {x}"))}.")
            : -1;
    }
}
