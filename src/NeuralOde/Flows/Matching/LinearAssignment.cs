using NeuralOde.Vectors;

namespace NeuralOde.Flows.Matching;

/// <summary>The exact solution of assignment problems of one size: a partner for each row among the columns, each column taken once, at the least total cost.</summary>
/// <remarks>
/// <para>
/// Method: Jonker, Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems", Computing 38 (1987): reduction of
/// columns and rows, then a shortest augmenting path for each row that is left. The result does not depend on the width of the vectors that scan the rows.
/// Time grows with the cube of the size at worst, and less for distances between points.
/// </para>
/// <para>An instance owns the memory of its costs, and allocates nothing when it solves. Not thread-safe.</para>
/// </remarks>
/// <example>
/// <code>
/// int[] partners = new int[256];
/// double cost = new LinearAssignment(256).Pair&lt;float&gt;(points, others, dimension: 2, partners);
/// </code>
/// </example>
public sealed unsafe partial class LinearAssignment
{
    private readonly AssignmentMemory _memory;

    /// <summary>Makes the memory for problems of one size, <c>8·count²</c> bytes.</summary>
    /// <param name="count">The number of rows, and of columns; from 1 to 16,384.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public LinearAssignment(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 16_384);
        Count = count;
        _memory = new AssignmentMemory(count);
    }

    /// <summary>The number of rows, and of columns.</summary>
    public int Count { get; }

    /// <summary>The price of each column after <see cref="Solve(Span{int})"/>: no row finds, prices subtracted, a cheaper column than its own, which proves the optimum.</summary>
    internal ReadOnlySpan<double> Prices => new(_memory.Prices.Address, Count);

    /// <summary>The costs of one row's columns, to be written before <see cref="Solve(Span{int})"/>, which leaves them as they are.</summary>
    /// <param name="row">Which row.</param>
    /// <returns>As many values as there are columns.</returns>
    public Span<double> Costs(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
        return new Span<double>(_memory.Row(row), Count);
    }

    /// <summary>Finds the assignment of the least total cost.</summary>
    /// <param name="columns">Set to the column of each row.</param>
    /// <returns>The total cost.</returns>
    /// <exception cref="ArgumentException">The span has another length, or a cost is not finite.</exception>
    public double Solve(Span<int> columns) => Solve(columns, SimdWidths.Best);

    /// <summary>The same with vectors of as many lanes, from 1 to 8, for tests.</summary>
    internal double Solve(Span<int> columns, int lanes) => Solve(columns, lanes switch
    {
        1 => SimdWidth.Scalar,
        2 => SimdWidth.V128,
        4 => SimdWidth.V256,
        _ => SimdWidth.V512,
    });

    private double Solve(Span<int> columns, SimdWidth width)
    {
        ArgumentException.ThrowIf(columns.Length != Count, $"An assignment of {Count} rows has as many columns; the span has {columns.Length}.", nameof(columns));
        if (!VectorDispatch.Run<double, AssignmentSearch, bool>(new AssignmentSearch(_memory), width))
        {
            throw new ArgumentException(WhatIsNotFinite());
        }

        double total = 0;
        for (int i = 0; i < Count; i++)
        {
            columns[i] = _memory.ColumnOfRow[i];
            total += Costs(i)[columns[i]];
        }

        return total;
    }

    private string WhatIsNotFinite()
    {
        for (int i = 0; i < Count; i++)
        {
            Span<double> row = Costs(i);
            for (int j = 0; j < Count; j++)
            {
                if (!double.IsFinite(row[j]))
                {
                    return $"Costs are finite numbers; that of row {i} and column {j} is {row[j].ToString(CultureInfo.InvariantCulture)}.";
                }
            }
        }

        return "Costs are finite numbers.";
    }
}
