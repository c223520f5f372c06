using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The coefficients of a Runge–Kutta method, explicit or implicit, in the notation of Hairer, Nørsett and Wanner,
/// <i>Solving Ordinary Differential Equations I</i>, II.1, II.4 and II.6:
/// <c>k_i = f(t + c_i h, z + h Σ_j a_ij k_j)</c>, <c>z⁺ = z + h Σ b_i k_i</c>,
/// error estimate <c>h Σ e_i k_i</c>, dense output <c>z(t + θh) = z + h Σ b_i(θ) k_i</c>.
/// </summary>
public sealed class ButcherTableau
{
    // Published decimals carry about 16 digits; a wrong digit before the last few is caught.
    private const double ConsistencyTolerance = 1e-13;

    // A growth of a thousandth a step is too slow to matter; many methods are nowhere quite stable on oscillations.
    private const double NegligibleGrowth = 1e-3;

    private readonly double[][] _a;
    private readonly double[] _b;
    private readonly double[] _c;
    private readonly double[]? _error;
    private readonly double[][] _dense;
    private readonly double[][] _denseStages;
    private readonly double[] _denseNodes;
    private readonly double[]? _lowerError;
    private double[]? _stability;
    private Tuple<double, RestLimits>? _restLimits;
    private double _stabilityOnDecay;
    private readonly double[][] _predictor;

    /// <summary>Makes a tableau and checks that its parts agree with each other.</summary>
    /// <param name="order">Order of <paramref name="b"/>.</param>
    /// <param name="a">
    /// Rows: of an explicit method row i has i entries, so row 0 is empty; of a diagonally implicit one i + 1, a first stage that is explicit
    /// excepted; of another implicit one as many as there are stages.
    /// </param>
    /// <param name="b">Weights of the step, one per stage; they sum to 1.</param>
    /// <param name="c">
    /// Nodes, one per stage, in [0, 1], of an implicit stage up to 2: there the field is extrapolated from times within the step. Each is the sum of its
    /// row of <paramref name="a"/>.
    /// </param>
    /// <param name="denseOrder">Order of the dense output, uniformly in θ.</param>
    /// <param name="dense">
    /// Dense output: row i has the coefficients of θ, θ², … in <c>b_i(θ)</c>; <c>b_i(1) = b_i</c>. Rows of <paramref name="denseStages"/> follow.
    /// </param>
    /// <param name="embeddedOrder">Order of the embedded method; needed with <paramref name="errorWeights"/> and only then.</param>
    /// <param name="errorWeights">Weights of the error estimate, <c>e_i = b_i − b̂_i</c>, or <see langword="null"/> where there is none; they sum to 0.</param>
    /// <param name="predictor">
    /// For implicit stages, where there are better guesses than the last stage's derivative: row i has i entries, the weights of the derivatives
    /// before it in the guess of stage i; they sum to 1. An empty row is no guess.
    /// </param>
    /// <param name="lowerErrorWeights">
    /// Weights of a second estimate e₃ of lower order, for the combination <c>‖e‖² / sqrt(‖e‖² + 0.01 ‖e₃‖²)</c> of DOP853, which goes like
    /// <c>h^<paramref name="order"/></c>; by default there is none.
    /// </param>
    /// <param name="denseStages">
    /// Explicit stages that only dense output reads, and that are evaluated only for it: row i has as many entries as there are stages before it, those of
    /// the step included. By default there are none.
    /// </param>
    /// <param name="denseNodes">Nodes of the stages for dense output.</param>
    /// <exception cref="ArgumentException">A shape is wrong, or a row does not satisfy what is said of it above.</exception>
    public ButcherTableau(
        int order,
        double[][] a,
        double[] b,
        double[] c,
        int denseOrder,
        double[][] dense,
        int? embeddedOrder = null,
        double[]? errorWeights = null,
        double[][]? predictor = null,
        double[]? lowerErrorWeights = null,
        double[][]? denseStages = null,
        double[]? denseNodes = null)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        ArgumentNullException.ThrowIfNull(c);
        ArgumentNullException.ThrowIfNull(dense);
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(denseOrder, 1);
        int stages = b.Length;
        Require(stages > 0, nameof(b), "a method has at least one stage");
        Require(a.Length == stages, nameof(a), $"expected {stages} rows, one per stage, got {a.Length}");
        Require(c.Length == stages, nameof(c), $"expected {stages} nodes, one per stage, got {c.Length}");
        denseStages ??= [];
        denseNodes ??= [];
        int allStages = stages + denseStages.Length;
        Require(dense.Length == allStages, nameof(dense), $"expected {allStages} rows, one per stage, got {dense.Length}");
        Require(denseNodes.Length == denseStages.Length, nameof(denseNodes), $"expected {denseStages.Length} nodes, one per stage for dense output, got {denseNodes.Length}");
        Require(errorWeights is null == embeddedOrder is null, nameof(errorWeights), "an error estimate needs the order of its embedded method, and the reverse");
        RequireNear(b.Sum(), 1, nameof(b), "the sum of the weights");
        for (int i = 0; i < stages; i++)
        {
            Require(a[i] is not null && a[i].Length >= i && a[i].Length <= stages, nameof(a), $"row {i} has from {i} entries (of an explicit method) to {stages} (one per stage)");
            Require(
                c[i] >= 0 && (c[i] <= 1 || (c[i] <= 2 && a[i].Length > i)),
                nameof(c),
                $"node {i} is {c[i].ToString(CultureInfo.InvariantCulture)}, outside [0, 1]: the field would be called outside the step");
            RequireNear(a[i].Sum(), c[i], nameof(a), $"the sum of row {i}", a[i].Length == 0 ? 0 : a[i].Max(Math.Abs));
        }

