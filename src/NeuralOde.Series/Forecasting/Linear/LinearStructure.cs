using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Linear;

/// <summary>What carries the level of a linear model.</summary>
internal enum Trend
{
    /// <summary>A constant.</summary>
    Constant,

    /// <summary>A straight line in time.</summary>
    Line,

    /// <summary>A random walk.</summary>
    Level,

    /// <summary>A random walk with a constant drift.</summary>
    Drift,

    /// <summary>The integral of a velocity that returns to 0, besides a random walk: a trend that fades.</summary>
    DampedSlope,

    /// <summary>The integral of a velocity that is a random walk, besides a random walk: the local linear trend.</summary>
    LocalLine,
}

/// <summary>How the season of a linear model goes on.</summary>
internal enum Season
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>The same for ever.</summary>
    Fixed,

    /// <summary>Its Fourier coefficients are random walks.</summary>
    Changing,
}

/// <summary>
/// Which parts a linear model in continuous time has (Harvey 1989, Forecasting, Structural Time Series Models and the Kalman Filter, chapters 2 and 9): a trend, a
/// season of Fourier terms, stochastic cycles, an autoregression of first order, and white noise in each observation. On a regular grid every such model is an ARIMA model.
/// </summary>
/// <param name="Trend">The level.</param>
/// <param name="Season">The season.</param>
/// <param name="Period">Its length in steps.</param>
/// <param name="Harmonics">How many Fourier terms it has.</param>
/// <param name="Cycles">How many stochastic cycles there are.</param>
/// <param name="HasAutoregression">Whether there is a stationary part that returns to 0 without oscillating.</param>
internal sealed record LinearStructure(Trend Trend, Season Season = Season.None, double Period = 0, int Harmonics = 0, int Cycles = 0, bool HasAutoregression = false)
{
    /// <summary>The smallest rate at which a velocity or a cycle fades, in a step.</summary>
    private const double SlowestRate = 1e-4;

    /// <summary>The number of Fourier columns: a term of half the sampling rate has a cosine only.</summary>
    public int SeasonColumns => Season == Season.None ? 0 : (2 * Harmonics) - (HasHalfTerm ? 1 : 0);

    private bool HasHalfTerm => 2 * Harmonics >= Period - 1e-9;

    /// <summary>The number of coefficients that each series has of its own: the initial level, slope and season.</summary>
    public int Columns => 1 + (Trend is Trend.Constant or Trend.Level ? 0 : 1) + SeasonColumns;

    /// <summary>The length of the state.</summary>
    public int States => TrendStates + (Season == Season.Changing ? SeasonColumns : 0) + (2 * Cycles) + (HasAutoregression ? 1 : 0);

    private int TrendStates => Trend switch { Trend.Level or Trend.Drift => 1, Trend.DampedSlope or Trend.LocalLine => 2, _ => 0 };

    /// <summary>The number of parameters, which all series share; the variance of the noise, by which all others are scaled, is not among them.</summary>
    public int Parameters => Priors().Count();

    /// <summary>Where each parameter is looked for: all are logarithms. The search starts at the center, and is drawn to it as by a normal prior.</summary>
    public IEnumerable<(double Center, double Spread)> Priors()
    {
        switch (Trend)
        {
            case Trend.Level or Trend.Drift:
                yield return (-1, 3);
                break;
            case Trend.DampedSlope:
                yield return (-1, 3);
                yield return (-4, 3);
                yield return (-2.5, 1);
                break;
            case Trend.LocalLine:
                yield return (-1, 3);
                yield return (-5, 3);
                break;
        }

        if (Season == Season.Changing)
        {
            yield return (-5, 3);
        }

        for (int cycle = 0; cycle < Cycles; cycle++)
        {
            yield return (1, 3);
            yield return (-2, 1.5);
            yield return (2, 1.5);
        }

        if (HasAutoregression)
        {
            yield return (1, 3);
            yield return (-1.5, 1.5);
        }
    }

    /// <summary>Which parameters are logarithms of the lengths of cycles.</summary>
    public IEnumerable<int> CycleParameters()
    {
        int at = Trend switch { Trend.Level or Trend.Drift => 1, Trend.DampedSlope => 3, Trend.LocalLine => 2, _ => 0 } + (Season == Season.Changing ? 1 : 0);
        return Enumerable.Range(0, Cycles).Select(x => at + (3 * x) + 2);
    }

