using System.Globalization;
using NeuralOde.Equations.Compilation;
using NeuralOde.Equations.Language;
using NeuralOde.Settings;

namespace NeuralOde.Equations.Formulas;

/// <summary>
/// The terms that the formula of an unknown term may have: products of its arguments up to a degree, and ratios, exponentials or the user's own where these are asked
/// for; with their values and the term's along a solution.
/// </summary>
internal sealed class TermLibrary
{
    /// <summary>Beyond so many subsets of a size, only the best ones of the size below are extended.</summary>
    private const int MostSubsets = 200_000;

    private readonly CallExpression _call;
    private readonly int[][] _powers;
    private readonly List<Expression> _others = [];
    private readonly List<double[]> _rows = [];
    private readonly List<double[]> _arguments = [];
    private readonly List<double> _outputs = [];
    private readonly List<double> _times = [];
    private double[] _sizes = [], _products = [], _moments = [];

    private TermLibrary(CallExpression call, int degree)
    {
        _call = call;
        List<int[]> powers = [];
        void Extend(int[] sofar, int left)
        {
            if (sofar.Length == call.Arguments.Count)
            {
                powers.Add(sofar);
                return;
            }

            for (int p = 0; p <= left; p++)
            {
                Extend([.. sofar, p], left - p);
            }
        }

        Extend([], degree);
        _powers = [.. powers.OrderBy(static x => x.Sum())];
    }

    /// <summary>A library for each unknown term of a model.</summary>
    /// <exception cref="ModelTextException">A term of the user's own is not an expression of the arguments of an unknown term.</exception>
    public static TermLibrary[] Of(EquationModel model, FormulaSearchOptions options)
    {
        TermLibrary[] libraries = [.. model.UnknownTerms.Select(x => new TermLibrary(x, options.Degree))];
        foreach (string text in options.Terms)
        {
            SourceText source = new($"term = {text}", "terms");
            Expression term = ModelParser.Parse(source) is [DefinitionStatement { Modifiers.IsEmpty: true } found]
                ? found.Value
                : throw source.Fault(ModelTextReason.Syntax, 0, $"'{text}' is not one expression.");
            string[] names = [.. Names(term).Where(static x => x != "pi").Distinct()];
            TermLibrary[] fitting = [.. libraries.Where(x => Array.TrueForAll(names, n => x.ArgumentNames.Contains(n)))];
            if (fitting.Length == 0)
            {
                string[] known = [.. libraries.SelectMany(static x => x.ArgumentNames).Distinct()];
                string unknown = Array.Find(names, x => !known.Contains(x)) ?? names[0];
                throw source.Fault(
                    ModelTextReason.UnknownName,
                    Math.Max(0, source.Text.IndexOf(unknown, StringComparison.Ordinal)),
                    $"No unknown term has all arguments of '{text}'.{NearestName.Suggestion(unknown, known)} The arguments are {string.Join(", ", known)}.");
            }

            foreach (TermLibrary library in fitting)
            {
                library._others.Add(term);
            }
        }

        return libraries;
    }

    public int ArgumentCount => _call.Arguments.Count;

    /// <summary>Number of terms, the constant among them.</summary>
    public int Count => _powers.Length + _others.Count;

    /// <summary>The times of the points.</summary>
    public IReadOnlyList<double> Times => _times;

    /// <summary>What the network gives at the points.</summary>
    public IReadOnlyList<double> Outputs => _outputs;

    private IEnumerable<string> ArgumentNames => _call.Arguments.OfType<NameExpression>().Select(static x => x.Name);

    /// <summary>Adds a point of the solution.</summary>
    public void Add(double time, double[] arguments, double output)
    {
        if (double.IsFinite(output) && Array.TrueForAll(arguments, double.IsFinite))
        {
            _times.Add(time);
            _arguments.Add(arguments);
            _outputs.Add(output);
        }
    }

