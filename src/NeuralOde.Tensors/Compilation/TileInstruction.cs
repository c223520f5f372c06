namespace NeuralOde.Tensors;

/// <summary>
/// Several element-wise steps over long operands, all of them over one tile before the next: what one writes for another stays in
/// the first-level cache, and what no one else reads has no more memory than a tile.
/// </summary>
/// <param name="steps">The steps, each with the operands that it reads along (see <see cref="ElementwiseInstruction{T}.RunTile"/>).</param>
/// <param name="length">The number of elements of the operands.</param>
/// <param name="tile">The number of elements of a tile.</param>
internal sealed class TileInstruction<T>((ElementwiseInstruction<T> Step, int Moves)[] steps, int length, int tile) : Instruction
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool Follow(in MemoryMove move)
    {
        bool concerns = false;
        foreach ((ElementwiseInstruction<T> step, _) in steps)
        {
            concerns |= step.Follow(move);
        }

        return concerns;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run()
    {
        for (int start = 0; start < length; start += tile)
        {
            int count = Math.Min(tile, length - start);
            foreach ((ElementwiseInstruction<T> step, int moves) in steps)
            {
                step.RunTile(start, count, moves);
            }
        }
    }
}
