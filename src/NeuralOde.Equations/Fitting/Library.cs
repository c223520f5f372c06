using NeuralOde.Equations.Language;

namespace NeuralOde.Equations.Fitting;

/// <summary>Products of an unknown term's arguments up to a degree, with their values and the term's along a solution.</summary>
internal sealed class Library
{
    private readonly CallExpression _call;
    private readonly int[][] _powers;
    private readonly List<double[]> _rows = [];
    private readonly List<double> _outputs = [];

    public Library(CallExpression call, int degree)
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

    public int ArgumentCount => _call.Arguments.Count;

    /// <summary>Number of products, the constant among them.</summary>
    public int Count => _powers.Length;

    /// <summary>Adds a point of the solution.</summary>
    public void Add(double[] arguments, double output)
    {
        double[] row = [.. _powers.Select(p => p.Select((power, k) => Math.Pow(arguments[k], power)).Aggregate(1.0, static (a, b) => a * b))];
        if (double.IsFinite(output) && Array.TrueForAll(row, double.IsFinite))
        {
            _rows.Add(row);
            _outputs.Add(output);
        }
    }

    /// <summary>The subsets that fit the outputs best, so many of each size, and the best of all last.</summary>
    public int[][] Rank(int most, int perSize)
    {
        List<(int[] Set, double Error)> kept = [];
        IEnumerable<int[]> sets = [[]];
        for (int size = 1; size <= most; size++)
        {
            sets = [.. sets.SelectMany(x => Enumerable.Range(x.Length == 0 ? 0 : x[^1] + 1, Math.Max(0, Count - (x.Length == 0 ? 0 : x[^1] + 1))).Select(n => (int[])[.. x, n]))];
            kept.AddRange(sets.Select(x => (x, Error(x))).OrderBy(static x => x.Item2).Take(perSize));
        }

        return [.. kept.OrderByDescending(static x => x.Error).Select(static x => x.Set)];
    }

    /// <summary>The coefficients by least squares on the outputs.</summary>
    public double[] Coefficients(int[] set)
    {
        int m = set.Length;
        double[] size = new double[m], a = new double[m * m], b = new double[m];
        for (int i = 0; i < m; i++)
        {
            size[i] = Math.Max(Math.Sqrt(_rows.Sum(x => x[set[i]] * x[set[i]])), 1e-300);
        }

        for (int r = 0; r < _rows.Count; r++)
        {
            for (int i = 0; i < m; i++)
            {
                double xi = _rows[r][set[i]] / size[i];
                b[i] += xi * _outputs[r];
                for (int j = 0; j < m; j++)
                {
                    a[(i * m) + j] += xi * _rows[r][set[j]] / size[j];
                }
            }
        }

        double[] solution = Symmetric.Solve(a, b) ?? new double[m];
        return [.. solution.Select((x, i) => x / size[i])];
    }

    /// <summary>A coefficient times a product.</summary>
    public Expression Product(int index, Expression coefficient)
    {
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

    /// <summary>A product as text; the constant is 1.</summary>
    public string Text(int index)
    {
        string[] factors =
        [
            .. _powers[index].Select((p, k) => (Power: p, Name: ModelPrinter.Print(_call.Arguments[k]))).Where(static x => x.Power > 0)
                .Select(static x => x.Power == 1 ? x.Name : FormattableString.Invariant($"{x.Name}^{x.Power}")),
        ];
        return factors.Length == 0 ? "1" : string.Join('*', factors);
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
