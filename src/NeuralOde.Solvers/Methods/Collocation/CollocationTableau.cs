using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// A collocation method of two or three stages: all coefficients follow from its nodes. Hairer's and Wanner's transformation
/// (<i>Solving Ordinary Differential Equations II</i>, IV.8) splits its linear systems by the eigenvalues of <c>A⁻¹ = V Λ V⁻¹</c> into a complex one, and a
/// real one where there are three.
/// </summary>
internal sealed class CollocationTableau
{
    /// <param name="order">Order at the step's end.</param>
    /// <param name="nodes">Nodes c, two or three, rising within (0, 1].</param>
    /// <param name="readsStart">Whether dense output also meets the derivative at the step's start, which adds an order and costs stiff problems accuracy.</param>
    public CollocationTableau(int order, double[] nodes, bool readsStart)
    {
        int s = nodes.Length;
        (Order, C, ReadsStart) = (order, nodes, readsStart);
        A = [.. nodes.Select(c => Integrals(nodes, c))];
        B = Integrals(nodes, 1);
        Inverse = Invert(A);
        StepWeights = nodes[^1] == 1 ? [.. new double[s - 1], 1] : Times(B, Inverse);
        (double real, Complex pair) = Eigenvalues(Inverse);
        Pair = pair;
        HasReal = s == 3;
        PairLeft = Eigenvector(Inverse, pair, transposed: true);
        PairRight = Eigenvector(Inverse, pair, transposed: false);
        Normalize(PairLeft, PairRight);
        Real = HasReal ? real : pair.Magnitude;
        RealLeft = HasReal ? [.. Eigenvector(Inverse, real, transposed: true).Select(x => x.Real)] : new double[s];
        RealRight = HasReal ? [.. Eigenvector(Inverse, real, transposed: false).Select(x => x.Real)] : new double[s];
        double product = RealLeft.Zip(RealRight, (x, y) => x * y).Sum();
        RealLeft = [.. RealLeft.Select(x => HasReal ? x / product : 0)];

        // An embedded formula of order s with the weight 1/λ on the derivative at the start: its filter is the real system.
        double[] moments = [.. Enumerable.Range(1, s).Select(q => (1.0 / q) - (q == 1 ? 1 / Real : 0))];
        double[][] vandermonde = [.. Enumerable.Range(0, s).Select(q => nodes.Select(c => Math.Pow(c, q)).ToArray())];
        double[] embedded = [.. Invert(vandermonde).Select(row => row.Zip(moments, (x, m) => x * m).Sum())];
        EmbeddedWeights = embedded;
        ErrorWeights = Times([.. embedded.Zip(B, (x, b) => x - b)], Inverse);
    }

    public int Order { get; }

    public int StageCount => C.Length;

    public int DenseOrder => StageCount + (ReadsStart ? 1 : 0);

    public double[] C { get; }

    public double[][] A { get; }

    public double[] B { get; }

    public bool ReadsStart { get; }

    /// <summary>A⁻¹.</summary>
    public double[][] Inverse { get; }

    /// <summary>bᵀ A⁻¹: the step's end is <c>z + Σ d_i Z_i</c> with <c>Z_i = h Σ a_ij k_j</c>.</summary>
    public double[] StepWeights { get; }

    /// <summary>Weights of the embedded formula on the stages; that on the derivative at the start is 1/<see cref="Real"/>.</summary>
    public double[] EmbeddedWeights { get; }

    /// <summary>The error estimate is <c>(h/λ) f(t, z) + Σ e_i Z_i</c>, filtered.</summary>
    public double[] ErrorWeights { get; }

    /// <summary>Whether there is a real eigenvalue.</summary>
    public bool HasReal { get; }

    /// <summary>The real eigenvalue λ; without one, the magnitude of the others, for the error estimate.</summary>
    public double Real { get; }

    /// <summary>The eigenvalue with a positive imaginary part.</summary>
    public Complex Pair { get; }

    /// <summary>Rows of V⁻¹ and columns of V.</summary>
    public double[] RealLeft { get; }

    public double[] RealRight { get; }

    public Complex[] PairLeft { get; }

    public Complex[] PairRight { get; }

    /// <summary>Dense output <c>z + weights_s h f(t, z) + Σ weights_i Z_i</c>, or with its derivative's weights.</summary>
    /// <param name="theta">Fraction of the step; beyond 1 it is extrapolated.</param>
    /// <param name="derivative">Whether the derivative by θ is wanted.</param>
    /// <param name="weights">Destination, one per stage, then that of the derivative at the start.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void DenseWeights(double theta, bool derivative, Span<double> weights)
    {
        int s = StageCount;
        weights[s] = 0;
        if (!ReadsStart)
        {
            // The polynomial through 0 and the stages' increments.
            for (int i = 0; i < s; i++)
            {
                double scale = C[i], value = theta, slope = 1;
                for (int j = 0; j < s; j++)
                {
                    if (j != i)
                    {
                        slope = (slope * (theta - C[j])) + value;
                        value *= theta - C[j];
                        scale *= C[i] - C[j];
                    }
                }

                weights[i] = (derivative ? slope : value) / scale;
            }

            return;
        }

        // The derivative is the polynomial through that at the start and the stages'.
        Span<double> nodes = stackalloc double[s + 1], integrals = stackalloc double[s + 1];
        nodes.Clear();
        C.CopyTo(nodes[1..]);
        Lagrange(nodes, theta, derivative, integrals);
        weights[s] = integrals[0];
        for (int i = 0; i < s; i++)
        {
            weights[i] = 0;
            for (int j = 0; j < s; j++)
            {
                weights[i] += integrals[j + 1] * Inverse[j][i];
            }
        }
    }

