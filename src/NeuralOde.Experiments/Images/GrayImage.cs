namespace NeuralOde.Experiments.Images;

/// <summary>A picture of brightness alone. Immutable.</summary>
public sealed class GrayImage
{
    private readonly float[] _values;

    /// <summary>Takes over brightness values.</summary>
    /// <param name="values">Brightness from 0 (black) to 1 (white), row by row from the top; not to be changed afterwards.</param>
    /// <param name="rows">Height in pixels, at least 1.</param>
    /// <param name="columns">Width in pixels, at least 1.</param>
    /// <exception cref="ArgumentException">There are not rows times columns values.</exception>
    public GrayImage(float[] values, int rows, int columns)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentException.ThrowIf(
            values.LongLength != (long)rows * columns, $"A picture of {rows} rows and {columns} columns has {(long)rows * columns} values, not {values.Length}.", nameof(values));
        _values = values;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>Height in pixels.</summary>
    public int Rows { get; }

    /// <summary>Width in pixels.</summary>
    public int Columns { get; }

    /// <summary>Brightness from 0 (black) to 1 (white), row by row from the top.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>One pixel's brightness.</summary>
    /// <param name="row">From 0 at the top.</param>
    /// <param name="column">From 0 at the left.</param>
    public float this[int row, int column] => (uint)row < (uint)Rows && (uint)column < (uint)Columns
        ? _values[(row * Columns) + column]
        : throw new ArgumentOutOfRangeException(nameof(row), $"[{row}, {column}]", $"The picture has {Rows} rows and {Columns} columns.");
}
