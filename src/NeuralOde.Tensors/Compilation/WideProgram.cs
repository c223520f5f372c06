namespace NeuralOde.Tensors;

/// <summary>The part of a program that is computed in double precision before the rest, and rounded into inputs of the rest.</summary>
/// <param name="program">The part.</param>
/// <param name="slots">For each argument of the whole program the part's argument; −1 where it has none.</param>
/// <param name="firstParameter">The first of the part's arguments that is a parameter.</param>
/// <param name="parameters">The parameters.</param>
/// <param name="results">Where the rest reads the part's results.</param>
internal sealed class WideProgram<T>(Program<double> program, int[] slots, int firstParameter, Parameter[] parameters, Buffer<T>[] results)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private long _anyVersion = -1;

    /// <summary>The parameters that the part reads.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters;

    /// <summary>The printed part.</summary>
    public override string ToString() => program.ToString();

    /// <summary>The memory of an argument of the whole program.</summary>
    public Span<double> Input(int index) => program.Input(slots[index]);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run()
    {
        if (parameters.Length > 0 && _anyVersion != Parameter.AnyVersion)
        {
            Refresh();
        }

        program.Run();
        for (int i = 0; i < results.Length; i++)
        {
            Round(program.Output(i), results[i].Span);
        }
    }

    private void Refresh()
    {
        _anyVersion = Parameter.AnyVersion;
        for (int i = 0; i < parameters.Length; i++)
        {
            ReadOnlySpan<T> values = parameters[i].StorageOf<T>().Span;
            Span<double> copy = program.Input(firstParameter + i);
            for (int k = 0; k < copy.Length; k++)
            {
                copy[k] = double.CreateTruncating(values[k]);
            }
        }
    }

    private static void Round(ReadOnlySpan<double> values, Span<T> rounded)
    {
        for (int k = 0; k < rounded.Length; k++)
        {
            rounded[k] = T.CreateTruncating(values[k]);
        }
    }
}
