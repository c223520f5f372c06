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
        (int lower, int upper) = destination.Bandwidth is { } band ? (band.Lower, band.Upper) : (length - 1, length - 1);
        int group = Math.Min(length, lower + upper + 1);
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
                for (int row = Math.Max(0, column - upper); row <= Math.Min(length - 1, column + lower); row++)
                {
                    destination[row, column] = _product[row];
                }
            }
        }
    }
}
