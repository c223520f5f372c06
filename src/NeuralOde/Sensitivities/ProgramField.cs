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
        y.CopyTo(program.Input(1));
        program.Run();
        program.Output(0).CopyTo(dy);
    }
}