    /// <summary>Adds the terms whose scales are those of the solution, then evaluates all of them at the points.</summary>
    public void AddScaledTerms(FormulaSearchOptions options)
    {
        Expression[] arguments = [.. _call.Arguments];
        double[] scales = [.. arguments.Select((_, k) => Rounded(_arguments.Select(x => Math.Abs(x[k])).DefaultIfEmpty(1).Max()))];
        for (int k = 0; k < arguments.Length; k++)
        {
            Expression x = arguments[k], scaled = new InfixExpression(0, "/", x, new NumberExpression(0, scales[k]));
            if (options.Ratios)
            {
                _others.Add(new InfixExpression(0, "/", new NumberExpression(0, 1), x));
                _others.Add(new InfixExpression(0, "/", x, new InfixExpression(0, "+", new NumberExpression(0, 1), scaled)));
                _others.AddRange(arguments.Where((_, i) => i != k).Select(other => new InfixExpression(0, "/", x, other)));
            }

            if (options.Exponentials)
            {
                _others.Add(new CallExpression(0, "exp", [scaled], []));
                _others.Add(new CallExpression(0, "exp", [new PrefixExpression(0, "-", scaled)], []));
            }
        }

        Evaluate();
    }

    /// <summary>The subsets that fit the outputs best, so many of each size, and the best of all last.</summary>
    public int[][] Rank(int most, int perSize)
    {
        List<(int[] Set, double Error)> kept = [];
        IReadOnlyList<int[]> sets = [[]];
        for (int size = 1; size <= most; size++)
        {
            IEnumerable<int[]> next = sets.SelectMany(x => Enumerable.Range(x.Length == 0 ? 0 : x[^1] + 1, Math.Max(0, Count - (x.Length == 0 ? 0 : x[^1] + 1)))
                .Select(n => (int[])[.. x, n]));
            if ((long)sets.Count * Count > MostSubsets)
            {
                next = sets.Select(x => (x, Error(x))).OrderBy(static x => x.Item2).Take(MostSubsets / (4 * Count)).SelectMany(
                    x => Enumerable.Range(0, Count).Except(x.x).Select(n => (int[])[.. x.x.Append(n).Order()])).DistinctBy(static x => string.Join(',', x));
            }

            sets = [.. next];
            kept.AddRange(sets.Select(x => (x, Error(x))).Where(static x => double.IsFinite(x.Item2)).OrderBy(static x => x.Item2).Take(perSize));
        }

        return [.. kept.OrderByDescending(static x => x.Error).Select(static x => x.Set)];
    }

    /// <summary>The coefficients by least squares on the outputs.</summary>
    public double[] Coefficients(int[] set)
    {
        int m = set.Length;
        double[] a = new double[m * m], b = new double[m];
        for (int i = 0; i < m; i++)
        {
            b[i] = _moments[set[i]];
            for (int j = 0; j < m; j++)
            {
                a[(i * m) + j] = _products[(set[i] * Count) + set[j]];
            }
        }

        double[] solution = Fitting.Symmetric.Solve(a, b) ?? new double[m];
        return [.. solution.Select((x, i) => x / _sizes[set[i]])];
    }

    /// <summary>What a formula gives at the points.</summary>
    public double[] Values(int[] set, double[] coefficients) => [.. _rows.Select(x => set.Select((term, i) => coefficients[i] * x[term]).Sum())];

    /// <summary>The root mean square of a formula minus the outputs, relative to that of the outputs.</summary>
    public double RelativeError(int[] set, double[] coefficients)
    {
        double size = _outputs.Sum(static x => x * x);
        return Math.Sqrt(Values(set, coefficients).Zip(_outputs, static (x, y) => (x - y) * (x - y)).Sum() / Math.Max(size, 1e-300));
    }

    /// <summary>A coefficient times a term.</summary>
    public Expression Product(int index, Expression coefficient)
    {
        if (index >= _powers.Length)
        {
            return new InfixExpression(0, "*", coefficient, _others[index - _powers.Length]);
        }

        Expression product = coefficient;
        for (int k = 0; k < ArgumentCount; k++)
        {
            int power = _powers[index][k];
            if (power > 0)
            {
                Expression factor = power == 1 ? _call.Arguments[k] : new InfixExpression(0, "^", _call.Arguments[k], new NumberExpression(0, power));
                product = new InfixExpression(0, "*", product, factor);
            }
        }

        return product;
    }

    /// <summary>A term as text; the constant is 1.</summary>
    public string Text(int index)
    {
        if (index >= _powers.Length)
        {
            return ModelPrinter.Print(_others[index - _powers.Length]);
        }

        string[] factors =
        [
            .. _powers[index].Select((p, k) => (Power: p, Name: ModelPrinter.Print(_call.Arguments[k]))).Where(static x => x.Power > 0)
                .Select(static x => x.Power == 1 ? x.Name : FormattableString.Invariant($"{x.Name}^{x.Power}")),
        ];
        return factors.Length == 0 ? "1" : string.Join('*', factors);
    }

