using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The transpose of a step of variable order, with its length and order as constants: of the changes of the order, of the prediction, of the corrector by the implicit function
/// theorem, and of the correction <c>z_j += l_j e</c>.
/// </summary>
/// <remarks>
/// With the cotangents Z_j of the corrected history and ē = Σ l_j Z_j it is <c>(I − γ Jᵀ) u = ē</c>, γ = h / l_1, and the predicted history has the cotangents
/// <c>Z_0 + γ Jᵀ u</c>, <c>Z_1 − u / l_1</c> and Z_j. J is known to the caller's vector-Jacobian product alone: u is found by iterative refinement with a Jacobian of this
/// or a later
/// step, or, for functional iteration, by inserting.
/// </remarks>
internal sealed class NordsieckTranspose<T> : StepTranspose<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaxIterations = 200;

    private readonly NordsieckStepper<T> _stepper;
    private readonly NordsieckFormula _formula;
    private readonly bool _isFunctional;
    private readonly int _length;
    private readonly int _maxOrder;
    private readonly TransposedSolver<T> _solver;
    private readonly RowMemory<T> _rows;
    private readonly double[] _past;
    private readonly double[] _weights;
    private readonly T[] _slope;
    private int _order;

    public NordsieckTranspose(NordsieckStepper<T> stepper, NordsieckFormula formula, bool isFunctional)
    {
        _stepper = stepper;
        _formula = formula.Copy();
        _isFunctional = isFunctional;
        _length = stepper.StateLength;
        _maxOrder = formula.MaxOrder;
        _solver = new TransposedSolver<T>(_length, stepper.Length);
        _rows = new RowMemory<T>(Product + 1, _length);
        _past = new double[_maxOrder + 2];
        _weights = new double[_maxOrder + 3];
        _slope = new T[stepper.Length];
    }

    public override ReadOnlySpan<T> StateCotangent => Row(0);

    // Rows: the history's cotangents from 0, those that dense output gives to the predicted one (its row 0 is that of the state at the start), then of the correction,
    // and what the iteration needs.
    private int Dense => _maxOrder + 2;

    private int Correction => (2 * _maxOrder) + 4;

    private int Residual => Correction + 1;

    private int Step => Correction + 2;

    private int Product => Correction + 3;

    public override void Begin(SolveRecording<T> recording, bool differentiateTimes)
    {
        if (recording.Problem is { MassMatrix: not null })
        {
            throw new NotSupportedException("The gradient of a problem with a mass matrix is not supported.");
        }

        VectorJacobianProducts = 0;
        for (int i = 0; i <= Product; i++)
        {
            Row(i).Clear();
        }

        _order = -1;
        _solver.Start(recording.Problem!, _stepper.ErrorMeasure.Tolerances);
        _solver.ForgetMatrix();
    }

    public override void AddEndCotangent(ReadOnlySpan<T> cotangent) => Add(0, 1, cotangent);

    public override void AddDenseCotangent(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        ComputeCoefficients(recording, step);
        Add(Dense, 1, cotangent);
        int degree = HistoryChanges.Degree(recording.Tag(step));
        for (int j = 1; j <= degree; j++)
        {
            double weight = NordsieckStepper<T>.Weight(theta, j);
            Add(Correction, weight * _formula.DenseCorrection[j], cotangent);
            if (j <= _order)
            {
                Add(Dense + j, weight, cotangent);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransposeStep(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field)
    {
        ComputeCoefficients(recording, step);
        double h = recording.StepSize(step);
        Span<T> residual = Row(Residual);
        Row(Correction).CopyTo(residual);
        Row(Correction).Clear();
        for (int j = 0; j <= _order; j++)
        {
            Add(Residual, _formula.Correction[j], Row(j));
        }

        double slope = _formula.Correction[1];
        Solve(recording, step, h / slope, slope, field);
        for (int j = 1; j <= _order; j++)
        {
            Add(j, 1, Row(Dense + j));
            Row(Dense + j).Clear();
        }

        var changes = HistoryChanges.Of(recording.Tag(step));
        if (changes.Starts)
        {
            Predict(1);
            Start(recording, step, h, field);
        }
        else
        {
            Predict(h / recording.StepSize(step - 1));
            ChangeOrder(changes);
        }

        Add(0, 1, Row(Dense));
        Row(Dense).Clear();
    }

    public override void End(SolveRecording<T> recording, int first, IVectorJacobianProduct<T> field)
    {
        // The first step forms its history of the state and its derivative, so nothing is left over.
    }

    public override double NodeSlope(SolveRecording<T> recording, int node, ReadOnlySpan<T> cotangent)
    {
        recording.Problem!.Field.Evaluate(recording.EndTime(node), recording.Row(node, 0), _slope);
        return Reductions.Dot(cotangent, _slope.AsSpan(0, _length));
    }

    public override double DenseSlope(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        _stepper.InterpolateRecorded(recording, step, theta, derivative: true, _slope.AsSpan(0, _length));
        return Reductions.Dot(cotangent, _slope.AsSpan(0, _length));
    }

    private Span<T> Row(int row) => _rows.Row(row, _length);

    private void Add(int row, double weight, ReadOnlySpan<T> values)
    {
        Span<T> to = Row(row);
        T factor = T.CreateTruncating(weight);
        for (int i = 0; i < to.Length; i++)
        {
            to[i] += factor * values[i];
        }
    }

    /// <summary>The coefficients of a recorded step, from the lengths of those before it, back to where the history starts.</summary>
    private void ComputeCoefficients(SolveRecording<T> recording, int step)
    {
        _order = HistoryChanges.Degree(recording.Tag(step)) - _formula.DenseDegrees;
        int first = step;
        while (step - first <= _maxOrder && !HistoryChanges.Of(recording.Tag(first)).IsFirst)
        {
            first--;
        }

        for (int i = 0; i < _past.Length; i++)
        {
            _past[i] = recording.StepSize(Math.Max(first, step - 1 - i));
        }

        _formula.Compute(_order, recording.StepSize(step), _past, withNeighbors: false);
    }

    /// <summary>Adds γ Jᵀ u to the cotangent of the predicted state, and −u / l_1 to that of its slope, u from the residual.</summary>
    private void Solve(SolveRecording<T> recording, int step, double gamma, double slope, IVectorJacobianProduct<T> field)
    {
        double time = recording.EndTime(step + 1);
        ReadOnlySpan<T> z = recording.Row(step + 1, 0);
        Span<T> residual = Row(Residual), correction = Row(Step), product = Row(Product);
        var matrix = new TransposedStage<T>(time, recording.StepSize(step), gamma, z);
        _solver.BeginStage();
        double first = Norm(residual), before = first;
        if (first == 0)
        {
            return;
        }

        T factor = T.CreateTruncating(gamma);
        for (int iteration = 1; ; iteration++)
        {
            residual.CopyTo(correction);
            if (!_isFunctional)
            {
                _solver.SolveTransposed(matrix, correction);
            }

            Add(1, -1 / slope, correction);
            for (int i = 0; i < residual.Length; i++)
            {
                residual[i] -= correction[i];
                correction[i] *= factor;
            }

            VectorJacobianProducts++;
            field.Evaluate(time, z, correction, product);
            Add(0, 1, product);
            Add(Residual, 1, product);
            double norm = Norm(residual);
            // What is not finite goes on as it is, as through explicit steps.
            if (norm <= _solver.Rounding * first || !double.IsFinite(norm))
            {
                return;
            }

            bool isSlow = !(norm <= 0.1 * before);
            if (isSlow && (_isFunctional || !_solver.Refresh(matrix)))
            {
                // As small as round-off allows, or not at all.
                if (norm <= 1e3 * _solver.Rounding * first && norm > 0.9 * before)
                {
                    return;
                }

                if (iteration >= MaxIterations || norm > 1e6 * first)
                {
                    throw new InvalidOperationException(
                        $"The transposed equations of a step at t = {recording.Node(step)} do not converge. Check that the field's vector-Jacobian product is that of the "
                        + "field solved, and the Jacobian of the problem; for Adams with a stiff field, take MultistepCorrector.Newton.");
                }
            }

            before = norm;
        }
    }

    /// <summary><c>z_k = Σ_(j ≤ k) binomial(k, j) r^k Z_j</c>.</summary>
    private void Predict(double ratio)
    {
        double power = Math.Pow(ratio, _order);
        for (int k = _order; k >= 0; k--)
        {
            double binomial = 1;
            Span<T> row = Row(k);
            T factor = T.CreateTruncating(power);
            for (int i = 0; i < row.Length; i++)
            {
                row[i] *= factor;
            }

            for (int j = 0; j < k; j++)
            {
                Add(k, power * binomial, Row(j));
                binomial = binomial * (k - j) / (j + 1);
            }

            power /= ratio;
        }
    }

    /// <summary><c>z_1 = h f(t, z)</c>: what was before is forgotten.</summary>
    private void Start(SolveRecording<T> recording, int step, double h, IVectorJacobianProduct<T> field)
    {
        Span<T> slope = Row(1), product = Row(Product);
        T factor = T.CreateTruncating(h);
        for (int i = 0; i < slope.Length; i++)
        {
            slope[i] *= factor;
        }

        if (slope.ContainsAnyExcept(T.Zero))
        {
            VectorJacobianProducts++;
            field.Evaluate(recording.Node(step), recording.Row(step, 0), slope, product);
            Add(0, 1, product);
        }

        slope.Clear();
    }

    private void ChangeOrder(HistoryChanges changes)
    {
        for (int i = 0; i < changes.Lowered; i++)
        {
            // z_j −= w_j z_q, z_q is dropped.
            int order = ++_order;
            _formula.Lower(order, _past, _weights);
            Row(order).Clear();
            for (int j = 2; j < order; j++)
            {
                Add(order, -_weights[j], Row(j));
            }
        }

        if (changes.IsRaised)
        {
            // z_(q+1) = c e, z_j += w_j z_(q+1), with the last step's correction e.
            int order = --_order;
            double factor = _formula.Raise(order, _past, _weights);
            for (int j = 2; j <= order; j++)
            {
                Add(order + 1, _weights[j], Row(j));
            }

            Add(Correction, factor, Row(order + 1));
            Row(order + 1).Clear();
        }
    }

    private static double Norm(ReadOnlySpan<T> row) => Math.Sqrt(Reductions.Dot(row, row));
}
