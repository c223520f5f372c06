using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The coefficients of an explicit pair of seven stages of which the last is shared with the next step, at places that are the same for all: the shape of
/// <see cref="Dopri5"/> and <see cref="Tsit5"/>.
/// </summary>
internal sealed class InlinedTableau
{
    /// <summary>Number of stages.</summary>
    public const int Stages = 7;

    /// <summary>Number of weights, whole vectors of them.</summary>
    public const int PaddedWeights = 32;

    // a_21, a_31, a_32, … a_65, then b_1 to b_6 and e_1 to e_7.
    private readonly double[] _weights = new double[PaddedWeights];

    private InlinedTableau(ButcherTableau tableau, bool hasSecondWeight)
    {
        Tableau = tableau;
        HasSecondWeight = hasSecondWeight;
        double[] b = Full(tableau.StepRow), e = Full(tableau.ErrorRow!);
        double[] weights = [.. tableau.StageRows[1..(Stages - 1)].SelectMany(static row => row.Weights), .. b[..(Stages - 1)], .. e];
        weights.CopyTo(_weights, 0);
        FirstWeight = weights[0];
    }

    public ButcherTableau Tableau { get; }

    /// <summary>Whether the second stage has a weight in the step and in the error estimate. It is left out otherwise: zero times a number may be a negative zero.</summary>
    public bool HasSecondWeight { get; }

    /// <summary>Writes the weights of a step of length <paramref name="h"/>: a_21, a_31, a_32, … a_65, then b_1 to b_6 and e_1 to e_7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Scale<T>(double h, T* destination)
        where T : unmanaged => ScaledWeights.Write(_weights, PaddedWeights, h, destination);

    /// <summary>a_21.</summary>
    public double FirstWeight { get; }

    /// <summary>The coefficients, where a tableau has that shape.</summary>
    public static InlinedTableau? Of(ButcherTableau tableau)
    {
        bool hasShape = tableau.StageCount == Stages
            && tableau.IsFirstSameAsLast
            && tableau.DenseStageCount == 0
            && tableau is { ErrorRow: not null, LowerErrorRow: null };
        for (int i = 1; i < Stages - 1 && hasShape; i++)
        {
            hasShape = tableau.StageRows[i].Indices.Length == i;
        }

        if (!hasShape)
        {
            return null;
        }

        int[] step = tableau.StepRow.Indices, error = tableau.ErrorRow!.Indices;
        return step.AsSpan().SequenceEqual([0, 1, 2, 3, 4, 5]) && error.AsSpan().SequenceEqual([0, 1, 2, 3, 4, 5, 6])
            ? new InlinedTableau(tableau, hasSecondWeight: true)
            : step.AsSpan().SequenceEqual([0, 2, 3, 4, 5]) && error.AsSpan().SequenceEqual([0, 2, 3, 4, 5, 6])
            ? new InlinedTableau(tableau, hasSecondWeight: false)
            : null;
    }

    private static double[] Full(LinearCombination row)
    {
        double[] weights = new double[Stages];
        for (int i = 0; i < row.Indices.Length; i++)
        {
            weights[row.Indices[i]] = row.Weights[i];
        }

        return weights;
    }
}
