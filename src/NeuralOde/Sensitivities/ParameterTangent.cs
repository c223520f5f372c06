namespace NeuralOde.Sensitivities;

/// <summary>The derivative of a compiled field by one number among its parameters and the inputs that need a gradient.</summary>
internal sealed class ParameterTangent<T>(CompiledField<T> field)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Program<T> _program = field.CompileParameterTangent();
    private readonly (int Argument, int Start, int Length, bool IsTime)[] _directions = Directions(field);

    /// <summary>The buffers that the program reads.</summary>
    public IReadOnlyList<Parameter> Buffers => _program.Buffers;

    /// <summary>Writes the derivative.</summary>
    /// <param name="t">Time.</param>
    /// <param name="z">The state.</param>
    /// <param name="index">Which number, all parameters and inputs one after the other.</param>
    /// <param name="destination">Destination.</param>
    public void Evaluate(double t, ReadOnlySpan<T> z, int index, Span<T> destination)
    {
        _program.SetWide(0, t);
        z.CopyTo(_program.Input(1));
        foreach ((int argument, int start, int length, bool isTime) in _directions)
        {
            int at = index - start;
            bool isHere = at >= 0 && at < length;
            if (isTime)
            {
                double[] direction = new double[length];
                direction[isHere ? at : 0] = isHere ? 1 : 0;
                _program.SetWide(argument, direction);
                continue;
            }

            Span<T> values = _program.Input(argument);
            values.Clear();
            if (isHere)
            {
                values[at] = T.One;
            }
        }

        _program.Run();
        _program.Output(0).CopyTo(destination);
    }

    private static (int Argument, int Start, int Length, bool IsTime)[] Directions(CompiledField<T> field)
    {
        List<(int, int, int, bool)> directions = [];
        int argument = 3 + field.Inputs.Count, start = 0;
        foreach ((int length, bool isTime) in field.Parameters.Select(static x => (x.ElementCount, false))
            .Concat(field.Inputs.Where(static x => x.NeedsGradient).Select(static x => (x.Shape.ElementCount, x.IsTime))))
        {
            directions.Add((argument++, start, length, isTime));
            start += length;
        }

        return [.. directions];
    }
}
