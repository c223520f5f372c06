using NeuralOde.Equations.Compilation;
using NeuralOde.Equations.Language;
using NeuralOde.Solvers;

namespace NeuralOde.Equations.Simulation;

/// <summary>How a model is solved.</summary>
public sealed record EquationSolveOptions
{
    /// <summary>The last time.</summary>
    /// <value>After the start.</value>
    public required double Until { get; init; }

    /// <summary>The time between two rows; the last row is at <see cref="Until"/>.</summary>
    /// <value>Positive, or <see langword="null"/> (the default): a two-hundredth of the interval.</value>
    public double? Step { get; init; }

    /// <summary>Parameters, initial values (<c>x(0)</c>) and covariates that differ from the model's.</summary>
    /// <value>None by default.</value>
    public IReadOnlyDictionary<string, double> Set { get; init; } = new Dictionary<string, double>();

    /// <summary>Parameters by which the derivatives of states and quantities are wanted.</summary>
    /// <value>None by default.</value>
    public IReadOnlyList<string> SensitivitiesBy { get; init; } = [];

    /// <summary>The method.</summary>
    /// <value><see langword="null"/> (the default): an explicit one of order 7, and BDF from where the problem proves stiff.</value>
    public OdeSolver? Solver { get; init; }

    /// <summary>Relative tolerance.</summary>
    /// <value>1e-8 by default.</value>
    public double RelativeTolerance { get; init; } = 1e-8;

    /// <summary>Most rows of a result.</summary>
    public const int MaxRows = 10_000_000;
}

/// <summary>An event of a model that happened during a solve.</summary>
/// <param name="Condition">The condition, as the model has it.</param>
/// <param name="Time">When it became true.</param>
public sealed record SolvedEvent(string Condition, double Time);

/// <summary>A solved model: a table of times, states, quantities and sensitivities.</summary>
public sealed class EquationSolution
{
    internal EquationSolution(IReadOnlyList<string> columns, double[] times, double[][] values, IReadOnlyList<SolvedEvent> events, bool isStiff)
    {
        Columns = columns;
        Times = times;
        Values = values;
        Events = events;
        IsStiff = isStiff;
    }

    /// <summary>Names of the columns: states, quantities of the model, then their sensitivities as <c>dx/dk</c>.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The times. At the time of a dose the row is of after it.</summary>
    public IReadOnlyList<double> Times { get; }

    /// <summary>The values of each column, one per time.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Values { get; }

    /// <summary>The model's events, in their order.</summary>
    public IReadOnlyList<SolvedEvent> Events { get; }

    /// <summary>Whether the problem proved stiff.</summary>
    public bool IsStiff { get; }
}

/// <summary>A model cannot be solved as asked.</summary>
public sealed class EquationSolveException : NeuralOdeException
{
    /// <summary>Describes the failure.</summary>
    /// <param name="reason">What kind of failure it is.</param>
    /// <param name="problem">What is wrong, as whole sentences.</param>
    /// <param name="advice">What to do, as whole sentences.</param>
    public EquationSolveException(EquationSolveReason reason, string problem, string? advice = null)
        : base(problem, advice)
        => Reason = reason;

    /// <summary>What kind of failure it is.</summary>
    public EquationSolveReason Reason { get; }
}

/// <summary>Why a model cannot be solved as asked.</summary>
public enum EquationSolveReason
{
    /// <summary>A name that the model does not have.</summary>
    UnknownName,

    /// <summary>A value or a time that cannot be.</summary>
    Value,

    /// <summary>A value that only a table can give: a covariate without a reference, an input, or doses.</summary>
    NeedsTable,

    /// <summary>Nothing is said from which parameters could be drawn.</summary>
    NothingToDraw,

    /// <summary>The solve failed.</summary>
    NotSolvable,

    /// <summary>The model has something that an exported program does not support.</summary>
    NotExportable,
}

/// <summary>Solves models.</summary>
public static class EquationSolver
{
    private const int DefaultRows = 200;

