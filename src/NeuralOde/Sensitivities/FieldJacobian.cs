namespace NeuralOde.Sensitivities;

/// <summary>The Jacobian of a compiled field, by products with groups of unit vectors whose columns do not meet (Curtis, Powell, Reid 1974).</summary>
internal sealed class FieldJacobian<T>(CompiledField<T> field) : IJacobian<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _direction = new T[field.StateLength];
    private readonly T[] _product = new T[field.StateLength];

    public void Evaluate(double t, ReadOnlySpan<T> z, SquareMatrix<T> destination)
    {
        int length = _direction.Length;
        int group = destination.ColumnGroupCount;
        for (int first = 0; first < group; first++)
        {
            Array.Clear(_direction);
            for (int column = first; column < length; column += group)
            {
                _direction[column] = T.One;
            }

            field.JacobianVectorProduct(t, z, _direction, _product);
            for (int column = first; column < length; column += group)
            {
                (int top, int bottom) = destination.RowsOf(column);
                for (int row = top; row <= bottom; row++)
                {
                    destination[row, column] = _product[row];
                }
            }
        }
    }
}
