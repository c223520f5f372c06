using NeuralOde.Equations.Compilation;
using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Language;
using NeuralOde.Equations.Simulation;

namespace NeuralOde.Equations.Formulas;

/// <summary>
/// Finds formulas for what networks learned. Subsets of a library of terms are ranked by how well they fit the networks' outputs along the solution; the best of
/// each size are then fitted to the data themselves in the networks' place, and the smallest within a tolerance of the best by BIC is chosen.
/// </summary>
/// <remarks>
/// A network's output is off by 5 to 25 % where its trajectory fits to the noise, so its regression alone chooses wrong terms; the data choose, and the networks only say
/// where to look.
/// </remarks>
public static class FormulaSearch
{
    private const int CandidatesPerSize = 10;
    private const int Rounds = 3;

    /// <summary>Searches.</summary>
    /// <param name="model">A model with unknown terms.</param>
    /// <param name="data">The data.</param>
    /// <param name="options">How; see there for the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The networks' fit, the formula chosen and the best of each size.</returns>
    /// <exception cref="ArgumentException">The model has no unknown term, or an option is out of range.</exception>
    /// <exception cref="EquationFitException">The model cannot be fitted.</exception>
    public static FormulaSearchResult Find(EquationModel model, EquationData data, FormulaSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new FormulaSearchOptions();
        if (model.Bound.Unknowns.Count == 0)
        {
            throw new ArgumentException("The model has no unknown term.", nameof(model));
        }

        options.Check();
        TermLibrary[] libraries = TermLibrary.Of(model, options);
        EquationFit network = EquationFitter.Fit(model, data, options.Fit with { Profiles = false }, null, cancellationToken);
        Sample(model, network, libraries);
        return Choose(model, data, options, libraries, cancellationToken) with { Network = network };
    }

    /// <summary>Searches where the libraries know what was learned.</summary>
    internal static FormulaSearchResult Choose(
        EquationModel model, EquationData data, FormulaSearchOptions options, TermLibrary[] libraries, CancellationToken cancellationToken)
    {
        foreach (TermLibrary library in libraries)
        {
            library.AddScaledTerms(options);
        }

        Search search = new(model, data, options, libraries, cancellationToken);
        IReadOnlyList<FormulaCandidate> found = search.Run();
        double best = found.Min(static x => x.Bic);
        FormulaCandidate chosen = found.Where(x => x.Bic <= best + options.Tolerance).OrderBy(static x => x.Count).ThenBy(static x => x.Bic).First();
        FormulaCandidate[] tried = [.. found.GroupBy(static x => x.Count).OrderBy(static x => x.Key).Select(static x => x.MinBy(static c => c.Bic)!)];
        IReadOnlyList<string> places = model.UnknownPlaces;
        return new FormulaSearchResult(
            chosen,
            tried,
            [.. libraries.Select((x, k) => new LearnedTerm(places[k], x.Times, x.Outputs, x.Values(chosen.Sets[k], Coefficients(chosen.Fit, k, chosen.Sets[k].Length))))]);
    }

    private static string CoefficientName(int library, int term) => FormattableString.Invariant($"f{library + 1}_{term + 1}");

    private static double[] Coefficients(EquationFit fit, int library, int count) => [.. Enumerable.Range(0, count).Select(i => fit[CoefficientName(library, i)].Value)];

    /// <summary>The networks' arguments and outputs along the fitted solution of every series.</summary>
    private static void Sample(EquationModel model, EquationFit network, TermLibrary[] libraries)
    {
        BoundModel bound = model.Bound;
        var values = network.Estimates.Where(static x => x.Series.Length == 0).ToDictionary(static x => x.Name, static x => x.Value);
        CompiledExpressions terms = new(bound, [.. bound.Unknowns.SelectMany(static x => x.Arguments.Append(x.Value))], []);
        foreach (SeriesObservations series in network.Data.Series)
        {
            double[] parameters =
            [
                .. bound.Parameters.Select(x => network.Sizes.TryGetValue(x.Name, out double size) ? size
                    : values.TryGetValue(x.Name, out double value) ? value
                    : network.Estimates.FirstOrDefault(e => e.Name == x.Name && e.Series == series.Input.Name)?.Value ?? x.Start),
            ];
            Simulator simulator = new(bound, [], new SimulationOptions());
            double end = series.Times.Length == 0 ? series.Input.Start : series.Times[^1];
            double[] times = [.. Enumerable.Range(0, 120).Select(i => series.Input.Start + ((end - series.Input.Start) * i / 119))];
            double[] rows = new double[times.Length * simulator.RowLength];
            simulator.Run(series.Input, parameters, [], times, rows);
            terms.Prepare(parameters, series.Input.Covariates);
            for (int i = 0; i < times.Length; i++)
            {
                for (int k = 0; k < series.Input.Inputs.Count; k++)
                {
                    terms.Inputs[k] = series.Input.Inputs[k].At(times[i]);
                }

                terms.Run(times[i], rows.AsSpan(i * simulator.RowLength));
                int root = 0;
                foreach (TermLibrary library in libraries)
                {
                    double[] arguments = [.. Enumerable.Range(0, library.ArgumentCount).Select(k => terms.Value(root + k))];
                    library.Add(times[i], arguments, terms.Value(root + library.ArgumentCount));
                    root += library.ArgumentCount + 1;
                }
            }
        }
    }

