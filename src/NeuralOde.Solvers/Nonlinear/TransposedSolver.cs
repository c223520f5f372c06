using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Where the matrix of a stage's transposed equations is evaluated.</summary>
/// <param name="t">Time.</param>
/// <param name="h">Length of the step.</param>
/// <param name="gamma">γ of <c>I − γ J</c>.</param>
/// <param name="y">State.</param>
internal readonly ref struct TransposedStage<T>(double t, double h, double gamma, ReadOnlySpan<T> y)
{
    public readonly double Time = t;
    public readonly double Step = h;
    public readonly double Gamma = gamma;
    public readonly ReadOnlySpan<T> State = y;
}

/// <summary>Solves <c>(I − γ Jᵀ) x = b</c> with a Jacobian of a stage nearby, for iterative refinement.</summary>
/// <param name="length">Number of components of the state.</param>
/// <param name="valueLength">Number of elements that the field writes.</param>
internal sealed class TransposedSolver<T>(int length, int valueLength)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly FiniteDifferenceJacobian<T> _differences = new(length, valueLength - length);
    private readonly T[] _value = new T[valueLength];
    private OdeProblem<T>? _problem;
    private ILinearSolver<T> _linear = null!;
    private SquareMatrix<T>? _jacobian;
    private Tolerances _tolerances;
    private bool _isPrepared;
    private bool _isOfThisStage;

    /// <summary>A few units in the last place.</summary>
    public double Rounding { get; } = 4 * double.CreateTruncating(T.BitIncrement(T.One) - T.One);

    public void Start(OdeProblem<T> problem, Tolerances tolerances)
    {
        _tolerances = tolerances;
        if (!ReferenceEquals(problem, _problem))
        {
            _problem = problem;
            _linear = problem.LinearSolver?.Invoke() ?? new LuSolver<T>();
            _jacobian = problem.JacobianMatrix(_jacobian, length);
        }
    }

    /// <summary>Before another step: its matrix differs.</summary>
    public void ForgetMatrix() => _isPrepared = false;

    /// <summary>Before another stage of the same step: the matrix is tried as it is.</summary>
    public void BeginStage() => _isOfThisStage = false;

    /// <summary>Solves in place.</summary>
    public void SolveTransposed(in TransposedStage<T> stage, Span<T> b)
    {
        if (!_isPrepared)
        {
            Prepare(stage);
        }

        _linear.SolveTransposed(b);
    }

    /// <summary>Evaluates the matrix at a stage where one of another stage does not serve.</summary>
    /// <returns>Whether there is a new one.</returns>
    public bool Refresh(in TransposedStage<T> stage)
    {
        if (_isOfThisStage)
        {
            return false;
        }

        Prepare(stage);
        return true;
    }

    private void Prepare(in TransposedStage<T> stage)
    {
        if (_problem!.Jacobian is { } jacobian)
        {
            _jacobian!.Clear();
            jacobian.Evaluate(stage.Time, stage.State, _jacobian);
        }
        else
        {
            _problem.Field.Evaluate(stage.Time, stage.State, _value);
            _differences.Evaluate(_problem.Field, stage.Time, stage.State, _value.AsSpan(0, length), stage.Step, _tolerances, _jacobian!);
        }

        if (!_linear.Prepare(_jacobian!, null, stage.Gamma))
        {
            throw new InvalidOperationException($"The matrix of the transposed equations of a step at t = {stage.Time} is singular.");
        }

        _isPrepared = _isOfThisStage = true;
    }
}
