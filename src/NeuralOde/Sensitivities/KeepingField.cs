namespace NeuralOde.Sensitivities;

/// <summary>
/// The field that a direct gradient solves. Its evaluations leave what their products will read, and its running statistics count a state once: not when its step is
/// computed again.
/// </summary>
/// <param name="dynamics">The dynamics.</param>
/// <param name="split">The field and its product in two programs; null where nothing is kept.</param>
internal sealed class KeepingField<T>(CompiledField<T> dynamics, SplitProgram<T>? split) : IStatefulField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Up to so many elements copying them takes less time than telling the programs where they are.</summary>
    private const int MostCopied = 1024;

    /// <summary>Whether steps are computed again.</summary>
    public bool IsReplaying { get; set; }

    /// <summary>Where evaluations leave something; nowhere if null.</summary>
    public KeptEvaluations<T>? Kept { get; set; }

    public bool IsStateful => Kept is not null || dynamics.IsStateful;

    /// <summary>Whether what is kept is copied.</summary>
    public static bool Copies(SplitProgram<T> split) => split.KeptLength <= MostCopied;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(double t, ReadOnlySpan<T> y, Span<T> dy)
    {
        if (IsReplaying && dynamics.IsStateful)
        {
            dynamics.ForwardOnly.Evaluate(t, y, dy);
        }
        else if (Kept is { } kept)
        {
            Program<T> program = split!.First;
            Buffer<T> place = kept.Add(t);
            if (Copies(split))
            {
                ProgramField<T>.Run(program, t, y, dy);
                program.Kept.Span.CopyTo(place.Span);
            }
            else
            {
                program.KeepAt(place);
                ProgramField<T>.Run(program, t, y, dy);
            }
        }
        else
        {
            dynamics.Evaluate(t, y, dy);
        }
    }

    public void Commit()
    {
        Kept?.Commit();
        dynamics.Commit();
    }

    public void Revert()
    {
        Kept?.Revert();
        dynamics.Revert();
    }
}
