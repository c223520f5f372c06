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
    private SquareMatrix<T> _jacobian = null!;
    private SmallComplexLu? _small;
    private DenseLu<Complex>? _dense;
    private BandedLu<Complex>? _banded;
    private double _step = double.NaN;

    // Where the Jacobian was evaluated, for evaluating it again.
    private readonly T[] _originState = new T[length];
    private readonly T[] _originValue = new T[valueLength];
    private double _originTime;
    private double _originStep;

    /// <summary>The Jacobian that was evaluated last.</summary>
    public SquareMatrix<T> Jacobian => _jacobian;

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
        _jacobian = new SquareMatrix<T>(length, problem.JacobianBandwidth);
        bool isBanded = problem.JacobianBandwidth is not null && (problem.MassMatrix is null || problem.MassMatrix.Bandwidth is not null);
        (_small, _dense, _banded) = (null, null, null);
        if (!isBanded && length <= SmallLu<T>.MaxLength)
        {
            _small = new SmallComplexLu(length);
        }
        else if (isBanded)
        {
            Bandwidth band = problem.JacobianBandwidth!.Value, mass = problem.MassMatrix?.Bandwidth ?? Bandwidth.Diagonal;
            _banded = new BandedLu<Complex>(length, new Bandwidth(Math.Max(band.Lower, mass.Lower), Math.Max(band.Upper, mass.Upper)));
        }
        else
        {
            _dense = new DenseLu<Complex>(length);
        }
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
            _jacobian.Clear();
            jacobian.Evaluate(t, z, _jacobian);
        }
        else
        {
            counts.Evaluations += _differences.Evaluate(_problem.Field, t, z, f, h, tolerances, _jacobian, withAlgebraic: _problem.MassMatrix is not null);
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
        if (!_real.Prepare(_jacobian, _problem!.MassMatrix, h / tableau.Real) || !PrepareComplex(-h / tableau.Pair))
        {
            return false;
        }

        _step = h;
        return true;
    }

    public void SolveReal(Span<T> b) => _real.Solve(b);

    public void SolveRealTransposed(Span<T> b) => _real.SolveTransposed(b);

    public void SolveComplex(Span<Complex> b)
    {
        if (_small is not null)
        {
            _small.Solve(b);
        }
        else if (_dense is not null)
        {
            _dense.Solve(b);
        }
        else
        {
            _banded!.Solve(b);
        }
    }

    public void SolveComplexTransposed(Span<Complex> b)
    {
        if (_small is not null)
        {
            _small.SolveTransposed(b);
        }
        else if (_dense is not null)
        {
            _dense.SolveTransposed(b);
        }
        else
        {
            _banded!.SolveTransposed(b);
        }
    }

    private bool PrepareComplex(Complex factor)
    {
        SquareMatrix<T>? mass = _problem!.MassMatrix;
        int n = length;
        if (_banded is null)
        {
            Span<Complex> matrix = _small is null ? _dense!.Matrix : _small.Matrix;
            ReadOnlySpan<T> values = _jacobian.Values;
            bool isDense = _jacobian.Bandwidth is null;
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    double entry = double.CreateTruncating(isDense ? values[(i * n) + j] : _jacobian[i, j]);
                    double other = mass is null ? (i == j ? 1 : 0) : double.CreateTruncating(mass[i, j]);
                    matrix[(i * n) + j] = new Complex((factor.Real * entry) + other, factor.Imaginary * entry);
                }
            }

            return _small?.Factor() ?? _dense!.Factor();
        }

        _banded.Clear();
        Bandwidth band = _banded.Bandwidth;
        for (int i = 0; i < n; i++)
        {
            for (int j = Math.Max(0, i - band.Lower); j <= Math.Min(n - 1, i + band.Upper); j++)
            {
                double other = mass is null ? (i == j ? 1 : 0) : double.CreateTruncating(mass[i, j]);
                _banded[i, j] = (factor * double.CreateTruncating(_jacobian[i, j])) + other;
            }
        }

        return _banded.Factor();
    }
}
