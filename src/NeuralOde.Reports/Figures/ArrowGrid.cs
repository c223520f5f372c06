namespace NeuralOde.Reports;

/// <summary>Points of a regular grid, row by row, at which a vector field is evaluated for <see cref="Figure.Arrows"/>.</summary>
public sealed class ArrowGrid
{
    /// <summary>Makes a grid whose outermost points lie half a cell inside its bounds.</summary>
    /// <param name="xMin">Left bound.</param>
    /// <param name="xMax">Right bound, above <paramref name="xMin"/>.</param>
    /// <param name="yMin">Lower bound.</param>
    /// <param name="yMax">Upper bound, above <paramref name="yMin"/>.</param>
    /// <param name="columns">Points in a row, 1 or more; default 18.</param>
    /// <param name="rows">Points in a column, 1 or more; default 14.</param>
    /// <exception cref="ArgumentException">Bounds that are not finite and rising, or no columns or rows.</exception>
    public ArrowGrid(double xMin, double xMax, double yMin, double yMax, int columns = 18, int rows = 14)
    {
        ArgumentException.ThrowIf(
            !(double.IsFinite(xMax - xMin) && xMax > xMin && double.IsFinite(yMax - yMin) && yMax > yMin),
            $"The bounds [{xMin}, {xMax}] x [{yMin}, {yMax}] must be finite, and each minimum below its maximum.");
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        (double[] xs, double[] ys) = (new double[columns * rows], new double[columns * rows]);
        for (int i = 0; i < xs.Length; i++)
        {
            xs[i] = xMin + (i % columns + 0.5) * (xMax - xMin) / columns;
            ys[i] = yMin + (i / columns + 0.5) * (yMax - yMin) / rows;
        }
        (Xs, Ys) = (xs, ys);
    }

    /// <summary>Abscissas, <c>[rows · columns]</c>.</summary>
    public IReadOnlyList<double> Xs { get; }

    /// <summary>Ordinates, <c>[rows · columns]</c>.</summary>
    public IReadOnlyList<double> Ys { get; }

    /// <summary>Evaluates a field at every point.</summary>
    /// <param name="field">The field's two components at a point.</param>
    /// <returns>The components, in the order of the points.</returns>
    public (double[] Us, double[] Vs) Evaluate(Func<double, double, (double U, double V)> field)
    {
        ArgumentNullException.ThrowIfNull(field);
        (double[] us, double[] vs) = (new double[Xs.Count], new double[Xs.Count]);
        for (int i = 0; i < us.Length; i++)
        {
            (us[i], vs[i]) = field(Xs[i], Ys[i]);
        }
        return (us, vs);
    }
}