    /// <summary>Refits of formulas, each subset once.</summary>
    private sealed class Search(EquationModel model, EquationData data, FormulaSearchOptions options, TermLibrary[] libraries, CancellationToken cancellation)
    {
        private readonly Dictionary<string, FormulaCandidate?> _done = [];

        public IReadOnlyList<FormulaCandidate> Run()
        {
            int[][][] candidates = [.. libraries.Select(x => x.Rank(options.MostTerms, CandidatesPerSize))];
            int[][] current = [.. candidates.Select(static x => x[^1])];

            // One unknown term after another, the others as they are: few fits find what all combinations would.
            for (int round = 0; round < Rounds; round++)
            {
                string before = Key(current);
                for (int k = 0; k < libraries.Length; k++)
                {
                    int[][] trials = [.. Neighbors(candidates[k], current[k], libraries[k].Count)];
                    int[][][] all = [.. trials.Select(x => (int[][])[.. current[..k], x, .. current[(k + 1)..]])];
                    FitAll(all);
                    (int[][] Set, FormulaCandidate Fit)[] fits =
                        [.. all.Select(x => (x, _done[Key(x)])).Where(static x => x.Item2 is not null).Select(static x => (x.x, x.Item2!))];
                    if (fits.Length > 0)
                    {
                        double best = fits.Min(static x => x.Fit.Bic);
                        current = fits.Where(x => x.Fit.Bic <= best + options.Tolerance).OrderBy(static x => x.Fit.Count).ThenBy(static x => x.Fit.Bic).First().Set;
                    }
                }

                if (Key(current) == before)
                {
                    break;
                }
            }

            FormulaCandidate[] found = [.. _done.Values.Where(static x => x is not null).Select(static x => x!)];
            return found.Length > 0
                ? found
                : throw new EquationFitException(EquationFitReason.NoStart, "No formula of the library can be solved in the place of the unknown terms.", "Try another degree.");
        }

        /// <summary>The ranked subsets, and the current one with a term left out, added or exchanged.</summary>
        private IEnumerable<int[]> Neighbors(int[][] ranked, int[] current, int count)
        {
            List<int[]> all = [.. ranked];
            foreach (int term in current.Length > 1 ? current : [])
            {
                all.Add([.. current.Where(x => x != term)]);
            }

            foreach (int other in Enumerable.Range(0, count).Except(current))
            {
                if (current.Length < options.MostTerms)
                {
                    all.Add([.. current.Append(other).Order()]);
                }

                all.AddRange(current.Select(x => (int[])[.. current.Where(y => y != x).Append(other).Order()]));
            }

            return all.DistinctBy(static x => string.Join(',', x));
        }

        private static string Key(int[][] sets) => string.Join(';', sets.Select(static x => string.Join(',', x)));

        private void FitAll(int[][][] sets)
        {
            int[][][] open = [.. sets.Where(x => !_done.ContainsKey(Key(x)))];
            var found = new FormulaCandidate?[open.Length];
            Parallel.For(0, open.Length, new ParallelOptions { MaxDegreeOfParallelism = options.Fit.Threads, CancellationToken = cancellation }, i => found[i] = Fit(open[i]));
            for (int i = 0; i < open.Length; i++)
            {
                _done[Key(open[i])] = found[i];
            }
        }

        private FormulaCandidate? Fit(int[][] sets)
        {
            List<(string Name, double Start)> parameters = [];
            List<Expression> formulas = [];
            for (int k = 0; k < sets.Length; k++)
            {
                double[] start = libraries[k].Coefficients(sets[k]);
                Expression? sum = null;
                for (int i = 0; i < sets[k].Length; i++)
                {
                    string name = CoefficientName(k, i);
                    parameters.Add((name, start[i]));
                    Expression product = libraries[k].Product(sets[k][i], new NameExpression(0, name));
                    sum = sum is null ? product : new InfixExpression(0, "+", sum, product);
                }

                formulas.Add(sum!);
            }

            try
            {
                EquationModel formula = model.WithFormulas(formulas, parameters);
                EquationFit fit = EquationFitter.Fit(formula, data, options.Fit with { Profiles = false, Starts = 1, Threads = 1 }, null, cancellation);
                return new FormulaCandidate([.. sets.Select((x, k) => (IReadOnlyList<string>)[.. x.Select(libraries[k].Text)])], fit.Bic, fit)
                {
                    Sets = sets,
                    NetworkErrors = [.. sets.Select((x, k) => libraries[k].RelativeError(x, Coefficients(fit, k, x.Length)))],
                };
            }
            catch (NeuralOdeException)
            {
                // A formula that cannot be solved from where the networks lead is no candidate.
                return null;
            }
        }
    }
}
