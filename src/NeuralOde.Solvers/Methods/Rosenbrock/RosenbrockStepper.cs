using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The step of a Rosenbrock method.</summary>
/// <remarks>
/// With <c>u_i = γ h w_i</c> the stages are <c>(M − γ h J) w_i = f(t + α_i h, z + h Σ γ a_ij w_j) + M Σ γ c_ij w_j + γ_i h ∂f/∂t</c>: all weights but those of the
/// states are constants.
/// </remarks>
internal sealed partial class RosenbrockStepper<T> : Stepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Looser tolerances do not see the errors of first-order differences.
    private const double SecondOrderBelow = 1e-5;

    // Recorded rows: the state, the derivative, the increment, and the three of the dense output.
    private const int Increment = 2, DenseRows = 3;

    private readonly RosenbrockTableau _tableau;
    private readonly int _stages;
    private readonly RowMemory<T> _rows;
    private readonly StepCombinations<T> _states;
    private readonly StepCombinations<T> _sums;
    private readonly int _combinedLength;
    private readonly OneSidedDifferences<T> _differences;
    private readonly SmallLu<T>? _small;
    private OdeProblem<T> _lastProblem = null!;
    private IVectorField<T> _field = null!;
    private ILinearSolver<T>? _linear;
    private SquareMatrix<T> _jacobian = null!;
    private bool _firstIsKnown;
    private bool _jacobianIsKnown;
    private bool _denseIsKnown;

    // What the last attempt got to, for finding the culprit of a failure.
    private int _lastValue;
    private double _lastValueTime;
    private int _lastState;
    private double _lastStateTime;
    private double _lastIntegrandTime;
    private int _badQuadrature;

    public RosenbrockStepper(RosenbrockTableau tableau, int stateLength, int quadratureLength)
        : base(stateLength, quadratureLength)
    {
        _tableau = tableau;
        _stages = tableau.StageCount;
        _rows = new RowMemory<T>(Dense + DenseRows, Length);
        _combinedLength = quadratureLength == 0 ? _rows.PaddedLength : stateLength;
        double[] Scaled(double[] row) => [.. row.Select(x => x * tableau.Gamma)];
        _states = new StepCombinations<T>(
            [.. tableau.A.Concat([tableau.M, tableau.E]).Concat(tableau.Dense).Select(row => new LinearCombination(Scaled(row)))], _stages, _rows);
        _sums = new StepCombinations<T>([.. tableau.C.Select((row, i) => new LinearCombination(WithTime(Scaled(row), tableau.TimeWeights[i])))], 0, _rows);
        _sums.Scale(1);
        _differences = new OneSidedDifferences<T>(stateLength, Length);
        _small = stateLength <= SmallLu<T>.MaxLength ? new SmallLu<T>(stateLength) : null;
        _nodeState = new T[stateLength];
        _nodeValue = new T[Length];
        _integrands = new T[s_quadratureNodes.Length * quadratureLength];
    }

    public override ReadOnlySpan<T> State => _rows.Row(Old, Length);

    public override ReadOnlySpan<T> Derivative => _rows.Row(First, Length);

    public override int RecordedRows => DenseRows + Increment + 1;

    // Rows: w of each stage, then the state before and after, the input of a stage, its derivative, that at the start, h ∂f/∂t, ∂f/∂t, zeros,
    // a product with the mass matrix, and the three of the dense output.
    private int Old => _stages;

    private int New => _stages + 1;

    private int Input => _stages + 2;

    private int Value => _stages + 3;

    private int First => _stages + 4;

    private int StepTime => _stages + 5;

    private int ByTime => _stages + 6;

    private int Zeros => _stages + 7;

    private int Product => _stages + 8;

    private int Dense => _stages + 9;

    public override void Start(in StepperStart<T> start)
    {
        base.Start(start);
        start.State.CopyTo(_rows.Row(Old, Length));
        _firstIsKnown = _jacobianIsKnown = _denseIsKnown = false;
        (_lastValue, _lastState, _lastStateTime, _badQuadrature) = (-1, Old, start.Time, -1);
        _differences.IsSecondOrder = !start.NeedsError || start.Scale.Tolerances.Relative < SecondOrderBelow;
        _differences.WithAlgebraic = start.Problem.MassMatrix is not null;
        if (ReferenceEquals(start.Problem, _lastProblem))
        {
            return;
        }

        _lastProblem = start.Problem;
        _field = start.Problem.Field;
        _jacobian = start.Problem.JacobianMatrix(_jacobian, StateLength);
        bool isSmall = _small is not null && start.Problem.LinearSolver is null && _jacobian.Bandwidth is null;
        _linear = isSmall ? null : start.Problem.LinearSolver?.Invoke() ?? new LuSolver<T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void EvaluateDerivative(double t)
    {
        if (!_firstIsKnown)
        {
            (_lastState, _lastStateTime) = (Old, t);
            Evaluate(t, Old, First);
            _firstIsKnown = true;
        }

        (_lastValue, _lastValueTime) = (First, t);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override unsafe StepAttempt Attempt(double t, in StepPlan plan)
    {
        double next = plan.End, h = plan.Size;
        EvaluateDerivative(t);
        (_stepStart, _badQuadrature) = (t, -1);
        _denseIsKnown = false;
        if (!_jacobianIsKnown && !EvaluateJacobian(t, h))
        {
            return Failed(StepOutcome.NotFinite);
        }

        Counts.Factorizations++;
        double gamma = _tableau.Gamma * h;
        if (!(_linear is null ? _small!.Prepare(_jacobian, Problem.MassMatrix, gamma) : _linear.Prepare(_jacobian, Problem.MassMatrix, gamma)))
        {
            return Failed(StepOutcome.NewtonFailed);
        }

        _states.Scale(h);
        CombineKernel.Run(ref _rows.Start, _rows.Offsets, [ByTime], [1.0], h, ref _rows[Zeros], ref _rows[StepTime], _combinedLength);
        double[] alpha = _tableau.Alpha;
        for (int i = 0; i < _stages; i++)
        {
            if (i > 0)
            {
                double time = RungeKuttaStepper<T>.StageTime(t, next, h, alpha[i]);
                (_lastState, _lastStateTime) = (Input, time);
                if (!CombineKernel.Run(_states[i], _rows.AddressOf(Old), _rows.AddressOf(Input), _combinedLength))
                {
                    return Failed(StepOutcome.NotFinite);
                }

                Evaluate(time, Input, Value);
                (_lastValue, _lastValueTime) = (Value, time);
            }

            if (!Sum(i, i == 0 ? First : Value))
            {
                return Failed(StepOutcome.NotFinite);
            }

            if (_linear is null)
            {
                _small!.Solve(_rows.AddressOf(i));
            }
            else
            {
                _linear.Solve(_rows.Row(i, StateLength));
            }
        }

        (_lastState, _lastStateTime) = (New, next);
        if (!CombineKernel.Run(_states[_stages], _rows.AddressOf(Old), _rows.AddressOf(New), _combinedLength))
        {
            return Failed(StepOutcome.NotFinite);
        }

        double error = NeedsError ? Scale.Measure(_rows, _states[_stages + 1], Old, New) : 0;
        return new StepAttempt(StepOutcome.Complete, error, _tableau.EmbeddedOrder + 1);
    }

    public override double SpectralRadius() => _jacobian.SpectralBound();

    public override int FindNotFinite(double t, in StepPlan plan, out double time)
    {
        if (_lastValue >= 0)
        {
            int component = Reductions.FirstNotFinite<T>(_rows.Row(_lastValue, _lastValue == ByTime ? StateLength : Length));
            if (component >= 0)
            {
                time = _lastValueTime;
                return component;
            }
        }

        if (_badQuadrature >= 0)
        {
            time = _lastIntegrandTime;
            return StateLength + _badQuadrature;
        }

        time = _lastStateTime;
        return Reductions.FirstNotFinite<T>(_rows.Row(_lastState, _lastState == Old ? Length : StateLength));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accept(double t, in StepPlan plan)
    {
        _rows.Swap(Old, New);
        _firstIsKnown = _jacobianIsKnown = _denseIsKnown = false;
        _lastValue = -1;
    }

    /// <summary>A row of c with the weight of h ∂f/∂t behind it.</summary>
    private double[] WithTime(double[] row, double weight)
    {
        double[] all = new double[StepTime + 1];
        row.CopyTo(all, 0);
        all[StepTime] = weight;
        return all;
    }

    private bool EvaluateJacobian(double t, double h)
    {
        Counts.Jacobians++;
        ReadOnlySpan<T> z = _rows.Row(Old, StateLength), f = _rows.Row(First, Length);
        if (Problem.Jacobian is { } jacobian)
        {
            _jacobian.Clear();
            jacobian.Evaluate(t, z, _jacobian);
        }
        else
        {
            Counts.Evaluations += _differences.ByState(_field, t, z, f, h, Scale.Tolerances, _jacobian);
        }

        Counts.Evaluations += _differences.ByTime(_field, t, h, z, f, _rows.Row(ByTime, StateLength));
        if (Reductions.FirstNotFinite<T>(_rows.Row(First, Length)) >= 0)
        {
            return false;
        }

        if (Reductions.FirstNotFinite<T>(_rows.Row(ByTime, StateLength)) >= 0)
        {
            (_lastValue, _lastValueTime) = (ByTime, t + h);
            return false;
        }

        _jacobianIsKnown = true;
        return true;
    }

    /// <summary>The right-hand side of a stage, into the row of its solution.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe bool Sum(int stage, int value)
        => Problem.MassMatrix is null
            ? CombineKernel.Run(_sums[stage], _rows.AddressOf(value), _rows.AddressOf(stage), _combinedLength)
            : SumWithMass(stage, value, Problem.MassMatrix);

    private unsafe bool SumWithMass(int stage, int value, SquareMatrix<T> mass)
    {
        BoundTerms<T> all = _sums[stage];
        bool hasTime = _tableau.TimeWeights[stage] != 0;
        BoundTerms<T> stages = hasTime ? all.Slice(0, all.Count - 1) : all;
        CombineKernel.Run(stages, _rows.AddressOf(Zeros), _rows.AddressOf(stage), _combinedLength);
        mass.Multiply(_rows.Row(stage, StateLength), _rows.Row(Product, StateLength));
        Span<T> sum = _rows.Row(stage, StateLength);
        ReadOnlySpan<T> product = _rows.Row(Product, StateLength), f = _rows.Row(value, StateLength), time = _rows.Row(StepTime, StateLength);
        T weight = T.CreateTruncating(_tableau.TimeWeights[stage]);
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = f[i] + product[i] + (weight * time[i]);
        }

        return Reductions.FirstNotFinite<T>(sum) < 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Evaluate(double t, int input, int destination)
    {
        Counts.Evaluations++;
        _field.Evaluate(t, _rows.Row(input, StateLength), _rows.Row(destination, Length));
    }

    private StepAttempt Failed(StepOutcome outcome) => new(outcome, double.NaN, _tableau.EmbeddedOrder + 1);
}
