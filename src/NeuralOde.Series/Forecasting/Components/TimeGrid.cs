namespace NeuralOde.Series.Forecasting.Components;

/// <summary>
/// Times in units of the usual step between observations, counted from the first: whole numbers where the data lie on a grid. Dates on a monthly, quarterly or yearly
/// grid are counted in months of the calendar, whose lengths differ in days.
/// </summary>
internal sealed class TimeGrid
{
    private readonly bool _isMonthly;
    private readonly double _origin;
    private readonly double _step;
    private readonly TimeAxis _axis;

    public TimeGrid(TimeSeriesSet set)
    {
        _axis = set.Time;
        double step = MedianGap(set, static x => x);
        if (_axis.Origin is not null && step is > 27 and < 367)
        {
            double months = MedianGap(set, Months);
            double whole = Math.Round(months);
            _isMonthly = whole >= 1 && OffGrid(set, Months, whole) < 0.05;
        }

        _step = _isMonthly ? Math.Round(MedianGap(set, Months)) : step;
        _origin = set.Series.Min(x => Count(x.Times[0]));
        NaturalPeriods = [.. Natural().Where(static x => x >= 2)];
        IsRegular = OffGrid(set, Count, _step) < 0.05;
    }

    /// <summary>Whether nearly all times lie on the grid.</summary>
    public bool IsRegular { get; }

    /// <summary>The length of a step, in the unit of the axis, or of days for months of the calendar.</summary>
    public double Step => _isMonthly ? _step * 365.25 / 12 : _step;

    /// <summary>Seasons that the calendar, or a unit of time that is a whole number of steps, suggests; in steps, the likeliest first.</summary>
    public IReadOnlyList<double> NaturalPeriods { get; }

    /// <summary>A time in steps since the first.</summary>
    public double ToGrid(double time)
    {
        double steps = (Count(time) - _origin) / _step;
        double whole = Math.Round(steps);

        // Decimal years such as 1949.083 carry rounding that would make each gap another.
        return Math.Abs(steps - whole) < 0.02 ? whole : steps;
    }

    /// <summary>A length of time in steps.</summary>
    public double ToSteps(double length) => length / Step;

    private double Count(double time) => _isMonthly ? Months(time) : time;

    private double Months(double days)
    {
        DateTime date = _axis.Origin!.Value.AddDays(days) + (_axis.Offset ?? TimeSpan.Zero);
        return (12 * date.Year) + date.Month - 1 + ((date.Day - 1 + date.TimeOfDay.TotalDays) / DateTime.DaysInMonth(date.Year, date.Month));
    }

    private IEnumerable<double> Natural()
    {
        if (_isMonthly)
        {
            return [12 / _step];
        }

        if (_axis.Origin is null)
        {
            double perUnit = 1 / _step;
            return perUnit >= 1.99 && Math.Abs(perUnit - Math.Round(perUnit)) < 0.01 * perUnit && perUnit < 400 ? [Math.Round(perUnit)] : [];
        }

        // Days: a step of a week has the year as its season, a step of a day the week, a step of an hour the day.
        return _step switch
        {
            > 27 => [365.25 / _step],
            > 1.5 => [365.25 / _step],
            > 0.7 => [7 / _step, 365.25 / _step],
            _ => [1 / _step, 7 / _step],
        };
    }

    private static double MedianGap(TimeSeriesSet set, Func<double, double> count)
    {
        List<double> gaps = [];
        foreach (TimeSeries series in set.Series)
        {
            for (int i = 1; i < series.Count; i++)
            {
                gaps.Add(count(series.Times[i]) - count(series.Times[i - 1]));
            }
        }

        gaps.Sort();
        return gaps.Count == 0 ? 1 : gaps[gaps.Count / 2];
    }

    /// <summary>The share of gaps that are no whole number of steps.</summary>
    private static double OffGrid(TimeSeriesSet set, Func<double, double> count, double step)
    {
        int off = 0, all = 0;
        foreach (TimeSeries series in set.Series)
        {
            for (int i = 1; i < series.Count; i++)
            {
                double gap = (count(series.Times[i]) - count(series.Times[i - 1])) / step;
                off += Math.Abs(gap - Math.Round(gap)) > 0.05 || gap < 0.5 ? 1 : 0;
                all++;
            }
        }

        return all == 0 ? 0 : (double)off / all;
    }
}