    /// <summary>Solves a model without a table.</summary>
    /// <param name="model">The model; its inputs need a table, its covariates one or reference values.</param>
    /// <param name="options">Until when, and how.</param>
    /// <returns>The solution.</returns>
    /// <exception cref="EquationSolveException">Something is missing, unknown or out of range, or the solve failed.</exception>
    public static EquationSolution Solve(EquationModel model, EquationSolveOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        BoundModel bound = model.Bound;
        string[] lacking =
        [
            .. bound.Inputs.Select(static x => $"the input {x.Name}"), .. bound.Doses.Where(static x => x.Column is not null).Select(static x => $"the doses {x.Column}"),
            .. bound.Covariates.Where(x => x.Reference is null && !options.Set.ContainsKey(x.Name)).Select(static x => $"the covariate {x.Name}"),
        ];
        if (lacking.Length > 0)
        {
            throw new EquationSolveException(
                EquationSolveReason.NeedsTable,
                $"The model needs values of {string.Join(", ", lacking)}.",
                "Give a table that has them; a covariate may also have a reference value, as 'covariate WT = 70'.");
        }

        double start = bound.Start ?? Math.Min(0, bound.Doses.Where(static x => x.At is { IsConstant: true }).Select(static x => x.At!.Value).DefaultIfEmpty(0).Min());
        return Solve(model, options, new SeriesInput { Start = start, Covariates = [.. bound.Covariates.Select(static x => x.Reference ?? double.NaN)] });
    }

    internal static EquationSolution Solve(EquationModel model, EquationSolveOptions options, SeriesInput series)
    {
        BoundModel bound = model.Bound;
        double[] times = Times(options, series.Start), parameters = [.. bound.Parameters.Select(static x => x.Start)], covariates = [.. series.Covariates];
        foreach ((string name, double value) in options.Set)
        {
            int parameter = IndexOf(bound.Parameters.Select(static x => x.Name), name), covariate = IndexOf(bound.Covariates.Select(static x => x.Name), name);
            if ((parameter < 0 && covariate < 0) || !double.IsFinite(value))
            {
                throw Unknown(bound, name);
            }

            (parameter >= 0 ? parameters : covariates)[Math.Max(parameter, covariate)] = value;
        }

        int[] sensitive = [.. options.SensitivitiesBy.Select(x => IndexOf(bound.Parameters.Select(static p => p.Name), x) is >= 0 and var at ? at : throw Unknown(bound, x))];
        series = new SeriesInput { Name = series.Name, Start = series.Start, Covariates = covariates, Inputs = series.Inputs, Doses = series.Doses, Resets = series.Resets };
        Simulator simulator = Measured(bound, sensitive, options, series, parameters, times);
        double[] rows = new double[times.Length * simulator.RowLength];
        if (!simulator.Run(series, parameters, [.. sensitive.Select(static _ => 1.0)], times, rows, showsAfter: true))
        {
            throw new EquationSolveException(EquationSolveReason.NotSolvable, simulator.Problem);
        }

        return Table(bound, options, series, parameters, times, rows, simulator, sensitive);
    }

    /// <summary>A simulator whose absolute tolerances go by the states' sizes in a rough solve.</summary>
    private static Simulator Measured(BoundModel bound, int[] sensitive, EquationSolveOptions options, SeriesInput series, double[] parameters, double[] times)
    {
        Simulator rough = new(bound, [], new SimulationOptions { RelativeTolerance = 1e-4, Solver = options.Solver });
        double[] rows = new double[times.Length * rough.RowLength], scales = new double[bound.States.Count];
        rough.Run(series, parameters, [], times, rows, showsAfter: true);
        for (int i = 0; i < rows.Length; i++)
        {
            scales[i % scales.Length] = double.IsFinite(rows[i]) ? Math.Max(scales[i % scales.Length], Math.Abs(rows[i])) : scales[i % scales.Length];
        }

        double largest = scales.Max() is > 0 and var found ? found : 1;
        return new Simulator(bound, sensitive, new SimulationOptions { RelativeTolerance = options.RelativeTolerance, Solver = options.Solver })
        {
            Scales = [.. scales.Select(x => x > 0 ? x : largest)],
        };
    }

