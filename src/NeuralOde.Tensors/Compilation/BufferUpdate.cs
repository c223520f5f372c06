namespace NeuralOde.Tensors;

/// <summary>A side effect of a traced function: <c>target ← (1 − share)·target + share·value</c> at the end of each run.</summary>
internal sealed record BufferUpdate(Parameter Target, Tensor Value, double Share);

/// <summary>The same once the graph is built.</summary>
internal sealed record BufferUpdateNode(Parameter Target, GraphNode Value, double Share)
{
    public string Text(string value) => string.Create(CultureInfo.InvariantCulture, $"{Target.Name} = move_towards({Target.Name}, {value}, {Share:R})  {Target.Shape}");
}

/// <summary>Moves a buffer a share of the way to a value.</summary>
internal sealed class BufferUpdateInstruction<T>(Parameter target, Buffer<T> value, double share) : Instruction
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _share = T.CreateTruncating(share);
    private readonly T _rest = T.CreateTruncating(1 - share);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool Follow(in MemoryMove move)
    {
        bool concerns = move.Concerns(value);
        value = value.After(move);
        return concerns;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run()
    {
        Span<T> values = target.MutableValues<T>();
        ReadOnlySpan<T> to = value.Span;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (_rest * values[i]) + (_share * to[i]);
        }

        target.MarkChanged();
    }
}