        for (int i = 0; i < denseStages.Length; i++)
        {
            Require(denseStages[i] is not null && denseStages[i].Length == stages + i, nameof(denseStages), $"row {i} has {stages + i} entries, one per stage before it");
            Require(denseNodes[i] is >= 0 and <= 1, nameof(denseNodes), $"node {i} is {denseNodes[i].ToString(CultureInfo.InvariantCulture)}, outside [0, 1]");
            RequireNear(denseStages[i].Sum(), denseNodes[i], nameof(denseStages), $"the sum of row {i}", denseStages[i].Max(Math.Abs));
        }

        for (int i = 0; i < allStages; i++)
        {
            Require(dense[i] is not null, nameof(dense), $"row {i} is null");
            RequireNear(dense[i].Sum(), i < stages ? b[i] : 0, nameof(dense), $"dense weight {i} at θ = 1", dense[i].Length == 0 ? 0 : dense[i].Max(Math.Abs));
        }

        Require(predictor is null || predictor.Length == stages, nameof(predictor), $"expected {stages} rows, one per stage");
        for (int i = 0; predictor is not null && i < stages; i++)
        {
            Require(predictor[i] is not null && (predictor[i].Length == i || predictor[i].Length == 0), nameof(predictor), $"row {i} has {i} entries, or none");
            RequireNear(predictor[i].Sum(), predictor[i].Length == 0 ? 0 : 1, nameof(predictor), $"the sum of row {i}");
        }

        if (errorWeights is not null)
        {
            Require(errorWeights.Length == stages, nameof(errorWeights), $"expected {stages} weights, one per stage, got {errorWeights.Length}");
            RequireNear(errorWeights.Sum(), 0, nameof(errorWeights), "the sum of the error weights");
        }

        if (lowerErrorWeights is not null)
        {
            Require(lowerErrorWeights.Length == stages && errorWeights is not null, nameof(lowerErrorWeights), $"expected {stages} weights, one per stage, beside errorWeights");
            RequireNear(lowerErrorWeights.Sum(), 0, nameof(lowerErrorWeights), "the sum of the error weights");
        }

