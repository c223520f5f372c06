using NeuralOde.Equations.Data;
using NeuralOde.Equations.Language;

namespace NeuralOde.Equations.Fitting;

/// <summary>What a profile says of a parameter.</summary>
public enum Verdict
{
    /// <summary>No profile was made.</summary>
    None,

    /// <summary>The data bound it from both sides.</summary>
    Identifiable,

    /// <summary>The data bound it from below alone.</summary>
    LowerLimitOnly,

    /// <summary>The data bound it from above alone.</summary>
    UpperLimitOnly,

    /// <summary>Every value that was tried fits as well.</summary>
    NotIdentifiable,
}

/// <summary>A profile of the likelihood: for values of a parameter, how much worse the best fit of all others is.</summary>
/// <param name="Values">Values of the parameter, rising.</param>
/// <param name="Deviances">Twice the difference of the negative log-likelihoods; 3.84 bounds the 95 % interval.</param>
/// <param name="Lower">Lower end of the 95 % interval; the lowest value tried where the data give no bound.</param>
/// <param name="Upper">Upper end of the 95 % interval; the highest value tried where the data give no bound.</param>
/// <param name="Verdict">What that says.</param>
public sealed record LikelihoodProfile(IReadOnlyList<double> Values, IReadOnlyList<double> Deviances, double Lower, double Upper, Verdict Verdict);

/// <summary>An estimated parameter.</summary>
public sealed record ParameterEstimate
{
    /// <summary>Name, with <c>(0)</c> for an initial value and such as <c>sd(x)</c> for a noise level.</summary>
    public required string Name { get; init; }

    /// <summary>The series whose value this is; empty where all share it.</summary>
    public string Series { get; init; } = "";

    /// <summary>The estimate.</summary>
    public required double Value { get; init; }

    /// <summary>Standard error from the expected information (Gauss-Newton's); not a number where there is none.</summary>
    public double ExpectedError { get; init; } = double.NaN;

    /// <summary>Standard error from the observed information (second derivatives through the solve); not a number where there is none.</summary>
    public double ObservedError { get; init; } = double.NaN;

    /// <summary>
    /// The standard error to be quoted: by least squares the expected, as <c>nls</c> gives it, else the observed; not a number where the data do not determine
    /// it.
    /// </summary>
    public double StandardError { get; init; } = double.NaN;

    /// <summary>Whether it is a weight of an unknown term.</summary>
    public bool IsWeight { get; init; }

    /// <summary>Which bound the estimate lies at: −1 the lower, 1 the upper, 0 none.</summary>
    public int AtBound { get; init; }

    /// <summary>The profile, or <see langword="null"/> where none was made.</summary>
    public LikelihoodProfile? Profile { get; init; }

    /// <summary>What the data determine, in words; empty where there is nothing to say.</summary>
    public string Words { get; init; } = "";
}

/// <summary>A measured value with what the model gives for it.</summary>
/// <param name="Series">Name of the series.</param>
/// <param name="Observable">What was measured.</param>
/// <param name="Time">When.</param>
/// <param name="Measured">The value.</param>
/// <param name="Fitted">The model's value.</param>
/// <param name="Residual">The difference in units of the noise.</param>
public sealed record FittedValue(string Series, string Observable, double Time, double Measured, double Fitted, double Residual);

/// <summary>What the fitted model gives for an observable of a series.</summary>
/// <param name="Series">Name of the series.</param>
/// <param name="Observable">What is measured.</param>
/// <param name="Times">Times.</param>
/// <param name="Values">The model's values.</param>
public sealed record FittedCurve(string Series, string Observable, IReadOnlyList<double> Times, IReadOnlyList<double> Values);

/// <summary>An optimum that searches from several starts found.</summary>
/// <param name="Value">Negative log-likelihood (with priors).</param>
/// <param name="Count">How many starts led there.</param>
public sealed record Optimum(double Value, int Count);

/// <summary>A model fitted to a table.</summary>
public sealed class EquationFit
{
    internal EquationFit()
    {
    }

    /// <summary>The model.</summary>
    public required EquationModel Model { get; init; }

    /// <summary>The data.</summary>
    public required EquationData Data { get; init; }

    /// <summary>The estimates, in the model's order; by series where they are per series.</summary>
    public required IReadOnlyList<ParameterEstimate> Estimates { get; init; }

    /// <summary>Of parameters that vary between series: the value of each series, the mode of its distribution given the series' values.</summary>
    public IReadOnlyList<ParameterEstimate> Individuals { get; init; } = [];

    /// <summary>
    /// Of parameters that vary between series: the shrinkage, one minus the standard deviation of the series' deviations over that of the population. Near 1 the
    /// data of a series say little of its own value.
    /// </summary>
    public IReadOnlyList<(string Parameter, double Shrinkage)> Shrinkages { get; init; } = [];