    /// <summary>The blocks of the state for given parameters.</summary>
    public LinearBlock[] Blocks(ReadOnlySpan<double> parameters)
    {
        var blocks = new List<LinearBlock>();
        int at = 0;
        switch (Trend)
        {
            case Trend.Level or Trend.Drift:
                blocks.Add(LinearBlock.Walk(Exp(parameters[at++])));
                break;
            case Trend.DampedSlope:
                blocks.Add(LinearBlock.Slope(Exp(parameters[at]), Exp(parameters[at + 1]), SlowestRate + Exp(parameters[at + 2])));
                at += 3;
                break;
            case Trend.LocalLine:
                blocks.Add(LinearBlock.Slope(Exp(parameters[at]), Exp(parameters[at + 1]), 0));
                at += 2;
                break;
        }

        if (Season == Season.Changing)
        {
            double variance = Exp(parameters[at++]);
            for (int k = 1; k <= Harmonics; k++)
            {
                blocks.Add(k == Harmonics && HasHalfTerm ? LinearBlock.Alternation(variance, Frequency(k)) : LinearBlock.Rotation(variance, Frequency(k)));
            }
        }

        for (int cycle = 0; cycle < Cycles; cycle++)
        {
            // No cycle is shorter than two steps.
            blocks.Add(LinearBlock.Cycle(Exp(parameters[at]), SlowestRate + Exp(parameters[at + 1]), 2 * Math.PI / (2 + Exp(parameters[at + 2]))));
            at += 3;
        }

        if (HasAutoregression)
        {
            blocks.Add(LinearBlock.Autoregression(Exp(parameters[at]), SlowestRate + Exp(parameters[at + 1])));
        }

        return [.. blocks];
    }

    /// <summary>The structure as it is kept in a file.</summary>
    public ComponentState Save() => new ComponentState().With("structure", (int)Trend, (int)Season, Harmonics, Cycles, HasAutoregression ? 1 : 0).With("period", Period);

    /// <summary>Reads what <see cref="Save"/> made.</summary>
    /// <exception cref="FormatException">It is no structure that a search finds.</exception>
    public static LinearStructure Restore(ComponentState state)
    {
        const int Most = 1000;
        int[] x = state.Wholes("structure", 5, Most);
        double period = state.Finite("period", 1)[0];
        bool isSound = x[0] <= (int)Trend.LocalLine && x[1] <= (int)Season.Changing && x[3] <= 2 && x[4] <= 1
            && (x[1] == 0 || (period >= 2 && x[2] >= 1 && 2 * x[2] <= period + 1e-6));
        return isSound ? new LinearStructure((Trend)x[0], (Season)x[1], period, x[2], x[3], x[4] == 1) : throw ComponentState.Wrong("structure");
    }

    /// <summary>What the coefficients of a series are multiplied by at a time.</summary>
    /// <param name="time">In steps.</param>
    /// <param name="start">The time of the series' first value.</param>
    /// <param name="span">The length of the series, by which a straight line is scaled.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="row">Destination, of the length <see cref="Columns"/>.</param>
    public void Row(double time, double start, double span, ReadOnlySpan<double> parameters, Span<double> row)
    {
        int at = 0;
        row[at++] = 1;
        double since = time - start;
        switch (Trend)
        {
            case Trend.Line or Trend.Drift or Trend.LocalLine:
                row[at++] = since / span;
                break;
            case Trend.DampedSlope:
                double rate = SlowestRate + Exp(parameters[2]);
                row[at++] = -double.ExpM1(-rate * since) / rate / span;
                break;
        }

        for (int k = 1; k <= (Season == Season.None ? 0 : Harmonics); k++)
        {
            (double sine, double cosine) = Math.SinCos(Frequency(k) * time);
            row[at++] = cosine;
            if (k < Harmonics || !HasHalfTerm)
            {
                row[at++] = sine;
            }
        }
    }

    public override string ToString()
    {
        string trend = Trend switch
        {
            Trend.Constant => "constant level",
            Trend.Line => "straight line",
            Trend.Level => "changing level",
            Trend.Drift => "changing level with drift",
            Trend.DampedSlope => "fading slope",
            _ => "changing slope",
        };
        string season = Season switch
        {
            Season.Fixed => string.Create(CultureInfo.InvariantCulture, $", fixed season of {Period:0.##} steps"),
            Season.Changing => string.Create(CultureInfo.InvariantCulture, $", changing season of {Period:0.##} steps"),
            _ => "",
        };
        string cycles = Cycles switch { 0 => "", 1 => ", a cycle", _ => $", {Cycles} cycles" };
        return trend + season + cycles + (HasAutoregression ? ", autoregression" : "");
    }

    private double Frequency(int k) => 2 * Math.PI * k / Period;

    /// <summary>Far from what any data can tell, numbers stay numbers.</summary>
    private static double Exp(double x) => Math.Exp(Math.Clamp(x, -30, 30));
}
