namespace NeuralOde.Fields;

/// <summary>Which components of a state are positions: the first of each row, with their velocities (or momenta) behind them.</summary>
/// <param name="PositionCount">The number of positions in a row.</param>
/// <param name="RowLength">The length of a row of the flat, row-major state, such as its last axis.</param>
/// <param name="IsSecondOrder">
/// Whether the derivative of each position is the velocity half a row behind it. Then symplectic methods evaluate the field for the derivatives of velocities only.
/// </param>
public readonly record struct PositionLayout(int PositionCount, int RowLength, bool IsSecondOrder = false);