    /// <summary>Correlations of the estimates that have a standard error, named by <see cref="CorrelatedNames"/>; empty where series are fitted alone.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Correlations { get; init; } = [];

    /// <summary>The names that belong to <see cref="Correlations"/>.</summary>
    public IReadOnlyList<string> CorrelatedNames { get; init; } = [];

    /// <summary>Negative log-likelihood at the estimates, without priors.</summary>
    public double NegativeLogLikelihood { get; init; }

    /// <summary>Number of measured values.</summary>
    public int ValueCount { get; init; }

    /// <summary>Number of estimated numbers, noise levels included.</summary>
    public int ParameterCount { get; init; }

    /// <summary>Akaike's criterion.</summary>
    public double Aic => 2 * (NegativeLogLikelihood + ParameterCount);

    /// <summary>Schwarz's criterion.</summary>
    public double Bic => (2 * NegativeLogLikelihood) + (ParameterCount * Math.Log(ValueCount));

    /// <summary>Whether priors entered: the estimates are then modes.</summary>
    public bool HasPriors { get; init; }

    /// <summary>Whether the search ended at a minimum.</summary>
    public bool IsConverged { get; init; }

    /// <summary>Optima that searches from several starts found, the best first.</summary>
    public IReadOnlyList<Optimum> Optima { get; init; } = [];

    /// <summary>Measured and fitted values.</summary>
    public IReadOnlyList<FittedValue> Values { get; init; } = [];

    /// <summary>Parameters that walk with time, with their values at the knots.</summary>
    public IReadOnlyList<(string Parameter, IReadOnlyList<double> Times, IReadOnlyList<double> Values)> Walks => [.. Model.Bound.Walks.Select(x =>
    {
        double sum = 0, start = Model.Bound.Parameters.First(p => p.Name == x.Name) is { IsFixed: true } known ? known.Start : this[x.Name].Value;
        double[] sums = [0, .. Enumerable.Range(1, x.Steps).Select(k => sum += this[WalkingParameter.IncrementName(x.Name, k)].Value)];
        return (
            x.Name, (IReadOnlyList<double>)[.. sums.Select((_, k) => x.From + (k * x.Every))],
            (IReadOnlyList<double>)[.. sums.Select(s => x.IsLogarithmic ? start * Math.Exp(s) : start + s)]);
    })];

    /// <summary>What a user should know, in whole sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The fitted curves: for each series and observable, times from the start to the last value with the model's values.</summary>
    public IReadOnlyList<FittedCurve> Curves => field ??= MakeCurves();

    /// <summary>What the estimates' uncertainty follows from: one for all series, or one for each series that was fitted alone.</summary>
    internal IReadOnlyList<FitUncertainty> Uncertainties { get; init; } = [];

    /// <summary>Whether there are bands: the data determine every parameter, at least so far that there is a covariance.</summary>
    public bool HasBands => Uncertainties.Count > 0 && Uncertainties.All(static x => x.HasCovariance);

    /// <summary>The covariance of the parameters that all series share; <see langword="null"/> where the data determine none, or each series is fitted alone.</summary>
    public ParameterCovariance? Covariance => Uncertainties.Count == 1 ? Uncertainties[0].Shared() : null;

    /// <summary>Whether parameters vary between series, so that the fit says something of other series of the same population.</summary>
    public bool HasPopulation => MakeSubjects is not null;

    /// <summary>Makes the fit for the data of other series.</summary>
    internal Func<EquationData, EquationFit>? MakeSubjects { get; init; }

    /// <summary>
    /// The population applied to other series, such as a new subject of which little is measured yet: their own values are the modes given what was measured, and those of
    /// the population where nothing was. The fit for them predicts (<see cref="Predict"/>) and has bands.
    /// </summary>
    /// <param name="data">What is known of the series, read for the same model.</param>
    /// <returns>The fit for these series; its parameters are those of the population.</returns>
    /// <exception cref="EquationFitException">No parameter varies between series, or a series cannot be solved.</exception>
    public EquationFit ForSubjects(EquationData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return MakeSubjects is { } make
            ? make(data)
            : throw new EquationFitException(
                EquationFitReason.NoPopulation, "The fit is not one of a population: no parameter varies between series.", "Write 'varies' after parameters that differ.");
    }

    /// <summary>Draws for a series of which nothing is known, by the population; as <see cref="Uncertainties"/> where there is no population.</summary>
    internal FitUncertainty? Marginal { get; init; }