    /// <summary>Two digits: a scale that a reader can remember.</summary>
    private static double Rounded(double x) => x > 0 ? double.Parse(x.ToString("G2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : 1;

    private static IEnumerable<string> Names(Expression expression) => expression switch
    {
        NameExpression x => [x.Name],
        PrefixExpression x => Names(x.Operand),
        InfixExpression x => Names(x.Left).Concat(Names(x.Right)),
        CallExpression x => x.Arguments.SelectMany(Names),
        _ => [],
    };

    /// <summary>Values of all terms at the points. A term that is not finite somewhere is never chosen.</summary>
    private void Evaluate()
    {
        (CompiledExpressions Program, Func<double[], double[]> StatesOf)? others = _others.Count == 0 ? null : CompileOthers();
        for (int r = 0; r < _outputs.Count; r++)
        {
            double[] arguments = _arguments[r];
            double[] row = new double[Count];
            for (int i = 0; i < _powers.Length; i++)
            {
                row[i] = _powers[i].Select((power, k) => Math.Pow(arguments[k], power)).Aggregate(1.0, static (a, b) => a * b);
            }

            if (others is { } found)
            {
                found.Program.Run(0, found.StatesOf(arguments));
                for (int i = 0; i < _others.Count; i++)
                {
                    row[_powers.Length + i] = found.Program.Value(i);
                }
            }

            _rows.Add(row);
        }

        _sizes = [.. Enumerable.Range(0, Count).Select(i => Math.Max(Math.Sqrt(_rows.Sum(x => x[i] * x[i])), 1e-300))];
        (_products, _moments) = (new double[Count * Count], new double[Count]);
        for (int r = 0; r < _rows.Count; r++)
        {
            for (int i = 0; i < Count; i++)
            {
                double xi = _rows[r][i] / _sizes[i];
                _moments[i] += xi * _outputs[r];
                for (int j = 0; j < Count; j++)
                {
                    _products[(i * Count) + j] += xi * _rows[r][j] / _sizes[j];
                }
            }
        }
    }

    /// <summary>The other terms as quantities of a model whose states are the arguments.</summary>
    private (CompiledExpressions Program, Func<double[], double[]> StatesOf) CompileOthers()
    {
        // The time, and arguments that are expressions, get names of their own.
        string[] names = [.. _call.Arguments.Select(static (x, k) => x is NameExpression { Name: not "t" } name ? name.Name : FormattableString.Invariant($"argument {k + 1}"))];
        string[] texts = [.. _call.Arguments.Select(ModelPrinter.Print)];
        Expression Renamed(Expression x) => Array.IndexOf(texts, ModelPrinter.Print(x)) is >= 0 and int k ? new NameExpression(0, names[k]) : x switch
        {
            PrefixExpression p => new PrefixExpression(0, p.Symbol, Renamed(p.Operand)),
            InfixExpression p => new InfixExpression(0, p.Symbol, Renamed(p.Left), Renamed(p.Right)),
            CallExpression p => new CallExpression(0, p.Function, [.. p.Arguments.Select(Renamed)], p.Options),
            _ => x,
        };
        string[] states = [.. names.Distinct()];
        IEnumerable<Statement> statements =
        [
            .. states.Select(static x => new DerivativeStatement(0, x, new NumberExpression(0, 0))),
            .. _others.Select((x, i) => new DefinitionStatement(
                0,
                FormattableString.Invariant($"term {i + 1}"),
                new InfixExpression(0, "*", Renamed(x), new NumberExpression(0, 1)),
                new Modifiers())),
        ];
        BoundModel bound = EquationModel.Parse(ModelPrinter.Print(statements), "terms").Bound;
        CompiledExpressions program = new(bound, [.. bound.Quantities.Select(static x => x.Value)], []);
        program.Prepare([], []);
        return (program, arguments => [.. states.Select(x => arguments[Array.IndexOf(names, x)])]);
    }

    private double Error(int[] set)
    {
        double[] coefficients = Coefficients(set);
        double sum = 0;
        for (int r = 0; r < _rows.Count; r++)
        {
            double value = 0;
            for (int i = 0; i < set.Length; i++)
            {
                value += coefficients[i] * _rows[r][set[i]];
            }

            sum += (value - _outputs[r]) * (value - _outputs[r]);
        }

        return sum;
    }
}
