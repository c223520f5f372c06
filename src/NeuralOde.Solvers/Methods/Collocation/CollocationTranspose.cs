using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The transpose of a collocation step, by the implicit function theorem: with <c>k_j = f(t_j, z + Z_j)</c>, <c>Z_j = h Σ_i a_ji k_i</c>,
/// <c>z⁺ = z + h Σ b_j k_j</c> it is <c>w_j = h b_j z̄⁺ + h Σ_i a_ij ȳ_i</c>, <c>ȳ_j = J_jᵀ w_j</c>, <c>z̄ = z̄⁺ + Σ_j ȳ_j</c>.
/// </summary>
/// <remarks>
/// The coupled equations are solved by iterative refinement with the transposed factors of the simplified Newton iteration; each correction's products with
/// the caller's field are added to what those before it gave, so that the gradient by the parameters is complete as well.
/// </remarks>
internal sealed class CollocationTranspose<T> : StepTranspose<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaxIterations = 200;
    private const int StateBar = 0, Input = 1, RealPart = 2, DenseOrigin = 3, StartBar = 4, Scratch = 5, Stage = 6;

    private readonly CollocationStepper<T> _stepper;
    private readonly CollocationTableau _tableau;
    private readonly CollocationSystem<T> _system;
    private readonly int _stages;
    private readonly int _length;
    private readonly RowMemory<T> _rows;
    private readonly Complex[] _complex;
    private readonly double[] _weights;
    private readonly T[] _value;
    private readonly double _rounding = 4 * double.CreateTruncating(T.BitIncrement(T.One) - T.One);
    private OdeProblem<T> _problem = null!;
    private SolveCounts _counts;
    private bool _isDense;

    public CollocationTranspose(CollocationStepper<T> stepper)
    {
        _stepper = stepper;
        _tableau = stepper.Tableau;
        _stages = _tableau.StageCount;
        _length = stepper.StateLength;
        _rows = new RowMemory<T>(Stage + (4 * _stages), _length);
        _system = new CollocationSystem<T>(_tableau, _length, stepper.Length);
        _complex = new Complex[_length];
        _weights = new double[_stages + 1];
        _value = new T[stepper.Length];
    }

    public override ReadOnlySpan<T> StateCotangent => Row(StateBar);

    // Rows of each stage: the residual, a correction, ȳ, and Z̄ from dense output.
    private int Residual => Stage;

    private int Correction => Stage + _stages;

    private int InputBar => Stage + (2 * _stages);

    private int DenseBar => Stage + (3 * _stages);

    public override void Begin(SolveRecording<T> recording, bool differentiateTimes)
    {
        RefuseMassMatrix(recording);
        VectorJacobianProducts = 0;
        Row(StateBar).Clear();
        ClearDense();
        BeginTimes(recording, differentiateTimes);
        if (recording.Problem is { } problem)
        {
            _problem = problem;
            _system.Start(problem);
        }
    }

    public override void AddEndCotangent(ReadOnlySpan<T> cotangent) => Add(StateBar, 1, cotangent);

    public override void AddDenseCotangent(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        _isDense = true;
        _tableau.DenseWeights(theta, derivative: false, _weights);
        Add(DenseOrigin, 1, cotangent);
        Add(StartBar, _weights[_stages] * recording.StepSize(step), cotangent);
        for (int i = 0; i < _stages; i++)
        {
            Add(DenseBar + i, _weights[i], cotangent);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransposeStep(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field)
    {
        double h = recording.StepSize(step), size = 0;
        for (int j = 0; j < _stages; j++)
        {
            Span<T> residual = Row(Residual + j);
            residual.Clear();
            Add(Residual + j, h * _tableau.B[j], Row(StateBar));
            for (int i = 0; _isDense && i < _stages; i++)
            {
                Add(Residual + j, h * _tableau.A[i][j], Row(DenseBar + i));
            }

            size += Reductions.Dot<T>(residual, residual);
            Row(InputBar + j).Clear();
        }

        if (size > 0)
        {
            Solve(recording, step, field, Math.Sqrt(size));
        }

        if (DifferentiatesTimes)
        {
            double stepBar = 0;
            for (int j = 0; j < _stages; j++)
            {
                ReadOnlySpan<T> z = recording.Row(step, 2 + j);
                stepBar += (_tableau.StepWeights[j] * Reductions.Dot(z, Row(StateBar))) + Reductions.Dot(z, Row(InputBar + j));
            }

            AddTime(step, -stepBar / h);
            AddTime(step + 1, stepBar / h);
        }

        for (int j = 0; j < _stages; j++)
        {
            Add(StateBar, 1, Row(InputBar + j));
        }

        if (_isDense)
        {
            Add(StateBar, 1, Row(DenseOrigin));
            if (Row(StartBar).ContainsAnyExcept(T.Zero))
            {
                VectorJacobianProducts++;
                AddTime(step, field.Evaluate(recording.Node(step), recording.Row(step, 0), Row(StartBar), Row(Scratch)));
                Add(StateBar, 1, Row(Scratch));
            }

            ClearDense();
        }
    }

    public override void End(SolveRecording<T> recording, int first, IVectorJacobianProduct<T> field)
    {
        // Steps share nothing, so nothing is left over.
    }

    public override double NodeSlope(SolveRecording<T> recording, int node, ReadOnlySpan<T> cotangent) => Reductions.Dot(cotangent, recording.Row(node, 1));

    public override double DenseSlope(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        _tableau.DenseWeights(theta, derivative: true, _weights);
        double h = recording.StepSize(step), slope = _weights[_stages] * Reductions.Dot(cotangent, recording.Row(step, 1));
        for (int i = 0; i < _stages; i++)
        {
            slope += _weights[i] / h * Reductions.Dot(cotangent, recording.Row(step, 2 + i));
        }

        return slope;
    }

    private Span<T> Row(int row) => _rows.Row(row, _length);

    private void Add(int row, double weight, ReadOnlySpan<T> from) => CollocationStepper<T>.AddScaled(Row(row), weight, from);

    private void AddTime(int node, double value)
    {
        if (DifferentiatesTimes)
        {
            AddTimeCotangent(node, value);
        }
    }

    private void ClearDense()
    {
        _isDense = false;
        Row(DenseOrigin).Clear();
        Row(StartBar).Clear();
        for (int i = 0; i < _stages; i++)
        {
            Row(DenseBar + i).Clear();
        }
    }

    private void Solve(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field, double first)
    {
        double h = recording.StepSize(step), before = first;
        PrepareMatrices(recording, step);
        for (int iteration = 1; ; iteration++)
        {
            SolveSimplified();
            double norm = 0;
            for (int j = 0; j < _stages; j++)
            {
                Add(Residual + j, -1, Row(Correction + j));
            }

            for (int j = 0; j < _stages; j++)
            {
                Span<T> product = Row(Scratch);
                Multiply(recording, step, j, field, Row(Correction + j), product);
                Add(InputBar + j, 1, product);
                for (int i = 0; i < _stages; i++)
                {
                    Add(Residual + i, h * _tableau.A[j][i], product);
                }
            }

            for (int j = 0; j < _stages; j++)
            {
                norm += Reductions.Dot<T>(Row(Residual + j), Row(Residual + j));
            }

            norm = Math.Sqrt(norm);

            // As small as round-off allows, or no longer shrinking there.
            // What is not finite goes on as it is, as through explicit steps.
            if (norm <= _rounding * first || (norm > 0.5 * before && norm <= 1e3 * _rounding * first) || !double.IsFinite(norm))
            {
                return;
            }

            if (iteration >= MaxIterations)
            {
                throw new InvalidOperationException(
                    $"The transposed equations of a step at t = {recording.Node(step)} do not converge. Check the Jacobian of the problem, or that the field's "
                    + "vector-Jacobian product is that of the field solved; otherwise take smaller steps.");
            }

            before = norm;
        }
    }

    /// <summary>Both matrices, with the Jacobian at the middle stage.</summary>
    private void PrepareMatrices(SolveRecording<T> recording, int step)
    {
        int stage = _stages / 2;
        double time = StageState(recording, step, stage);
        _problem.Field.Evaluate(time, Row(Input), _value);
        _system.EvaluateJacobian(time, Row(Input), _value.AsSpan(0, _length), recording.StepSize(step), _stepper.ErrorMeasure.Tolerances, ref _counts);
        if (!_system.Prepare(recording.StepSize(step), ref _counts))
        {
            throw new InvalidOperationException($"The matrix of the transposed equations of a step at t = {recording.Node(step)} is singular.");
        }
    }

    /// <summary><c>(I − h Aᵀ ⊗ Jᵀ) D = R</c> with one Jacobian: with <c>D = V⁻ᵀ E</c> it is <c>(I − (h/λ) Jᵀ) E = Vᵀ R</c> for each eigenvalue.</summary>
    private void SolveSimplified()
    {
        Span<T> real = Row(RealPart);
        real.Clear();
        Array.Clear(_complex);
        for (int i = 0; i < _stages; i++)
        {
            ReadOnlySpan<T> residual = Row(Residual + i);
            Complex right = _tableau.PairRight[i];
            Add(RealPart, _tableau.RealRight[i], residual);
            for (int j = 0; j < _length; j++)
            {
                _complex[j] += right * double.CreateTruncating(residual[j]);
            }
        }

        _system.SolveComplexTransposed(_complex);
        if (_tableau.HasReal)
        {
            _system.SolveRealTransposed(real);
        }

        for (int i = 0; i < _stages; i++)
        {
            Span<T> correction = Row(Correction + i);
            Complex left = 2 * _tableau.PairLeft[i];
            T weight = T.CreateTruncating(_tableau.RealLeft[i]);
            for (int j = 0; j < _length; j++)
            {
                correction[j] = (weight * real[j]) + T.CreateTruncating((left.Real * _complex[j].Real) - (left.Imaginary * _complex[j].Imaginary));
            }
        }
    }

    private void Multiply(SolveRecording<T> recording, int step, int stage, IVectorJacobianProduct<T> field, ReadOnlySpan<T> cotangent, Span<T> product)
    {
        double time = StageState(recording, step, stage), c = _tableau.C[stage];
        VectorJacobianProducts++;
        double timeBar = field.Evaluate(time, Row(Input), cotangent, product);
        AddTime(step, (1 - c) * timeBar);
        AddTime(step + 1, c * timeBar);
    }

    private double StageState(SolveRecording<T> recording, int step, int stage)
    {
        recording.Row(step, 0).CopyTo(Row(Input));
        Add(Input, 1, recording.Row(step, 2 + stage));
        return RungeKuttaStepper<T>.StageTime(recording.Node(step), recording.EndTime(step + 1), recording.StepSize(step), _tableau.C[stage]);
    }
}
