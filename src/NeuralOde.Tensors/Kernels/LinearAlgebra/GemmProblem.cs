namespace NeuralOde.Tensors.Kernels;

/// <summary>One multiplication C = S + A·B, with A [m, k], B [k, n], and C and S [m, n].</summary>
/// <remarks>
/// S is what every sum starts from: nothing where <see cref="Start"/> is null, a bias that all rows share where <see cref="StartStep"/> is 0, C itself to accumulate.
/// A and B each have contiguous rows or contiguous columns, and C overlaps neither.
/// Kernels take a problem by reference and, for a part of it, copy it and move its pointers.
/// </remarks>
internal unsafe struct GemmProblem<T>(nint m, nint n, nint k, StridedMatrix<T> a, StridedMatrix<T> b, T* c, nint cStep) where T : unmanaged
{
    public nint M = m;
    public nint N = n;
    public nint K = k;
    public StridedMatrix<T> A = a;
    public StridedMatrix<T> B = b;
    public T* C = c;

    /// <summary>Elements from one row of C to the next.</summary>
    public nint CStep = cStep;
    public T* Start;

    /// <summary>Elements from one row of S to the next.</summary>
    public nint StartStep;

    /// <summary>The problem of a shape over matrices in memory, whose sums start from nothing.</summary>
    public static GemmProblem<T> Create(GemmShape shape, GemmSteps steps, T* a, T* b, T* c) => new(
        shape.M, shape.N, shape.K, StridedMatrix<T>.Create(a, steps.A, shape.TransposeA), StridedMatrix<T>.Create(b, steps.B, shape.TransposeB), c, steps.C);

    /// <summary>The part of C that starts at a row and a column and has the given size.</summary>
    public readonly GemmProblem<T> Part(nint row, nint column, nint m, nint n) => new(
        m, n, K, A.From(row, 0), B.From(0, column), C + (row * CStep) + column, CStep)
    {
        Start = Start == null ? null : Start + (row * StartStep) + column,
        StartStep = StartStep,
    };

    /// <summary>The part of the sums that starts at term <paramref name="p"/> and has <paramref name="k"/> terms, and goes on from C where it is not the first.</summary>
    public readonly GemmProblem<T> Terms(nint p, nint k)
        => new(M, N, k, A.From(0, p), B.From(p, 0), C, CStep) { Start = p == 0 ? Start : C, StartStep = p == 0 ? StartStep : CStep };
}
