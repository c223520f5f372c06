using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels.LinearAlgebra;

/// <summary>One product whose operands lie unaligned between guard zones, its plain reference in double, and the bound on their difference.</summary>
internal sealed class GemmCase<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Odd, so that no operand is aligned to more than an element.
    private const int Guard = 37;

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
    private readonly T[] _c;
    private readonly T[] _bias;
    private readonly T[] _y;

    /// <summary>Random operands, their stored rows <paramref name="gap"/> elements apart.</summary>
    public GemmCase(bool transposeA, bool transposeB, int m, int n, int k, int gap = 0)
    {
        (_transposeA, _transposeB, _m, _n, _k) = (transposeA, transposeB, m, n, k);
        _lda = (transposeA ? m : k) + gap;
        _ldb = (transposeB ? k : n) + gap;
        _ldc = n + gap;
        var random = new Random((((m * 4096) + n) * 4096) + k);
        _a = Fill(random, (transposeA ? k : m) * _lda);
        _b = Fill(random, (transposeB ? n : k) * _ldb);
        _c = Fill(random, m * _ldc);
        _bias = Fill(random, n);
        _y = Fill(random, m * n);
    }

    public Span<T> A => Inside(_a);

    public Span<T> B => Inside(_b);

    public Span<T> C => Inside(_c);

    private Span<T> Bias => Inside(_bias);

    private Span<T> Y => Inside(_y);

    /// <summary>C = op(A)·op(B).</summary>
    public void Multiply(SimdWidth width) => Multiply(width, accumulate: false);

    /// <summary>Checks C = op(A)·op(B).</summary>
    public void CheckMultiply(SimdWidth width)
        => Check(() => Multiply(width, accumulate: false), (_, _) => 0, (sum, _) => sum);

    /// <summary>Checks C += op(A)·op(B).</summary>
    public void CheckAccumulate(SimdWidth width)
    {
        T[] before = C.ToArray();
        Check(() => Multiply(width, accumulate: true), (i, j) => double.CreateChecked(before[(i * _ldc) + j]), (sum, _) => sum);
    }

    /// <summary>Checks C = tanh(op(A)·op(B) + bias). Only for a gap of 0.</summary>
    public void CheckBiasTanh(SimdWidth width) => Check(
        () => Gemm.MultiplyBiasActivate<T, TanhOperator<T>>(Shape, A, B, Bias, C, width),
        (_, j) => double.CreateChecked(Bias[j]),
        (sum, _) => Math.Tanh(sum));

    /// <summary>Checks C = op(A)·op(B) + bias. Only for a gap of 0.</summary>
    public void CheckBias(SimdWidth width) => Check(
        () => Gemm.MultiplyBiasActivate<T, IdentityOperator<T>>(Shape, A, B, Bias, C, width),
        (_, j) => double.CreateChecked(Bias[j]),
        (sum, _) => sum);

    /// <summary>Checks C = (op(A)·op(B))·(1 − y²). Only for a gap of 0.</summary>
    public void CheckTanhGradient(SimdWidth width) => Check(
        () => Gemm.MultiplyActivationGradient<T, TanhGradientOperator<T>>(Shape, A, B, Y, C, width),
        (_, _) => 0,
        (sum, y) => sum * (1 - (y * y)));

    public override string ToString()
        => $"{typeof(T).Name} {(_transposeA ? "Aᵀ" : "A")}·{(_transposeB ? "Bᵀ" : "B")}, m = {_m}, n = {_n}, k = {_k}, leading dimensions {_lda}, {_ldb}, {_ldc}";

    private GemmShape Shape => new(_transposeA, _transposeB, _m, _n, _k);

    private void Multiply(SimdWidth width, bool accumulate)
        => Gemm.Multiply<T>(Shape, new(_lda, _ldb, _ldc), A, B, C, accumulate, width);

    /// <summary>Runs a computation, and compares every element of C's memory, its guards and gaps included, with what it must hold.</summary>
    /// <param name="compute">Writes C.</param>
    /// <param name="start">What the sum of a row and column starts from.</param>
    /// <param name="finish">What is done to a sum, given the element of y; 1-Lipschitz in the sum, so that the bound on the sum carries over.</param>
    private void Check(Action compute, Func<int, int, double> start, Func<double, double, double> finish)
    {
        double[] a = Dense(A, _lda, _m, _k, _transposeA);
        double[] bTransposed = Dense(B, _ldb, _n, _k, !_transposeB);
        T[] before = _c.ToArray();
        compute();

        double roundoff = typeof(T) == typeof(float) ? Math.ScaleB(1, -24) : Math.ScaleB(1, -53);
        for (int i = 0; i < _m; i++)
        {
            for (int j = 0; j < _n; j++)
            {
                double sum = start(i, j);
                double magnitude = Math.Abs(sum);
                for (int p = 0; p < _k; p++)
                {
                    double term = a[(i * _k) + p] * bTransposed[(j * _k) + p];
                    sum += term;
                    magnitude += Math.Abs(term);
                }

                // No term passes through more than k + 1 roundings (Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, section 3.1);
                // as many again in the reference, where that is no more precise; and what follows the sum is good to 4 units in the last place, 8 roundoffs.
                double expected = finish(sum, double.CreateChecked(Y[(i * _n) + j]));
                double bound = (2 * (_k + 1) * roundoff * magnitude) + (8 * roundoff * Math.Abs(expected));
                int index = Guard + (i * _ldc) + j;
                double actual = double.CreateChecked(_c[index]);
                if (!(Math.Abs(actual - expected) <= bound))
                {
                    Assert.Fail($"{this}: {actual} at ({i}, {j}), not {expected} within {bound}");
                }

                before[index] = _c[index];
            }
        }

        Assert.True(_c.AsSpan().SequenceEqual(before), $"{this}: wrote outside C");
    }

    /// <summary>A stored matrix, or its transpose, as dense rows of double.</summary>
    private static double[] Dense(ReadOnlySpan<T> stored, int leadingDimension, int rows, int columns, bool transposed)
    {
        double[] dense = new double[rows * columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                dense[(i * columns) + j] = double.CreateChecked(stored[transposed ? (j * leadingDimension) + i : (i * leadingDimension) + j]);
            }
        }

        return dense;
    }

    private static T[] Fill(Random random, int length)
    {
        var all = new T[length + (2 * Guard)];
        foreach (ref T x in all.AsSpan())
        {
            x = T.CreateChecked((2 * random.NextDouble()) - 1);
        }

        return all;
    }

    private static Span<T> Inside(T[] all) => all.AsSpan(Guard, all.Length - (2 * Guard));
}