    /// <summary>Predicts measured values, such as those that were held out, with bands from the uncertainty of the parameters and the noise.</summary>
    /// <param name="data">Values of the same series, in the same order.</param>
    /// <param name="options">The bands' level and the number of draws; the defaults where null.</param>
    /// <returns>The values with their bands.</returns>
    /// <exception cref="ArgumentException">The series are not those of the fit.</exception>
    /// <exception cref="EquationFitException">There is no covariance, or the model cannot be solved for most parameters within it.</exception>
    public IReadOnlyList<PredictedValue> Predict(EquationData data, BandOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!data.SeriesNames.SequenceEqual(Data.SeriesNames))
        {
            throw new ArgumentException("The fit and the data to predict have the same series, in the same order.", nameof(data));
        }

        options ??= new BandOptions();
        return Uncertainties.Count == 1
            ? Uncertainties[0].Predict(data, options)
            : [.. Uncertainties.SelectMany((x, s) => x.Predict(data.Only(s), options))];
    }

    /// <summary>The fitted curves with bands, from the start of each series to its last value or beyond.</summary>
    /// <param name="options">The bands' level, the number of draws and the last time; the defaults where null.</param>
    /// <returns>A band for each series and observable.</returns>
    /// <exception cref="EquationFitException">There is no covariance, or the model cannot be solved for most parameters within it.</exception>
    public IReadOnlyList<PredictionBand> Bands(BandOptions? options = null)
    {
        options ??= new BandOptions();
        return [.. Uncertainties.SelectMany(x => x.Bands(options))];
    }

    internal Func<IReadOnlyList<FittedCurve>> MakeCurves { get; init; } = static () => [];

    /// <summary>
    /// Visual predictive checks: values are simulated at the times of the measured ones, with draws of the parameters, of the series' deviations where these vary, and of the
    /// noise, and their quantiles compared with the measured ones.
    /// </summary>
    /// <param name="options">The number of draws and their seed; the defaults where null.</param>
    /// <param name="bySeries">Whether each series is checked alone.</param>
    /// <returns>A check for each observable, by series where asked for.</returns>
    /// <exception cref="EquationFitException">There is no covariance.</exception>
    public IReadOnlyList<PredictiveCheck> PredictiveChecks(BandOptions? options = null, bool bySeries = false)
    {
        options ??= new BandOptions();
        if (!HasBands)
        {
            throw new EquationFitException(
                EquationFitReason.NoBand, "There is no predictive check: the data do not determine the parameters, so that their covariance is unknown.",
                "Write 'fixed' after known parameters.");
        }

        IReadOnlyList<double[]>[] simulated = Marginal is { } marginal ? marginal.Simulate(options) : [.. Uncertainties.SelectMany(x => x.Simulate(options))];
        return bySeries
            ? [.. Enumerable.Range(0, Data.Series.Count).SelectMany(s => PredictiveCheck.Of(Model, Data, simulated, s))]
            : [.. PredictiveCheck.Of(Model, Data, simulated, null)];
    }

    /// <summary>The residuals of an observable in units of the noise, rising, beside the quantiles of the normal distribution that they would have.</summary>
    /// <param name="observable">What was measured.</param>
    /// <returns>Normal quantiles and residuals: a straight line where the noise model is right.</returns>
    public (IReadOnlyList<double> Normal, IReadOnlyList<double> Residuals) QuantilePlot(string observable)
    {
        double[] residuals = [.. Values.Where(x => x.Observable == observable && double.IsFinite(x.Residual)).Select(static x => x.Residual).Order()];
        return ([.. residuals.Select((_, i) => SpecialFunctions.NormalQuantile((i + 0.5) / residuals.Length))], residuals);
    }

    /// <summary>
    /// The model with the estimates in the place of start values, and unknown terms as the formulas that were learned. Estimates of single series, and of noise levels
    /// without a name, are left out.
    /// </summary>
    public EquationModel FittedModel
        => Model.WithStarts(Estimates.Where(static x => x.Series.Length == 0).Select(static x => KeyValuePair.Create(x.Name, x.Value)).Concat(Sizes).ToDictionary());

    /// <summary>Sizes of unknown terms and their arguments, by the names of their parameters.</summary>
    internal IReadOnlyDictionary<string, double> Sizes { get; init; } = new Dictionary<string, double>();

    /// <summary>Root mean square of measured minus fitted, by observable.</summary>
    public IReadOnlyList<(string Observable, double RootMeanSquare)> RootMeanSquares
        => [.. Values.GroupBy(static x => x.Observable)
            .Select(static x => (x.Key, Math.Sqrt(x.Average(static v => (v.Measured - v.Fitted) * (v.Measured - v.Fitted)))))];

    /// <summary>The estimate of a name.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <param name="series">The series, where it is per series.</param>
    public ParameterEstimate this[string name, string series = ""] => Estimates.First(x => x.Name == name && x.Series == series);
}