    private static EquationSolution Table(
        BoundModel bound, EquationSolveOptions options, SeriesInput series, double[] parameters, double[] times, double[] rows, Simulator simulator, int[] sensitive)
    {
        int n = bound.States.Count, length = simulator.RowLength;
        CompiledExpressions quantities = new(bound, [.. bound.Quantities.Select(static x => x.Value)], sensitive);
        quantities.Prepare(parameters, series.Covariates);
        string[] columns =
        [
            .. bound.States, .. bound.Quantities.Select(static x => x.Name),
            .. options.SensitivitiesBy.SelectMany(k => bound.States.Concat(bound.Quantities.Select(static x => x.Name)).Select(x => $"d{x}/d{k}")),
        ];
        double[][] values = [.. columns.Select(_ => new double[times.Length])];
        double[] ones = [.. sensitive.Select(static _ => 1.0)], total = new double[sensitive.Length];
        for (int i = 0; i < times.Length; i++)
        {
            ReadOnlySpan<double> row = rows.AsSpan(i * length, length);
            for (int k = 0; k < series.Inputs.Count; k++)
            {
                quantities.Inputs[k] = series.Inputs[k].At(times[i]);
            }

            quantities.Run(times[i], row);
            for (int k = 0; k < n + quantities.Count; k++)
            {
                values[k][i] = k < n ? row[k] : quantities.Value(k - n);
            }

            for (int q = 0; q < n + quantities.Count && sensitive.Length > 0; q++)
            {
                if (q >= n)
                {
                    quantities.TotalDerivative(q - n, row[n..], ones, total);
                }

                for (int k = 0; k < sensitive.Length; k++)
                {
                    values[((k + 1) * (n + quantities.Count)) + q][i] = q < n ? row[n + (k * n) + q] : total[k];
                }
            }
        }

        return new EquationSolution(columns, times, values, [.. simulator.Events.Select(static x => new SolvedEvent(x.Text, x.Time))], simulator.IsStiff);
    }

    private static double[] Times(EquationSolveOptions options, double start)
    {
        if (!(options.Until > start) || !double.IsFinite(options.Until))
        {
            throw new EquationSolveException(EquationSolveReason.Value, FormattableString.Invariant($"The last time, {options.Until:R}, is not after the start at {start:R}."));
        }

        double span = options.Until - start, step = options.Step ?? span / DefaultRows;
        if (!(step > 0) || !(span / step < EquationSolveOptions.MaxRows))
        {
            throw new EquationSolveException(
                EquationSolveReason.Value,
                FormattableString.Invariant($"A step of {step:R} from {start:R} to {options.Until:R} is not above 0, or makes more than {EquationSolveOptions.MaxRows} rows."));
        }

        int count = (int)Math.Floor((span / step) + 1e-9);
        List<double> times = [.. Enumerable.Range(0, count + 1).Select(i => Math.Min(start + (i * step), options.Until))];
        if (options.Until - times[^1] > 1e-9 * span)
        {
            times.Add(options.Until);
        }

        times[^1] = options.Until;
        return [.. times];
    }

    private static int IndexOf(IEnumerable<string> names, string name) => names.ToList().IndexOf(name);

    private static EquationSolveException Unknown(BoundModel bound, string name)
    {
        string[] names = [.. bound.Parameters.Select(static x => x.Name), .. bound.Covariates.Select(static x => x.Name)];
        return new EquationSolveException(
            EquationSolveReason.UnknownName, $"The model has no parameter '{name}'.{Settings.NearestName.Suggestion(name, names)} It has {string.Join(", ", names)}.");
    }
}
