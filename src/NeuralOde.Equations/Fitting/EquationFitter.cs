using NeuralOde.Equations.Data;
using NeuralOde.Equations.Language;
using NeuralOde.Equations.Simulation;

namespace NeuralOde.Equations.Fitting;

/// <summary>Fits models to tables: maximum likelihood, or with priors maximum a posteriori, with standard errors and profiles.</summary>
public static class EquationFitter
{
    private const int StartsWithUnknowns = 12;

    /// <summary>Fits a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The data.</param>
    /// <param name="options">How; see there for the defaults.</param>
    /// <param name="progress">Is told what is being done; none by default.</param>
    /// <param name="cancellationToken">Stops the fit.</param>
    /// <returns>The fit.</returns>
    /// <exception cref="EquationFitException">The model cannot be solved for the start values, or a value is impossible.</exception>
    public static EquationFit Fit(
        EquationModel model, EquationData data, EquationFitOptions? options = null, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new EquationFitOptions();
        options = options with { Starts = options.Starts ?? (model.Bound.Unknowns.Count > 0 ? StartsWithUnknowns : 1) };
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Starts.Value, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Stages, 1, nameof(options));
        CheckValues(model.Bound, data);
        BoundParameter[] estimated = [.. model.Bound.Parameters.Where(static x => !x.IsFixed)];
        if (estimated.Length == 0)
        {
            throw new EquationFitException(EquationFitReason.TooFewValues, "Nothing is to be estimated: every parameter is fixed.", "Leave out 'fixed' after a parameter.");
        }

        if (estimated.Any(static x => x.Spread is not null))
        {
            return new PopulationFit(model, data, options, cancellationToken).Run();
        }

        // Series that share nothing are problems of their own.
        bool isApart = data.Series.Count > 1 && Array.TrueForAll(estimated, static x => x.IsPerSeries);
        if (!isApart)
        {
            return new SingleFit(model, data, options, progress, cancellationToken).Run();
        }

        var parts = new EquationFit[data.Series.Count];
        Parallel.For(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken }, s =>
            parts[s] = new SingleFit(model, data.Only(s), options with { Threads = 1, Spread = null }, null, cancellationToken).Run());
        return Join(model, data, parts);
    }

    private static EquationFit Join(EquationModel model, EquationData data, EquationFit[] parts)
    {
        string Of(int s) => $"Series {data.Series[s].Input.Name}: ";
        return new EquationFit
        {
            Model = model,
            Data = data,
            Estimates = [.. parts.SelectMany(static x => x.Estimates)],
            NegativeLogLikelihood = parts.Sum(static x => x.NegativeLogLikelihood),
            ValueCount = parts.Sum(static x => x.ValueCount),
            ParameterCount = parts.Sum(static x => x.ParameterCount),
            HasPriors = parts[0].HasPriors,
            IsConverged = Array.TrueForAll(parts, static x => x.IsConverged),
            Values = [.. parts.SelectMany(static x => x.Values)],
            MakeCurves = () => [.. parts.SelectMany(static x => x.Curves)],
            Uncertainties = [.. parts.SelectMany(static x => x.Uncertainties)],
            Notes = [.. parts.SelectMany((x, s) => x.Notes.Select(note => Of(s) + note))],
        };
    }

    private static void CheckValues(BoundModel model, EquationData data)
    {
        foreach (SeriesObservations series in data.Series)
        {
            foreach (Observation x in series.Values)
            {
                BoundObservable observable = model.Observables[x.Observable];
                bool isBelow = observable.Below is not null && Likelihood.TakesLimit(observable.Noise) && x.Value < LimitOf(observable, x);
                if (!isBelow && Likelihood.Fault(observable.Noise, x.Value) is { } fault)
                {
                    throw new EquationFitException(
                        EquationFitReason.ImpossibleValue,
                        FormattableString.Invariant($"{data.Name}, line {x.Line}: {observable.Name} is {x.Value:R}, but {fault}."));
                }
            }
        }
    }

    /// <summary>A limit that is a number; one that depends on covariates is checked as the likelihood is evaluated.</summary>
    private static double LimitOf(BoundObservable observable, in Observation x) => observable.Below!.IsConstant ? observable.Below.Value : x.Value + 1;
}
