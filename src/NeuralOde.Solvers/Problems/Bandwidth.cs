namespace NeuralOde.Solvers;

/// <summary>How far from the diagonal a matrix has entries: (i, j) may differ from zero where <c>−Upper ≤ i − j ≤ Lower</c>.</summary>
/// <param name="Lower">Number of diagonals below the main one; not negative.</param>
/// <param name="Upper">Number of diagonals above the main one; not negative.</param>
public readonly record struct Bandwidth(int Lower, int Upper)
{
    /// <summary>The main diagonal alone.</summary>
    public static Bandwidth Diagonal => default;
}
