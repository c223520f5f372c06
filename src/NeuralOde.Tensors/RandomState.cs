namespace NeuralOde.Tensors;

/// <summary>Where a <see cref="RandomSource"/> stands: four numbers to keep in a file.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Stream">Which of the seed's independent streams.</param>
/// <param name="Offset">How much of the stream has been drawn.</param>
/// <param name="Children">How many sources were split off.</param>
public readonly record struct RandomState(long Seed, ulong Stream, ulong Offset, ulong Children);
