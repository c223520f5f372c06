using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels.LinearAlgebra;

/// <summary>One product with operands inside guard zones, its plain reference in double or wider, and the bound on their difference.</summary>
internal sealed unsafe class GemmCase<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Guard = 37; // Odd, so that no operand is aligned.
    private static readonly T s_sentinel = T.CreateChecked(-12345.5);

    private readonly bool _transposeA;
    private readonly bool _transposeB;
    private readonly int _m;
    private readonly int _n;
    private readonly int _k;
    private readonly int _lda;
    private readonly int _ldb;
    private readonly int _ldc;
    private readonly T[] _a;
    private readonly T[] _b;
    private readonly T[] _bias;
    private readonly T[] _y;
    private readonly T[] _c;

    public GemmCase(bool transposeA, bool transposeB, int m, int n, int k, int gap = 0, int seed = 0)
    {
        (_transposeA, _transposeB, _m, _n, _k) = (transposeA, transposeB, m, n, k);
        _lda = (transposeA ? m : k) + gap;
        _ldb = (transposeB ? k : n) + gap;
        _ldc = n + gap;
        var random = new Random(HashCode.Combine(m, n, k, seed));
        _a = Fill(random, (transposeA ? k : m) * _lda);
        _b = Fill(random, (transposeB ? n : k) * _ldb);
        _c = Fill(random, m * _ldc);
        _bias = Fill(random, n);
        _y = Fill(random, m * n);
    }

    public ReadOnlySpan<T> A => Inside(_a);

    public ReadOnlySpan<T> B => Inside(_b);

    public ReadOnlySpan<T> Bias => Inside(_bias);

    public ReadOnlySpan<T> Y => Inside(_y);

    public Span<T> C => Inside(_c);

    public int Lda => _lda;

    public int Ldb => _ldb;

    public int Ldc => _ldc;

    /// <summary>Runs a computation on C, and compares every element of C's memory with what it must hold.</summary>
    /// <param name="compute">Writes C.</param>
    /// <param name="start">What each sum starts from, by its row and column.</param>
    /// <param name="activate">What is done to each sum, by its value and the element of y; 1-Lipschitz in the sum, so that the bound carries over.</param>
    public void Check(Action compute, Func<int, int, T>? start = null, Func<double, double, double>? activate = null)
    {
        var before = _c.ToArray();
        compute();
        for (int index = 0; index < _c.Length; index++)
        {
            int inside = index - Guard;
            int i = inside >= 0 && _ldc > 0 ? inside / _ldc : -1;
            int j = i >= 0 ? inside % _ldc : -1;
            if (i < 0 || i >= _m || j >= _n)
            {
                Assert.True(_c[index] == before[index], $"{this} wrote outside C, at {inside}.");
                continue;
            }

            var first = start is null ? T.Zero : start(i, j);
            double sum = double.CreateChecked(first);
            double magnitude = Math.Abs(sum);
            for (int p = 0; p < _k; p++)
            {
                double x = double.CreateChecked(A[_transposeA ? (p * _lda) + i : (i * _lda) + p]);
                double y = double.CreateChecked(B[_transposeB ? (j * _ldb) + p : (p * _ldb) + j]);
                sum += x * y;
                magnitude += Math.Abs(x * y);
            }

            double expected = activate is null ? sum : activate(sum, double.CreateChecked(Y[(i * _n) + j]));

            // k + 1 roundings at most on the way of any term (Higham, Accuracy and Stability of Numerical Algorithms, 3.1), as many again
            // in the reference where that is in the same precision, and a few for what follows the sum.
            double epsilon = typeof(T) == typeof(float) ? Math.ScaleB(1, -24) : Math.ScaleB(1, -53);
            double bound = (2 * (_k + 2) * epsilon * magnitude) + (4 * epsilon * Math.Abs(expected));
            double actual = double.CreateChecked(_c[index]);
            Assert.True(Math.Abs(actual - expected) <= bound, $"{this} has {actual} at ({i}, {j}), not {expected} within {bound}.");
        }
    }

    /// <summary>C = S + A·B by vectors of a given width.</summary>
    public void Multiply<TVector>(bool accumulate)
        where TVector : struct, ISimdVector<TVector, T>
    {
        fixed (T* a = A, b = B, c = C)
        {
            var problem = Problem(a, b, c);
            problem.Start = accumulate ? c : null;
            problem.StartStep = accumulate ? _ldc : 0;
            GemmPaths<T, TVector>.Multiply(problem);
        }
    }

    public void MultiplyBiasActivate<TVector, TActivation>()
        where TVector : struct, ISimdVector<TVector, T>
        where TActivation : struct, IUnaryOperator<T>
    {
        fixed (T* a = A, b = B, c = C, bias = Bias)
        {
            var problem = Problem(a, b, c);
            problem.Start = bias;
            GemmPaths<T, TVector>.MultiplyActivate<TActivation>(problem);
        }
    }

    public void MultiplyGradient<TVector, TGradient>()
        where TVector : struct, ISimdVector<TVector, T>
        where TGradient : struct, IBinaryOperator<T>
    {
        fixed (T* a = A, b = B, c = C, y = Y)
        {
            GemmPaths<T, TVector>.MultiplyGradient<TGradient>(Problem(a, b, c), y);
        }
    }

    public override string ToString()
        => $"{typeof(T).Name} {(_transposeA ? "Aᵀ" : "A")}·{(_transposeB ? "Bᵀ" : "B")}, m = {_m}, n = {_n}, k = {_k}, strides {_lda}, {_ldb}, {_ldc}:";

    private GemmProblem<T> Problem(T* a, T* b, T* c)
    {
        GemmProblem<T> problem = default;
        (problem.M, problem.N, problem.K) = (_m, _n, _k);
        problem.A = StridedMatrix<T>.Create(a, _lda, _transposeA);
        problem.B = StridedMatrix<T>.Create(b, _ldb, _transposeB);
        problem.C = c;
        problem.CStep = _ldc;
        return problem;
    }

    private static T[] Fill(Random random, int length)
    {
        var all = new T[length + (2 * Guard)];
        Array.Fill(all, s_sentinel);
        foreach (ref var x in all.AsSpan(Guard, length))
        {
            x = T.CreateChecked((2 * random.NextDouble()) - 1);
        }

        return all;
    }

    private static Span<T> Inside(T[] all) => all.AsSpan(Guard, all.Length - (2 * Guard));
}