        Order = order;
        EmbeddedOrder = embeddedOrder;
        DenseOrder = denseOrder;
        _a = [.. a.Select(row => row.ToArray())];
        _b = [.. b];
        _c = [.. c];
        _error = errorWeights?.ToArray();
        _dense = [.. dense.Select(row => row.ToArray())];
        _denseStages = [.. denseStages.Select(row => row.ToArray())];
        _denseNodes = [.. denseNodes];
        _lowerError = lowerErrorWeights?.ToArray();
        _predictor = predictor is null ? [] : [.. predictor.Select(row => row.ToArray())];
        IsExplicit = _a.Select((row, i) => row.AsSpan(i).ContainsAnyExcept(0.0)).All(static implicitly => !implicitly);
        IsDiagonallyImplicit = !IsExplicit && _a.Select((row, i) => row.Length > i + 1 && row.AsSpan(i + 1).ContainsAnyExcept(0.0)).All(static beyond => !beyond);
        IsStifflyAccurate = _c[^1] == 1 && _a[^1].Length == stages && _a[^1].AsSpan().SequenceEqual(_b);
        IsFirstSameAsLast = IsExplicit && stages > 1 && _c[^1] == 1 && _b[^1] == 0 && _a[^1].AsSpan(0, stages - 1).SequenceEqual(_b.AsSpan(0, stages - 1));
        StageRows = [.. _a.Select(row => new LinearCombination(row))];
        StepRow = new LinearCombination(_b);
        ErrorRow = _error is null ? null : new LinearCombination(_error);
        LowerErrorRow = _lowerError is null ? null : new LinearCombination(_lowerError);
        DenseStageRows = [.. _denseStages.Select(row => new LinearCombination(row))];
        StagePair = IsExplicit ? StagePair.Find(_a, _c) : null;
    }

    /// <summary>Order of the method.</summary>
    public int Order { get; }

    /// <summary>Order of the embedded method behind the error estimate, or <see langword="null"/> where there is none.</summary>
    public int? EmbeddedOrder { get; }

    /// <summary>Order of the dense output, uniformly in θ.</summary>
    public int DenseOrder { get; }

    /// <summary>The error estimate goes like <c>h^ErrorOrder</c>.</summary>
    public int ErrorOrder => _lowerError is null ? (EmbeddedOrder ?? Order) + 1 : Order;

    /// <summary>Number of stages, a stage shared with the next step included.</summary>
    public int StageCount => _b.Length;

    /// <summary>Number of further stages that only dense output reads.</summary>
    public int DenseStageCount => _denseStages.Length;

    /// <summary>Whether no stage depends on itself or a later one.</summary>
    public bool IsExplicit { get; }

    /// <summary>Whether some stage depends on itself, and none on a later one.</summary>
    public bool IsDiagonallyImplicit { get; }

    /// <summary>Whether the step's end is its last, implicit stage: the last row of a equals b.</summary>
    public bool IsStifflyAccurate { get; }

    /// <summary>
    /// Whether the last stage of an explicit method is evaluated at the step's end state, and so is the next step's first stage ("FSAL").
    /// Derived: the last row of a equals b, and the last node is 1.
    /// </summary>
    public bool IsFirstSameAsLast { get; }

    /// <summary>Weights b, one per stage.</summary>
    public ReadOnlySpan<double> B => _b;

    /// <summary>Nodes c, one per stage.</summary>
    public ReadOnlySpan<double> C => _c;

    /// <summary>Weights e = b − b̂ of the error estimate, one per stage; empty where there is none.</summary>
    public ReadOnlySpan<double> ErrorWeights => _error;

    /// <summary>Weights of the second error estimate, one per stage; empty where there is none.</summary>
    public ReadOnlySpan<double> LowerErrorWeights => _lowerError;

    /// <summary>Nodes of the stages for dense output.</summary>
    public ReadOnlySpan<double> DenseNodes => _denseNodes;

    /// <summary>Row of a stage for dense output: an entry for each stage before it, those of the step included.</summary>
    /// <param name="stage">Stage for dense output, from 0.</param>
    public ReadOnlySpan<double> DenseStage(int stage) => _denseStages[stage];

    /// <summary>Weights of the earlier stages' derivatives in the guess of an implicit stage; empty where there is none.</summary>
    /// <param name="stage">Stage, from 0.</param>
    public ReadOnlySpan<double> Predictor(int stage) => _predictor.Length == 0 ? [] : _predictor[stage];

    /// <summary>Row i of a: i entries of an explicit method, more of an implicit one.</summary>
    /// <param name="stage">Stage, from 0.</param>
    public ReadOnlySpan<double> A(int stage) => _a[stage];

    /// <summary>Writes the dense weights b_i(θ).</summary>
    /// <param name="theta">Fraction of the step, 0 to 1.</param>
    /// <param name="weights">Destination, one per stage, those for dense output included.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void DenseWeights(double theta, Span<double> weights)
    {
        for (int i = 0; i < _dense.Length; i++)
        {
            double sum = 0;
            for (int power = _dense[i].Length - 1; power >= 0; power--)
            {
                sum = (sum + _dense[i][power]) * theta;
            }

            weights[i] = sum;
        }
    }

    /// <summary>Writes the derivatives of the dense weights, b_i′(θ): the derivative of the dense output is Σ b_i′(θ) k_i.</summary>
    /// <param name="theta">Fraction of the step, 0 to 1.</param>
    /// <param name="weights">Destination, one per stage, those for dense output included.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void DenseDerivativeWeights(double theta, Span<double> weights)
    {
        for (int i = 0; i < _dense.Length; i++)
        {
            double sum = 0;
            for (int power = _dense[i].Length - 1; power >= 0; power--)
            {
                sum = (sum * theta) + ((power + 1) * _dense[i][power]);
            }

            weights[i] = sum;
        }
    }

    /// <summary>The stability function of an explicit method: one step of <c>z' = λ z</c> multiplies by <c>R(λh)</c>.</summary>
    /// <param name="z">λh.</param>
    /// <returns>R.</returns>
    public Complex Stability(Complex z)
    {
        _stability ??= StabilityPolynomial();
        Complex sum = 0;
        for (int power = _stability.Length - 1; power >= 0; power--)
        {
            sum = (sum * z) + _stability[power];
        }

        return sum;
    }

    /// <summary>Bounds of steps of an explicit method where the state rests. The last ones are kept: searching them costs more than many a solve.</summary>
    /// <param name="tolerance">Relative tolerance.</param>
    internal RestLimits RestLimits(double tolerance)
    {
        if (_restLimits is { } known && known.Item1 == tolerance)
        {
            return known.Item2;
        }

        double within = Math.Clamp(tolerance, 1e-13, NegligibleGrowth);
        var limits = new RestLimits(
            Largest(x => Miss(new Complex(-x, 0)) <= within && Miss(new Complex(0, x)) <= within && Miss(new Complex(x, 0)) <= within),
            StabilityOnDecay,
            Largest(x => Complex.Abs(Stability(new Complex(0, x))) <= 1 + NegligibleGrowth));
        _restLimits = Tuple.Create(tolerance, limits);
        return limits;

        double Miss(Complex z) => Complex.Abs((Stability(z) / Complex.Exp(z)) - 1);
    }

    /// <summary>Length of an explicit method's stability interval on the negative real axis, within 3 %.</summary>
    internal double StabilityOnDecay
        => _stabilityOnDecay > 0 ? _stabilityOnDecay : _stabilityOnDecay = Largest(x => Complex.Abs(Stability(new Complex(-x, 0))) <= 1 + NegligibleGrowth);

    private static double Largest(Func<double, bool> isWithin)
    {
        const double Ratio = 1.03;
        double limit = 1e-3;
        while (limit < 10 && isWithin(limit * Ratio))
        {
            limit *= Ratio;
        }

        return limit;
    }

    /// <summary>1, then <c>bᵀ A^(k−1) 1</c> for k from 1.</summary>
    private double[] StabilityPolynomial()
    {
        if (!IsExplicit)
        {
            throw new InvalidOperationException("The stability function of an implicit method is no polynomial.");
        }

        int stages = StageCount;
        double[] coefficients = new double[stages + 1];
        double[] powers = [.. Enumerable.Repeat(1.0, stages)];
        coefficients[0] = 1;
        for (int k = 1; k <= stages; k++)
        {
            coefficients[k] = _b.Zip(powers, (b, x) => b * x).Sum();
            powers = [.. _a.Select(row => row.Zip(powers, (a, x) => a * x).Sum())];
        }

        return coefficients;
    }

    // The non-zero terms, as the kernels take them.
    internal LinearCombination[] StageRows { get; }

    internal LinearCombination StepRow { get; }

    internal LinearCombination? ErrorRow { get; }

    internal LinearCombination? LowerErrorRow { get; }

    internal LinearCombination[] DenseStageRows { get; }

    /// <summary>The last two stages of an explicit method that lie at one time, if there are any.</summary>
    internal StagePair? StagePair { get; }

    private static void Require(bool condition, string parameter, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message + ".", parameter);
        }
    }

    // Round-off is in proportion to the largest term.
    private static void RequireNear(double value, double expected, string parameter, string what, double magnitude = 1)
        => Require(
            Math.Abs(value - expected) <= ConsistencyTolerance * Math.Max(1, magnitude),
            parameter,
            string.Create(CultureInfo.InvariantCulture, $"{what} is {value:R}, expected {expected:R}"));
}
