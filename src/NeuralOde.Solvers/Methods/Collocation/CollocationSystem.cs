using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The two linear systems of a collocation step, <c>M − (h/λ) J</c> with a real λ and a complex one, from one Jacobian.</summary>
/// <remarks>The complex one is in double precision, also for states in float.</remarks>
/// <param name="tableau">The method.</param>
/// <param name="length">Number of components of the state.</param>
/// <param name="valueLength">Number of elements that the field writes.</param>
internal sealed class CollocationSystem<T>(CollocationTableau tableau, int length, int valueLength)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly FiniteDifferenceJacobian<T> _differences = new(length, valueLength - length);
    private readonly LuSolver<T> _real = new();
    private OdeProblem<T>? _problem;
    private SquareMatrix<T>? _jacobian;
    private ComplexLuSolver<T>? _complex;
    private double _step = double.NaN;

    // Where the Jacobian was evaluated, for evaluating it again.
    private readonly T[] _originState = new T[length];
    private readonly T[] _originValue = new T[valueLength];
    private double _originTime;
    private double _originStep;

    /// <summary>The Jacobian that was evaluated last.</summary>
    public SquareMatrix<T> Jacobian => _jacobian!;

    public void Start(OdeProblem<T> problem)
    {
        if (problem.LinearSolver is not null)
        {
            throw new NotSupportedException(
                "A collocation method solves complex linear systems, for which the problem's LinearSolver does not serve. Leave it out, or take another implicit method.");
        }

        _step = double.NaN;
        if (ReferenceEquals(problem, _problem))
        {
            return;
        }

        _problem = problem;
        _jacobian = problem.JacobianMatrix(_jacobian, length);
        _complex = new ComplexLuSolver<T>(_jacobian, problem.MassMatrix);
    }

    /// <summary>Evaluates the Jacobian.</summary>
    public void EvaluateJacobian(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> f, double h, Tolerances tolerances, ref SolveCounts counts)
    {
        counts.Jacobians++;
        _step = double.NaN;
        (_originTime, _originStep) = (t, h);
        z.CopyTo(_originState);
        if (_problem!.Jacobian is { } jacobian)
        {
            _jacobian!.Clear();
            jacobian.Evaluate(t, z, _jacobian);
        }
        else
        {
            counts.Evaluations += _differences.Evaluate(_problem.Field, t, z, f, h, tolerances, _jacobian!, withAlgebraic: _problem.MassMatrix is not null);
        }
    }

    /// <summary>Carries the Jacobian, if it is of use, as the place where it was evaluated.</summary>
    public void Transfer(ref StepperSnapshot<T> snapshot, bool isKnown, ErrorScale scale, ref SolveCounts counts)
    {
        snapshot.Value(ref _originTime);
        snapshot.Value(ref _originStep);
        snapshot.Row(_originState);
        if (snapshot.IsRestoring && isKnown)
        {
            counts.Evaluations++;
            _problem!.Field.Evaluate(_originTime, _originState, _originValue);
            EvaluateJacobian(_originTime, _originState, _originValue.AsSpan(0, length), _originStep, scale.Tolerances, ref counts);
        }
    }

    /// <summary>Makes the factorizations for a step, unless they are those of the last one.</summary>
    /// <returns>Whether both matrices are regular.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Prepare(double h, ref SolveCounts counts)
    {
        if (h == _step)
        {
            return true;
        }

        counts.Factorizations += 2;
        _step = double.NaN;
        if (!_real.Prepare(_jacobian!, _problem!.MassMatrix, h / tableau.Real) || !_complex!.Prepare(_jacobian!, _problem.MassMatrix, -h / tableau.Pair))
        {
            return false;
        }

        _step = h;
        return true;
    }

    public void SolveReal(Span<T> b) => _real.Solve(b);

    public void SolveRealTransposed(Span<T> b) => _real.SolveTransposed(b);

    public void SolveComplex(Span<Complex> b) => _complex!.Solve(b);

    public void SolveComplexTransposed(Span<Complex> b) => _complex!.SolveTransposed(b);
}
