using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Jacobian and factorization of <c>M − γ J</c> for multistep methods, and when they are made anew.</summary>
/// <remarks>A. C. Hindmarsh et al., "SUNDIALS", <i>ACM TOMS</i> 31 (2005), 2.1: both serve many steps, as the iteration corrects for a γ that has changed.</remarks>
internal sealed unsafe class MultistepNewton<T>(int stateLength, int quadratureLength)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int JacobianSteps = 50;
    private const int FactorizationSteps = 20;
    private const double MaxGammaChange = 0.3;

    // The first slope of a problem with a mass matrix is that of an implicit Euler step this much shorter than the first one.
    private const double SlopeStep = 1e-3;

    private OdeProblem<T>? _problem;
    private IVectorField<T> _field = null!;
    private Tolerances _tolerances;
    private ILinearSolver<T>? _linear;
    private SmallLu<T>? _small;
    private FiniteDifferenceJacobian<T>? _differences;
    private SquareMatrix<T>? _jacobian;
    private double _gamma;
    private int _jacobianAge, _factorizationAge;
    private bool _needsJacobian;

    // Where the Jacobian was evaluated, for evaluating it again.
    private readonly T[] _originState = new T[stateLength];
    private readonly T[] _originValue = new T[stateLength + quadratureLength];
    private double _originTime;
    private double _originStep;

    public void Start(OdeProblem<T> problem, ErrorScale scale)
    {
        if (!ReferenceEquals(problem, _problem))
        {
            _problem = problem;
            _field = quadratureLength == 0 ? problem.Field : new StateField(problem.Field, stateLength + quadratureLength);
            _jacobian = problem.JacobianMatrix(_jacobian, stateLength);
            bool isSmall = stateLength <= SmallLu<T>.MaxLength && _jacobian.Bandwidth is null && problem.LinearSolver is null;
            _small = isSmall ? _small ?? new SmallLu<T>(stateLength) : null;
            _linear = isSmall ? null : problem.LinearSolver?.Invoke() ?? new LuSolver<T>();
        }

        _tolerances = scale.Tolerances;
        _gamma = double.NaN;
        _jacobianAge = _factorizationAge = 0;
        _needsJacobian = true;
    }

    /// <summary>Whether <see cref="Prepare"/> has to come before the next iteration.</summary>
    public bool NeedsMatrix(double gamma) => _needsJacobian || _factorizationAge >= FactorizationSteps || !(Math.Abs((gamma / _gamma) - 1) <= MaxGammaChange);

    /// <summary>For a γ that is not that of the factorization: right for very stiff components.</summary>
    public double Scale(double gamma) => gamma == _gamma ? 1 : 2 / (1 + (gamma / _gamma));

    /// <summary>Makes the factorization, and the Jacobian if it is old.</summary>
    /// <returns>Whether the Jacobian is new.</returns>
    public bool Prepare(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> f, double h, double gamma, ref SolveCounts counts, out bool isRegular)
    {
        bool isNew = _needsJacobian || _jacobianAge > JacobianSteps;
        if (isNew)
        {
            EvaluateJacobian(t, z, f, h, ref counts);
        }

        counts.Factorizations++;
        _gamma = gamma;
        _factorizationAge = 0;
        isRegular = Factor(gamma);
        return isNew;
    }

    /// <summary>Solves with the factorization in place.</summary>
    public void Solve(T* b)
    {
        if (_small is not null)
        {
            _small.Solve(b);
        }
        else
        {
            _linear!.Solve(new Span<T>(b, stateLength));
        }
    }

    /// <summary>After a failure: the next iteration starts with a new Jacobian.</summary>
    public void Discard() => _needsJacobian = true;

    public void OnAccepted()
    {
        _jacobianAge++;
        _factorizationAge++;
    }

    /// <summary>A slope to start from, also of components whose derivative the problem does not give: that of a short implicit Euler step.</summary>
    public bool StartSlope(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> f, double h, T* slope, ref SolveCounts counts)
    {
        EvaluateJacobian(t, z, f, h, ref counts);
        counts.Factorizations++;
        bool isRegular = Factor(SlopeStep * h);
        _gamma = double.NaN;
        if (isRegular)
        {
            Solve(slope);
        }

        return isRegular;
    }

    /// <summary>Carries Jacobian and factorization, as the place where the one was evaluated and the γ of the other.</summary>
    public void Transfer(ref StepperSnapshot<T> snapshot, ref SolveCounts counts)
    {
        double gamma = _gamma;
        int jacobianAge = _jacobianAge, factorizationAge = _factorizationAge;
        bool needsJacobian = _needsJacobian;
        snapshot.Value(ref gamma);
        snapshot.Value(ref jacobianAge);
        snapshot.Value(ref factorizationAge);
        snapshot.Value(ref needsJacobian);
        snapshot.Value(ref _originTime);
        snapshot.Value(ref _originStep);
        snapshot.Row(_originState);
        if (!snapshot.IsRestoring)
        {
            return;
        }

        if (!needsJacobian)
        {
            counts.Evaluations++;
            _field.Evaluate(_originTime, _originState, _originValue);
            EvaluateJacobian(_originTime, _originState, _originValue.AsSpan(0, stateLength), _originStep, ref counts);
            if (!double.IsNaN(gamma))
            {
                counts.Factorizations++;
                Factor(gamma);
            }
        }

        (_gamma, _jacobianAge, _factorizationAge, _needsJacobian) = (gamma, jacobianAge, factorizationAge, needsJacobian);
    }

    private bool Factor(double gamma)
        => _small is not null ? _small.Prepare(_jacobian!, _problem!.MassMatrix, gamma) : _linear!.Prepare(_jacobian!, _problem!.MassMatrix, gamma);

    private void EvaluateJacobian(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> f, double h, ref SolveCounts counts)
    {
        counts.Jacobians++;
        (_originTime, _originStep) = (t, h);
        z.CopyTo(_originState);
        if (_problem!.Jacobian is { } jacobian)
        {
            _jacobian!.Clear();
            jacobian.Evaluate(t, z, _jacobian);
        }
        else
        {
            _differences ??= new FiniteDifferenceJacobian<T>(stateLength);
            counts.Evaluations += _differences.Evaluate(_field, t, z, f, h, _tolerances, _jacobian!, withAlgebraic: _problem.MassMatrix is not null);
        }

        _jacobianAge = 0;
        _needsJacobian = false;
    }

    /// <summary>A field without its quadratures.</summary>
    private sealed class StateField(IVectorField<T> field, int length) : IVectorField<T>
    {
        private readonly T[] _value = new T[length];

        public void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz)
        {
            field.Evaluate(t, z, _value);
            _value.AsSpan(0, dz.Length).CopyTo(dz);
        }
    }
}
