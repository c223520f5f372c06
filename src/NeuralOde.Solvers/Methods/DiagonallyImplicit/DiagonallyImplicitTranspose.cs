using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The transpose of the step, by the implicit function theorem at each stage: with <c>k_j = f(t_j, y_j)</c>, <c>y_j = z + h Σ_{i≤j} a_ji k_i</c>,
/// <c>z⁺ = z + h Σ b_j k_j</c> it is <c>k̄_j = h (b_j z̄⁺ + Σ_{i>j} a_ij ȳ_i)</c>, <c>(I − γ h Jᵀ) w_j = k̄_j</c>, <c>ȳ_j = Jᵀ w_j</c>,
/// <c>z̄ = z̄⁺ + Σ_j ȳ_j</c>, <c>h̄ = (z̄⁺·Σ_j b_j k_j) + Σ_j ȳ_j·Σ_{i≤j} a_ji k_i</c>.
/// </summary>
/// <remarks>
/// The Jacobian is known to the caller's vector-Jacobian product alone, so <c>w</c> is found by iterative refinement: each correction solves with the
/// transposed factors of a Jacobian that is evaluated here, and its product is added to what the corrections before it gave. Because products are linear,
/// the gradient by the parameters is complete as well.
/// </remarks>
internal sealed class DiagonallyImplicitTranspose<T> : StepTranspose<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int StateBar = 0, Input = 1, Residual = 2, Correction = 3, Product = 4, Zeros = 5, NextFirst = 6, DenseOrigin = 7, Scratch = 8, First = 9;

    private readonly DiagonallyImplicitStepper<T> _stepper;
    private readonly ButcherTableau _tableau;
    private readonly TransposedSolver<T> _solver;
    private readonly int _stages;
    private readonly int _length;
    private readonly double _gamma;
    private readonly RowMemory<T> _rows;
    private readonly bool[] _inputIsActive;
    private readonly bool[] _denseIsActive;
    private readonly double[] _weights;
    private readonly nint[] _stageRows;
    private readonly int[] _stageIndices;
    private bool _nextFirstIsActive;
    private bool _denseOriginIsActive;

    public DiagonallyImplicitTranspose(DiagonallyImplicitStepper<T> stepper)
    {
        _stepper = stepper;
        _tableau = stepper.Tableau;
        _stages = _tableau.StageCount;
        _length = stepper.StateLength;
        _gamma = _tableau.A(_stages - 1)[^1];
        _rows = new RowMemory<T>(First + (2 * _stages), _length);
        _solver = new TransposedSolver<T>(_length, stepper.Length);
        _inputIsActive = new bool[_stages];
        _denseIsActive = new bool[_stages];
        _weights = new double[_stages];
        _stageRows = new nint[_stages];
        _stageIndices = [.. Enumerable.Range(0, _stages)];
    }

    public override ReadOnlySpan<T> StateCotangent => Row(StateBar);

    public override void Begin(SolveRecording<T> recording, bool differentiateTimes)
    {
        if (recording.Problem is { StiffField: not null })
        {
            throw new NotSupportedException("The gradient of a split problem is not supported: solve with the sum of both fields as one field.");
        }

        VectorJacobianProducts = 0;
        _rows.Row(StateBar, _length).Clear();
        Array.Clear(_denseIsActive);
        _nextFirstIsActive = _denseOriginIsActive = false;
        BeginTimes(recording, differentiateTimes);
        if (recording.Problem is { } problem)
        {
            _solver.Start(problem, _stepper.ErrorMeasure.Tolerances);
        }
    }

    public override void AddEndCotangent(ReadOnlySpan<T> cotangent) => AddScaled(cotangent, 1, StateBar);

    public override void AddDenseCotangent(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        Activate(ref _denseOriginIsActive, DenseOrigin);
        AddScaled(cotangent, 1, DenseOrigin);
        _tableau.DenseWeights(theta, _weights);
        for (int i = 0; i < _stages; i++)
        {
            if (_weights[i] != 0)
            {
                Activate(ref _denseIsActive[i], DenseBar(i));
                AddScaled(cotangent, recording.StepSize(step) * _weights[i], DenseBar(i));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransposeStep(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field)
    {
        double h = recording.StepSize(step), stepBar = 0;
        _solver.ForgetMatrix();
        Array.Clear(_inputIsActive);
        for (int j = _stages - 1; j >= 0; j--)
        {
            Span<T> k = _rows.Row(Residual, _length);
            bool isActive = GatherStage(j, h, k, out bool fromStep);
            if (DifferentiatesTimes && fromStep)
            {
                stepBar += Reductions.Dot<T>(recording.Row(step, 1 + j), k) / h;
            }

            if (_denseIsActive[j])
            {
                AddScaled(_rows.Row(DenseBar(j), _length), 1, Residual);
                _denseIsActive[j] = false;
                isActive = true;
            }

            if (j == _stages - 1 && _nextFirstIsActive)
            {
                AddScaled(_rows.Row(NextFirst, _length), 1, Residual);
                _nextFirstIsActive = false;
                isActive = true;
            }

            if (!isActive || !k.ContainsAnyExcept(T.Zero))
            {
                continue;
            }

            if (j > 0)
            {
                SolveStage(recording, step, j, field);
                _inputIsActive[j] = true;
                stepBar += DifferentiatesTimes ? _gamma * Reductions.Dot<T>(recording.Row(step, 1 + j), _rows.Row(InputBar(j), _length)) : 0;
            }
            else if (step > 0 && recording.Tag(step) == DiagonallyImplicitStepper<T>.CarriedTag)
            {
                k.CopyTo(_rows.Row(NextFirst, _length));
                _nextFirstIsActive = true;
            }
            else
            {
                // Evaluated at the step's start itself.
                double timeBar = Multiply(field, recording.Node(step), recording.Row(step, 0), k, _rows.Row(InputBar(0), _length));
                _inputIsActive[0] = true;
                AddTime(step, timeBar);
            }
        }

        AddTime(step, -stepBar);
        AddTime(step + 1, stepBar);
        for (int j = 0; j < _stages; j++)
        {
            if (_inputIsActive[j])
            {
                AddScaled(_rows.Row(InputBar(j), _length), 1, StateBar);
            }
        }

        if (_denseOriginIsActive)
        {
            AddScaled(_rows.Row(DenseOrigin, _length), 1, StateBar);
            _denseOriginIsActive = false;
        }
    }

    public override void End(SolveRecording<T> recording, int first, IVectorJacobianProduct<T> field)
    {
        // The first step evaluates its own first derivative, so nothing is left over.
    }

    public override double NodeSlope(SolveRecording<T> recording, int node, ReadOnlySpan<T> cotangent) => Reductions.Dot(cotangent, recording.Row(node, 1));

    public override double DenseSlope(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        _tableau.DenseDerivativeWeights(theta, _weights);
        double slope = 0;
        for (int i = 0; i < _stages; i++)
        {
            slope += _weights[i] * Reductions.Dot(cotangent, recording.Row(step, 1 + i));
        }

        return slope;
    }

    private int InputBar(int stage) => First + stage;

    private int DenseBar(int stage) => First + _stages + stage;

    private ReadOnlySpan<T> Row(int row) => _rows.Row(row, _length);

    /// <summary>h (b_j z̄⁺ + Σ_{i>j} a_ij ȳ_i).</summary>
    private bool GatherStage(int stage, double h, Span<T> destination, out bool isActive)
    {
        destination.Clear();
        double weight = _tableau.B[stage];
        isActive = weight != 0;
        if (isActive)
        {
            AddScaled(_rows.Row(StateBar, _length), h * weight, Residual);
        }

        for (int i = stage + 1; i < _stages; i++)
        {
            weight = _tableau.A(i)[stage];
            if (_inputIsActive[i] && weight != 0)
            {
                AddScaled(_rows.Row(InputBar(i), _length), h * weight, Residual);
                isActive = true;
            }
        }

        return isActive;
    }

    /// <summary>ȳ of an implicit stage, from the cotangent of its derivative in the residual's row.</summary>
    private void SolveStage(SolveRecording<T> recording, int step, int stage, IVectorJacobianProduct<T> field)
    {
        double t = recording.Node(step), next = recording.EndTime(step + 1), h = recording.StepSize(step), c = _tableau.C[stage];
        for (int i = 0; i < _stages; i++)
        {
            _stageRows[i] = recording.RowOffset(step, 1 + i);
        }

        CombineKernel.Run(
            ref recording.Start,
            _stageRows,
            _stageIndices.AsSpan(0, stage + 1),
            _tableau.A(stage),
            h,
            ref MemoryMarshal.GetReference(recording.Row(step, 0)),
            ref _rows[Input],
            _length);
        double time = c > 1 ? t + (c * h) : RungeKuttaStepper<T>.StageTime(t, next, h, c);
        var matrix = new TransposedStage<T>(Math.Min(c, 1) == c ? time : next, h, _gamma * h, _rows.Row(Input, _length));
        Span<T> residual = _rows.Row(Residual, _length), correction = _rows.Row(Correction, _length), product = _rows.Row(Product, _length);
        Span<T> total = _rows.Row(InputBar(stage), _length);
        total.Clear();
        _solver.BeginStage();
        double first = Norm(residual), before = first;
        T gammaStep = T.CreateTruncating(_gamma * h);
        for (int iteration = 1; ; iteration++)
        {
            residual.CopyTo(correction);
            _solver.SolveTransposed(matrix, correction);
            MultiplyStage(field, step, recording, stage, time, correction, product);
            for (int i = 0; i < residual.Length; i++)
            {
                total[i] += product[i];
                residual[i] += (gammaStep * product[i]) - correction[i];
            }

            double norm = Norm(residual);
            // What is not finite goes on as it is, as through explicit steps.
            if (norm <= _solver.Rounding * first || !double.IsFinite(norm))
            {
                return;
            }

            if (!(norm <= 0.1 * before) && !_solver.Refresh(matrix))
            {
                // As small as round-off allows, or not at all.
                if (norm <= 1e3 * _solver.Rounding * first)
                {
                    return;
                }

                if (iteration >= 30)
                {
                    throw new InvalidOperationException(
                        $"The transposed equations of a step at t = {t} do not converge. Check the Jacobian of the problem, or that the field's "
                        + "vector-Jacobian product is that of the field solved.");
                }
            }

            before = norm;
        }
    }

    private void MultiplyStage(
        IVectorJacobianProduct<T> field, int step, SolveRecording<T> recording, int stage, double time, ReadOnlySpan<T> cotangent, Span<T> product)
    {
        double c = _tableau.C[stage];
        ReadOnlySpan<T> y = _rows.Row(Input, _length);
        if (c <= 1)
        {
            double timeBar = Multiply(field, time, y, cotangent, product);
            AddTime(step, (1 - c) * timeBar);
            AddTime(step + 1, c * timeBar);
            return;
        }

        // Beyond the step the field is a sum over times within it.
        Span<double> times = stackalloc double[TimeExtrapolation<T>.Count], weights = stackalloc double[TimeExtrapolation<T>.Count];
        double start = recording.Node(step), end = recording.EndTime(step + 1);
        TimeExtrapolation<T>.Weigh(start, end, time, times, weights);
        Span<T> share = _rows.Row(Scratch, _length), one = _rows.Row(Zeros, _length);
        product.Clear();
        for (int m = 0; m < times.Length; m++)
        {
            T weight = T.CreateTruncating(weights[m]);
            for (int i = 0; i < share.Length; i++)
            {
                share[i] = weight * cotangent[i];
            }

            double timeBar = Multiply(field, times[m], y, share, one), fraction = (times[m] - start) / (end - start);
            AddTime(step, (1 - fraction) * timeBar);
            AddTime(step + 1, fraction * timeBar);
            for (int i = 0; i < product.Length; i++)
            {
                product[i] += one[i];
            }
        }
    }

    private double Multiply(IVectorJacobianProduct<T> field, double t, ReadOnlySpan<T> z, ReadOnlySpan<T> cotangent, Span<T> destination)
    {
        VectorJacobianProducts++;
        return field.Evaluate(t, z, cotangent, destination);
    }

    private void AddTime(int node, double value)
    {
        if (DifferentiatesTimes)
        {
            AddTimeCotangent(node, value);
        }
    }

    private void Activate(ref bool isActive, int row)
    {
        if (!isActive)
        {
            _rows.Row(row, _length).Clear();
            isActive = true;
        }
    }

    private void AddScaled(ReadOnlySpan<T> cotangent, double weight, int destination)
    {
        Span<T> to = _rows.Row(destination, _length);
        T factor = T.CreateTruncating(weight);
        for (int i = 0; i < to.Length; i++)
        {
            to[i] += factor * cotangent[i];
        }
    }

    private static double Norm(ReadOnlySpan<T> row) => Math.Sqrt(Reductions.Dot(row, row));
}
