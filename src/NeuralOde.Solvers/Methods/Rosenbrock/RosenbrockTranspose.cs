using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>
/// The transpose of the step: with <c>W = I − γ h J</c>, <c>y_i = z + h Σ γ a_ij w_j</c>, <c>W w_i = f(t_i, y_i) + Σ γ c_ij w_j + γ_i h ∂f/∂t</c>, <c>z⁺ = z + h Σ γ m_i w_i</c>
/// it is <c>Wᵀ λ_i = γ h m_i z̄⁺ + Σ_{j&gt;i} (γ h a_ji ȳ_j + γ c_ji λ_j)</c>, <c>ȳ_i = J_iᵀ λ_i</c>, <c>z̄ = z̄⁺ + Σ ȳ_i + ∂/∂z Σ λ_i·(γ h J w_i + γ_i h ∂f/∂t)</c>.
/// </summary>
/// <remarks>
/// The step is attempted again, which gives its stages and its matrix to the same bits. The last term is the field's own second derivative
/// (<see cref="ISecondDerivative{T}"/>) where the problem gives its Jacobian, and the transpose of the differences where it does not.
/// </remarks>
/// <param name="stepper">What made the steps.</param>
internal sealed class RosenbrockTranspose<T>(RosenbrockStepper<T> stepper) : StepTranspose<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int DenseRows = 3;
    private const int StateBar = 0, StartBar = 1, Direction = 2, Product = 3, TimeDerivativeBar = 4, Origin = 5, Dense = 6, First = Dense + DenseRows;

    private readonly RosenbrockTableau _tableau = stepper.Tableau;
    private readonly int _stages = stepper.Tableau.StageCount;
    private readonly int _length = stepper.StateLength;
    private readonly RosenbrockStepper<T> _again = new(stepper.Tableau, stepper.StateLength, 0);
    private readonly RowMemory<T> _rows = new(First + (2 * stepper.Tableau.StageCount), stepper.StateLength);
    private SquareMatrix<T>? _jacobianBar;
    private bool _isDense;

    public override ReadOnlySpan<T> StateCotangent => Row(StateBar);

    public override void Begin(SolveRecording<T> recording, bool differentiateTimes)
    {
        RefuseMassMatrix(recording);
        VectorJacobianProducts = 0;
        Row(StateBar).Clear();
        ClearDense();
        BeginTimes(recording, differentiateTimes);
    }

    public override void AddEndCotangent(ReadOnlySpan<T> cotangent) => AddScaled(cotangent, 1, StateBar);

    public override void AddDenseCotangent(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        // z + θ (z⁺ − z + (1 − θ) (d_1 + θ (d_2 + θ d_3))).
        _isDense = true;
        AddScaled(cotangent, theta, StateBar);
        AddScaled(cotangent, 1 - theta, Origin);
        double weight = theta * (1 - theta);
        for (int i = 0; i < DenseRows; i++)
        {
            AddScaled(cotangent, weight, Dense + i);
            weight *= theta;
        }
    }

    public override void TransposeStep(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field)
    {
        if (!_isDense && !Row(StateBar).ContainsAnyExcept(T.Zero))
        {
            return;
        }

        double t = recording.Node(step), next = recording.EndTime(step + 1), h = recording.StepSize(step);
        OdeProblem<T> problem = recording.Problem!;
        ISecondDerivative<T>? second = problem.Jacobian is null ? null : field as ISecondDerivative<T> ?? throw new NotSupportedException(
            "The problem gives its Jacobian, and the vector-Jacobian product does not know how the Jacobian changes, as the transpose of a Rosenbrock method needs it. "
                + "Implement ISecondDerivative, leave OdeProblem.Jacobian out, so that its differences are differentiated, or take kvaerno5, radau5 or bdf.");
        Repeat(recording, step, new StepPlan(next, h, false));
        Row(StartBar).Clear();
        Row(TimeDerivativeBar).Clear();
        double stepBar = DifferentiatesTimes ? Reductions.Dot<T>(Row(StateBar), recording.Row(step, 2)) / h : 0;
        (double Start, double End) times = (Start: 0.0, End: 0.0);
        for (int i = _stages - 1; i >= 0; i--)
        {
            GatherStage(i, h);
            _again.SolveTransposed(Row(Solution(i)));
            AddScaled(Row(Solution(i)), h * _tableau.TimeWeights[i], TimeDerivativeBar);
            stepBar += DifferentiatesTimes ? StepShare(i) : 0;
            if (i > 0)
            {
                double alpha = _tableau.Alpha[i];
                ReadOnlySpan<T> y = _again.StageState(i);
                double timeBar = Multiply(field, RungeKuttaStepper<T>.StageTime(t, next, h, alpha), y, Row(Solution(i)), Row(InputBar(i)));
                AddScaled(Row(InputBar(i)), 1, StartBar);
                times.Start += (1 - alpha) * timeBar;
                times.End += alpha * timeBar;
                stepBar += DifferentiatesTimes ? (Reductions.Dot<T>(Row(InputBar(i)), y) - Reductions.Dot<T>(Row(InputBar(i)), recording.Row(step, 0))) / h : 0;
            }

            if (second is not null)
            {
                Row(Direction).Clear();
                AddScaled(_again.StageSolution(i), _tableau.Gamma * h, Direction);
                VectorJacobianProducts++;
                times.Start += second.EvaluateSecond(t, recording.Row(step, 0), Row(Solution(i)), Row(Direction), Row(Product));
                AddScaled(Row(Product), 1, StartBar);
            }
        }

        stepBar -= DifferentiatesTimes ? Reductions.Dot<T>(Row(TimeDerivativeBar), _again.TimeDerivative) / h : 0;
        TransposeStart(recording, step, field, second is null, ref times);
        AddScaled(Row(StartBar), 1, StateBar);
        if (_isDense)
        {
            AddScaled(Row(Origin), 1, StateBar);
            ClearDense();
        }

        if (DifferentiatesTimes)
        {
            AddTimeCotangent(step, times.Start - stepBar);
            AddTimeCotangent(step + 1, times.End + stepBar);
        }
    }

    public override void End(SolveRecording<T> recording, int first, IVectorJacobianProduct<T> field)
    {
        // Each step evaluates all that it needs, so nothing is left over.
    }

    public override double NodeSlope(SolveRecording<T> recording, int node, ReadOnlySpan<T> cotangent) => Reductions.Dot(cotangent, recording.Row(node, 1));

    public override double DenseSlope(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        stepper.InterpolateRecorded(recording, step, theta, derivative: true, Row(Product));
        return Reductions.Dot<T>(cotangent, Row(Product));
    }

    private int Solution(int stage) => First + stage;

    private int InputBar(int stage) => First + _stages + stage;

    private Span<T> Row(int row) => _rows.Row(row, _length);

    private void Repeat(SolveRecording<T> recording, int step, in StepPlan plan)
    {
        double t = recording.Node(step);
        _again.Start(new StepperStart<T>(recording.Problem!, stepper.ErrorMeasure, stepper.EstimatesError, t, recording.Row(step, 0)));
        if (!_again.Attempt(t, plan).IsComplete)
        {
            throw new InvalidOperationException($"The step at t = {t} cannot be repeated. The field must give the same values as in the solve.");
        }
    }

    /// <summary><c>γ h m_i z̄⁺ + Σ_{j&gt;i} (γ h a_ji ȳ_j + γ c_ji λ_j)</c>, into the row of its solution.</summary>
    private void GatherStage(int stage, double h)
    {
        double gamma = _tableau.Gamma;
        int to = Solution(stage);
        Row(to).Clear();
        AddScaled(Row(StateBar), gamma * h * _tableau.M[stage], to);
        for (int i = 0; _isDense && i < DenseRows; i++)
        {
            AddScaled(Row(Dense + i), gamma * h * _tableau.Dense[i][stage], to);
        }

        for (int j = stage + 1; j < _stages; j++)
        {
            AddScaled(Row(InputBar(j)), gamma * h * _tableau.A[j][stage], to);
            AddScaled(Row(Solution(j)), gamma * _tableau.C[j][stage], to);
        }
    }

    /// <summary>What the length of the step contributes by the matrix and by the derivative by time: <c>λ_i·(γ J w_i + γ_i ∂f/∂t)</c>.</summary>
    private double StepShare(int stage)
    {
        _again.Jacobian.Multiply(_again.StageSolution(stage), Row(Product));
        return (_tableau.Gamma * Reductions.Dot<T>(Row(Solution(stage)), Row(Product)))
            + (_tableau.TimeWeights[stage] * Reductions.Dot<T>(Row(Solution(stage)), _again.TimeDerivative));
    }

    /// <summary>What is evaluated at the step's start: the first stage's field, the derivative by time, and the Jacobian where it is of differences.</summary>
    private void TransposeStart(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field, bool transposesJacobian, ref (double Start, double End) times)
    {
        double t = recording.Node(step), h = recording.StepSize(step);
        ReadOnlySpan<T> z = recording.Row(step, 0);
        Span<T> valueBar = Row(Direction);
        Row(Solution(0)).CopyTo(valueBar);
        VectorJacobianProducts += _again.Differences.TransposeByTime(field, t, h, z, Row(TimeDerivativeBar), Row(StartBar), valueBar, ref times);
        if (transposesJacobian)
        {
            SquareMatrix<T> jacobianBar = JacobianBar(recording.Problem!, h);
            VectorJacobianProducts += _again.Differences.TransposeByState(
                field, t, z, recording.Row(step, 1), h, stepper.ErrorMeasure.Tolerances, jacobianBar, Row(StartBar), valueBar, ref times.Start);
        }

        times.Start += Multiply(field, t, z, valueBar, Row(Product));
        AddScaled(Row(Product), 1, StartBar);
    }

    /// <summary><c>γ h Σ λ_i w_iᵀ</c>, where the Jacobian may differ from zero.</summary>
    private SquareMatrix<T> JacobianBar(OdeProblem<T> problem, double h)
    {
        _jacobianBar = problem.JacobianMatrix(_jacobianBar, _length);
        _jacobianBar.Clear();
        T factor = T.CreateTruncating(_tableau.Gamma * h);
        for (int stage = 0; stage < _stages; stage++)
        {
            ReadOnlySpan<T> solution = Row(Solution(stage)), w = _again.StageSolution(stage);
            for (int j = 0; j < _length; j++)
            {
                T scaled = factor * w[j];
                (int first, int last) = _jacobianBar.RowsOf(j);
                for (int i = first; i <= last; i++)
                {
                    _jacobianBar[i, j] += scaled * solution[i];
                }
            }
        }

        return _jacobianBar;
    }

    private double Multiply(IVectorJacobianProduct<T> field, double t, ReadOnlySpan<T> z, ReadOnlySpan<T> cotangent, Span<T> destination)
    {
        VectorJacobianProducts++;
        return field.Evaluate(t, z, cotangent, destination);
    }

    private void ClearDense()
    {
        for (int row = Origin; row < First; row++)
        {
            Row(row).Clear();
        }

        _isDense = false;
    }

    private void AddScaled(ReadOnlySpan<T> cotangent, double weight, int destination)
    {
        Span<T> to = Row(destination);
        T factor = T.CreateTruncating(weight);
        for (int i = 0; i < to.Length; i++)
        {
            to[i] += factor * cotangent[i];
        }
    }
}
