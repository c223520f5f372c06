namespace NeuralOde.Tensors;

/// <summary>
/// Values of a program that lie outside of its arena, one after the other in a stretch of memory that may be another one at each run (<see cref="Program{T}.Kept"/>): what one
/// program leaves there, another one reads.
/// </summary>
internal sealed class KeptPlaces
{
    private readonly int[] _offsets;

    /// <param name="shapes">The values' shapes.</param>
    /// <param name="granule">Places start at multiples of this many elements: a cache line.</param>
    public KeptPlaces(IReadOnlyList<Shape> shapes, int granule)
    {
        _offsets = new int[shapes.Count];
        for (int i = 0; i < shapes.Count; i++)
        {
            _offsets[i] = Length;
            Length = checked(Length + ((Math.Max(shapes[i].ElementCount, 1) + granule - 1) / granule * granule));
        }
    }

    /// <summary>Where a value starts.</summary>
    public int this[int value] => _offsets[value];

    /// <summary>The number of elements of all places.</summary>
    public int Length { get; }

    /// <summary>For some arguments of the program the value that they are.</summary>
    public Dictionary<int, int> Inputs { get; init; } = [];

    /// <summary>For some results of the program the value that they are.</summary>
    public Dictionary<int, int> Outputs { get; init; } = [];

    /// <summary>The place of an argument; −1 where it lies in the arena.</summary>
    public int OfInput(int input) => Inputs.TryGetValue(input, out int value) ? _offsets[value] : -1;

    /// <summary>The place of a result; −1 where it lies in the arena.</summary>
    public int OfOutput(int output) => Outputs.TryGetValue(output, out int value) ? _offsets[value] : -1;
}
