namespace NeuralOde.Tensors.Kernels;

/// <summary>One multiplication C = S + A·B, with A [m, k], B [k, n], and C and S [m, n].</summary>
/// <remarks>
/// S is what every sum starts from: nothing where <see cref="Start"/> is null, a bias that all rows share where <see cref="StartStep"/> is 0, C itself to accumulate.
/// Kernels take a problem by reference and, for a part of it, copy it and move its pointers.
/// </remarks>
internal unsafe struct GemmProblem<T>
    where T : unmanaged
{
    public nint M;
    public nint N;
    public nint K;
    public StridedMatrix<T> A;
    public StridedMatrix<T> B;
    public T* C;

    /// <summary>Elements from one row of C to the next.</summary>
    public nint CStep;
    public T* Start;

    /// <summary>Elements from one row of S to the next.</summary>
    public nint StartStep;

    /// <summary>The part of C that starts at a row and a column and has the given size.</summary>
    public readonly GemmProblem<T> Part(nint row, nint column, nint m, nint n)
    {
        var part = this;
        part.M = m;
        part.N = n;
        part.A = A.From(row, 0);
        part.B = B.From(0, column);
        part.C = C + (row * CStep) + column;
        part.Start = Start == null ? null : Start + (row * StartStep) + column;
        return part;
    }
}
