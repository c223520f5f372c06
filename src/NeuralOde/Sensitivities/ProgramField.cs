namespace NeuralOde.Sensitivities;

/// <summary>A program <c>(t, z) → f</c> as a solver sees it.</summary>
internal sealed class ProgramField<T>(Program<T> program) : IVectorField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(double t, ReadOnlySpan<T> y, Span<T> dy) => Run(program, t, y, dy);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(Program<T> program, double t, ReadOnlySpan<T> y, Span<T> dy)
    {
        program.SetWide(0, t);
        Copy(y, program.Input(1));
        program.Run();
        Copy(program.Output(0), dy);
    }

    /// <summary>Copies a state. Few numbers are copied one by one: those that were just stored so would be waited for by a wider load.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(ReadOnlySpan<T> from, Span<T> to)
    {
        if (from.Length > 4)
        {
            from.CopyTo(to);
            return;
        }

        for (int i = 0; i < from.Length; i++)
        {
            to[i] = from[i];
        }
    }
}
