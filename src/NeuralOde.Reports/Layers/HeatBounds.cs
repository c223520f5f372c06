namespace NeuralOde.Reports;

/// <summary>Where a heat map's cells lie on the axes.</summary>
/// <param name="XMin">Left edge of the first column.</param>
/// <param name="XMax">Right edge of the last column.</param>
/// <param name="YMin">Lower edge of the first row.</param>
/// <param name="YMax">Upper edge of the last row.</param>
public readonly record struct HeatBounds(double XMin, double XMax, double YMin, double YMax)
{
    /// <summary>Cells centerd on 0, 1, 2, …, as axes of categories place them.</summary>
    /// <param name="columns">Columns.</param>
    /// <param name="rows">Rows.</param>
    /// <returns>The bounds.</returns>
    public static HeatBounds Categories(int columns, int rows) => new(-0.5, columns - 0.5, -0.5, rows - 0.5);
}
