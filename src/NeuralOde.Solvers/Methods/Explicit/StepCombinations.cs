using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>The combinations of a tableau bound to a workspace: addresses once for all, weights times h once a step.</summary>
/// <remarks>
/// On small states a kernel's few vectors cost less than gathering its arguments. Here a stage passes the address of what is known beforehand,
/// and the weights of all stages are scaled and rounded together.
/// </remarks>
internal sealed unsafe class StepCombinations<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RowMemory<T> _rows;
    private readonly double[] _weights;

    // Pinned: the terms hold their addresses.
    private readonly T[] _scaled;
    private readonly int[] _indices;
    private readonly BoundTerms<T>[] _terms;
    private double _scale = double.NaN;

    /// <param name="tableau">Coefficients.</param>
    /// <param name="rows">Rows of the stages' derivatives from 0.</param>
    /// <param name="firstDenseRow">First row of the stages for dense output, which lie apart from the others.</param>
    public StepCombinations(ButcherTableau tableau, RowMemory<T> rows, int firstDenseRow)
        : this(
            [.. tableau.StageRows, tableau.StepRow, .. Estimates(tableau), .. tableau.DenseStageRows],
            tableau.StageCount,
            rows,
            i => i < tableau.StageCount ? i : i - tableau.StageCount + firstDenseRow)
    {
        DenseIndex = StepIndex + 1 + Estimates(tableau).Length;
    }

    /// <param name="combinations">Combinations of the memory's rows.</param>
    /// <param name="stepIndex">Which of them is the step's end.</param>
    /// <param name="rows">Memory.</param>
    /// <param name="rowOf">The row of an index in the combinations; the same number if not given.</param>
    public StepCombinations(LinearCombination[] combinations, int stepIndex, RowMemory<T> rows, Func<int, int>? rowOf = null)
    {
        _rows = rows;
        double[] weights = [.. combinations.SelectMany(static x => x.Weights)];
        int[] indices = [.. combinations.SelectMany(static x => x.Indices).Select(i => rowOf is null ? i : rowOf(i))];
        int padded = ScaledWeights.Padded(weights.Length);
        _weights = new double[padded];
        weights.CopyTo(_weights, 0);
        _scaled = GC.AllocateArray<T>(padded, pinned: true);
        _indices = GC.AllocateArray<int>(indices.Length, pinned: true);
        indices.CopyTo(_indices, 0);
        _terms = new BoundTerms<T>[combinations.Length];
        int first = 0;
        for (int i = 0; i < combinations.Length; i++)
        {
            int count = combinations[i].Weights.Length;
            _terms[i] = new BoundTerms<T>(
                rows.Address, rows.OffsetsAddress, Address(_indices) + first, Address(_scaled) + first, count);
            first += count;
        }

        StepIndex = stepIndex;
    }

    /// <summary>The combination that is the step's end; before it are the stages' inputs, after it the error estimate where there is one.</summary>
    public int StepIndex { get; }

    public int ErrorIndex => StepIndex + 1;

    public int LowerErrorIndex => StepIndex + 2;

    /// <summary>The first of the inputs of the stages for dense output.</summary>
    public int DenseIndex { get; }

    /// <summary>A combination with the weights of the last <see cref="Scale"/>.</summary>
    public ref readonly BoundTerms<T> this[int combination]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _terms[combination];
    }

    /// <summary>Makes all weights those of a step of length <paramref name="h"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Scale(double h)
    {
        // Steps of fixed length scale once.
        if (h != _scale)
        {
            ScaleAll(h);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScaleAll(double h)
    {
        _scale = h;
        ScaledWeights.Write(_weights, _weights.Length, h, Address(_scaled));
        GC.KeepAlive(_rows);
    }

    private static LinearCombination[] Estimates(ButcherTableau tableau) => [.. new[] { tableau.ErrorRow, tableau.LowerErrorRow }.OfType<LinearCombination>()];

    private static TItem* Address<TItem>(TItem[] pinned)
        where TItem : unmanaged
        => (TItem*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
