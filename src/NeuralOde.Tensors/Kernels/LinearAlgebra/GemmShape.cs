namespace NeuralOde.Tensors.Kernels;

/// <summary>The sizes and the layout of a product C = op(A)·op(B), [m, n] = [m, k]·[k, n], where op is the identity or the transposition.</summary>
/// <param name="TransposeA">Whether A is stored as [k, m].</param>
/// <param name="TransposeB">Whether B is stored as [n, k].</param>
/// <param name="M">Rows of C.</param>
/// <param name="N">Columns of C.</param>
/// <param name="K">Terms of each sum.</param>
internal readonly record struct GemmShape(bool TransposeA, bool TransposeB, int M, int N, int K)
{
    /// <summary>The leading dimensions of matrices without gaps.</summary>
    public GemmSteps DenseSteps => new(ARow, BRow, N);

    /// <summary>Elements of a stored row of A.</summary>
    public int ARow => TransposeA ? M : K;

    /// <summary>Elements of a stored row of B.</summary>
    public int BRow => TransposeB ? K : N;

    /// <summary>Stored rows of A.</summary>
    public int ARows => TransposeA ? K : M;

    /// <summary>Stored rows of B.</summary>
    public int BRows => TransposeB ? N : K;
}

/// <summary>The elements from one stored row to the next of each matrix of a product, which may be parts of wider ones.</summary>
internal readonly record struct GemmSteps(int A, int B, int C);