    /// <summary>The Lagrange polynomials of up to four nodes, or their integrals from 0.</summary>
    public static void Lagrange(ReadOnlySpan<double> nodes, double theta, bool derivative, Span<double> values)
    {
        Span<double> p = stackalloc double[4];
        for (int i = 0; i < nodes.Length; i++)
        {
            p.Clear();
            p[0] = 1;
            int degree = 0;
            for (int j = 0; j < nodes.Length; j++)
            {
                if (j == i)
                {
                    continue;
                }

                double scale = 1 / (nodes[i] - nodes[j]);
                degree++;
                for (int k = degree; k >= 0; k--)
                {
                    p[k] = ((k > 0 ? p[k - 1] : 0) - (nodes[j] * p[k])) * scale;
                }
            }

            double sum = 0;
            for (int k = degree; k >= 0; k--)
            {
                sum = derivative ? (sum * theta) + p[k] : (sum + (p[k] / (k + 1))) * theta;
            }

            values[i] = sum;
        }
    }

    private static double[] Integrals(double[] nodes, double to)
    {
        double[] values = new double[nodes.Length];
        Lagrange(nodes, to, derivative: false, values);
        return values;
    }

    private static double[][] Invert(double[][] matrix)
    {
        int n = matrix.Length;
        var lu = new DenseLu<double>(n);
        for (int i = 0; i < n; i++)
        {
            matrix[i].CopyTo(lu.Matrix[(i * n)..]);
        }

        lu.Factor();
        double[][] inverse = [.. Enumerable.Range(0, n).Select(_ => new double[n])];
        double[] column = new double[n];
        for (int j = 0; j < n; j++)
        {
            Array.Clear(column);
            column[j] = 1;
            lu.Solve(column);
            for (int i = 0; i < n; i++)
            {
                inverse[i][j] = column[i];
            }
        }

        return inverse;
    }

    private static double[] Times(double[] row, double[][] matrix) => [.. matrix[0].Select((_, j) => row.Select((x, i) => x * matrix[i][j]).Sum())];

    /// <summary>The roots of the characteristic polynomial: a real one by Newton's method, and a complex pair.</summary>
    private static (double Real, Complex Pair) Eigenvalues(double[][] m)
    {
        double trace = m.Select((row, i) => row[i]).Sum();
        if (m.Length == 2)
        {
            double determinant = (m[0][0] * m[1][1]) - (m[0][1] * m[1][0]);
            return (double.NaN, new Complex(trace / 2, Math.Sqrt(determinant - (trace * trace / 4))));
        }

        double minors = 0;
        for (int i = 0; i < 3; i++)
        {
            int j = (i + 1) % 3;
            minors += (m[i][i] * m[j][j]) - (m[i][j] * m[j][i]);
        }

        double det = (m[0][0] * ((m[1][1] * m[2][2]) - (m[1][2] * m[2][1]))) - (m[0][1] * ((m[1][0] * m[2][2]) - (m[1][2] * m[2][0])))
            + (m[0][2] * ((m[1][0] * m[2][1]) - (m[1][1] * m[2][0])));
        double x = Math.Cbrt(det);
        for (int i = 0; i < 60; i++)
        {
            x -= ((((x - trace) * x) + minors) * x - det) / ((((3 * x) - (2 * trace)) * x) + minors);
        }

        double sum = trace - x, product = det / x;
        return (x, new Complex(sum / 2, Math.Sqrt(product - (sum * sum / 4))));
    }

    /// <summary>A vector of the kernel of <c>M − λ I</c>, or of its transpose: the cross product of two rows, which is accurate where they are far from parallel.</summary>
    private static Complex[] Eigenvector(double[][] m, Complex lambda, bool transposed)
    {
        int n = m.Length;
        Complex At(int i, int j) => (transposed ? m[j][i] : m[i][j]) - (i == j ? lambda : Complex.Zero);
        if (n == 2)
        {
            return [-At(0, 1), At(0, 0)];
        }

        Complex[] best = [];
        double largest = 0;
        for (int r = 0; r < 3; r++)
        {
            int q = (r + 1) % 3;
            Complex[] cross = [.. Enumerable.Range(0, 3).Select(i => (At(r, (i + 1) % 3) * At(q, (i + 2) % 3)) - (At(r, (i + 2) % 3) * At(q, (i + 1) % 3)))];
            double size = cross.Max(x => x.Magnitude);
            (best, largest) = size > largest ? (cross, size) : (best, largest);
        }

        return [.. best.Select(x => x / largest)];
    }

    private static void Normalize(Complex[] left, Complex[] right)
    {
        Complex product = left.Zip(right, (x, y) => x * y).Aggregate(Complex.Zero, (x, y) => x + y);
        for (int i = 0; i < left.Length; i++)
        {
            left[i] /= product;
        }
    }
}
