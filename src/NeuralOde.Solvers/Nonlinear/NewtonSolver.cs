using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// Solves the equations of an implicit stage, <c>M (z − known) = γ f(t, z)</c>, by a modified Newton iteration: the Jacobian and the factorization of
/// <c>M − γ J</c> are kept as long as they serve.
/// </summary>
/// <remarks>
/// E. Hairer, G. Wanner, <i>Solving Ordinary Differential Equations II</i>, IV.8, for the stopping rule: the error that is left, estimated from the
/// rate of convergence, is at most a share of the tolerance.
/// For each step: <see cref="Prepare"/>, then <see cref="Solve"/> for each stage; after a failure <see cref="Discard"/> says whether a new Jacobian
/// may help; <see cref="OnAccepted"/> after a step that was kept.
/// </remarks>
/// <param name="length">Number of components of the state.</param>
/// <param name="reuse">When Jacobian and factorization are made anew.</param>
/// <param name="quadratureLength">Number of quadratures, which the field writes behind the state's derivative.</param>
internal sealed class NewtonSolver<T>(int length, JacobianReuse reuse, int quadratureLength = 0)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double SmallestGuess = 0.1;
    private const int MaxIterations = 8;

    // Of fixed steps, whose errors nothing else measures: to rounding, however many iterations that takes.
    private const int MaxStrictIterations = 50;
    private const double StrictShare = 0.03;
    private static readonly double s_strictTolerance = (typeof(T) == typeof(float) ? 32 : 128) * double.CreateTruncating(T.BitIncrement(T.One) - T.One);

    private const int Correction = 0, Reference = 1, Difference = 2, Value = 3, Origin = 4;

    private readonly RowMemory<T> _rows = new(5, length + quadratureLength);
    private OdeProblem<T> _problem = null!;
    private IVectorField<T> _field = null!;
    private ErrorScale _scale = null!;
    private ErrorScale? _strictScale;
    private ILinearSolver<T> _linear = null!;
    private FiniteDifferenceJacobian<T>? _differences;
    private SquareMatrix<T>? _jacobian;
    private double _gamma;
    private double _remaining;
    private int _age;
    private bool _isStale;
    private bool _isStrict;

    // Where the Jacobian was evaluated, for evaluating it again.
    private double _originTime;
    private double _originStep;
    private double _originStart;
    private double _originEnd;

    /// <summary>The error that iterations may leave, as a share of the tolerance.</summary>
    /// <value>0.03 by default, far below the errors of the methods: Hairer and Wanner recommend from 0.01 to 0.1.</value>
    public double Tolerance { get; set; } = 0.03;

    /// <summary>The field's value that was evaluated last.</summary>
    public ReadOnlySpan<T> LastValue => _rows.Row(Value, length);

    /// <summary>The Jacobian that was evaluated last.</summary>
    public SquareMatrix<T> Jacobian => _jacobian!;

    /// <summary>What solves with <c>M − γ J</c>, as prepared last.</summary>
    public ILinearSolver<T> Linear => _linear;

    /// <summary>The share for methods of one step, whose errors add up over many: RADAU5's rule. Without a relative tolerance as at the usual one.</summary>
    public static double ShareOfTolerance(double relative, double epsilon = 2.2e-16)
    {
        relative = relative > 0 ? relative : 1e-6;
        return Math.Max(10 * epsilon / relative, Math.Min(0.03, Math.Sqrt(relative)));
    }

    /// <summary>Starts a solve: nothing that is known of another problem serves.</summary>
    /// <param name="problem">What is solved.</param>
    /// <param name="scale">What corrections are measured by.</param>
    /// <param name="isStrict">Whether the equations are solved to rounding instead of to a share of the tolerance.</param>
    /// <param name="field">The implicit field, where the method evaluates it in a way of its own.</param>
    public void Start(OdeProblem<T> problem, ErrorScale scale, bool isStrict = false, IVectorField<T>? field = null)
    {
        _isStrict = isStrict;
        if (isStrict && (_strictScale is null || _strictScale.Norm != scale.Norm))
        {
            double ratio = scale.Tolerances.Absolute / scale.Tolerances.Relative;
            _strictScale = new ErrorScale(new Tolerances(s_strictTolerance, s_strictTolerance * ratio), scale.Norm);
        }

        if (!ReferenceEquals(problem, _problem))
        {
            _problem = problem;
            _field = field ?? problem.StiffField ?? problem.Field;
            _linear = problem.LinearSolver?.Invoke() ?? new LuSolver<T>();
            _jacobian = problem.JacobianMatrix(_jacobian, length);
        }

        _scale = scale;
        _gamma = double.NaN;
        _remaining = 1;
        _age = 0;
        _isStale = true;
    }

    /// <summary>Makes Jacobian and factorization ready for a step.</summary>
    /// <param name="t">Start of the step.</param>
    /// <param name="z">State there; what corrections are measured by.</param>
    /// <param name="f">The implicit field's value there, to rounding; empty where it is known less well, and finite differences evaluate it.</param>
    /// <param name="h">Length of the step.</param>
    /// <param name="gamma">γ of its stages.</param>
    /// <param name="counts">Counts what it does.</param>
    /// <returns>Whether <c>M − γ J</c> is regular and finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Prepare(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> f, double h, double gamma, ref SolveCounts counts)
    {
        z.CopyTo(_rows.Row(Reference, length));
        bool isNew = _isStale || _age >= reuse.MaxAge;
        if (isNew)
        {
            EvaluateJacobian(t, z, f, h, ref counts);
        }

        if (isNew || !(Math.Abs((gamma / _gamma) - 1) <= reuse.MaxGammaChange))
        {
            counts.Factorizations++;
            _gamma = gamma;
            _remaining = 1;
            if (!_linear.Prepare(_jacobian!, _problem.MassMatrix, gamma))
            {
                _gamma = double.NaN;
                return false;
            }
        }

        return true;
    }

    /// <summary>Solves the equations of a stage.</summary>
    /// <param name="t">Time of the stage.</param>
    /// <param name="gamma">γ.</param>
    /// <param name="known">The part that is known.</param>
    /// <param name="z">A guess on entry, the solution on return.</param>
    /// <param name="counts">Counts what it does.</param>
    /// <returns>How it ended.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public NewtonResult Solve(double t, double gamma, ReadOnlySpan<T> known, Span<T> z, ref SolveCounts counts)
    {
        Span<T> correction = _rows.Row(Correction, length), difference = _rows.Row(Difference, length), value = _rows.Row(Value, length);
        T factor = T.CreateTruncating(gamma);

        // For a γ that is not that of the factorization: right for very stiff components, and in between for others (CVODE).
        T scale = T.CreateTruncating(2 / (1 + (gamma / _gamma)));
        // What is left after a first correction is a guess from the stages before, whose step, Jacobian's age and γ differ.
        double previous = 0, rate = 0, remaining = Math.Max(Math.Pow(Math.Max(_remaining, 1e-16), 0.8), Math.Max(SmallestGuess, Math.Abs((gamma / _gamma) - 1)));
        int maxIterations = _isStrict ? MaxStrictIterations : MaxIterations;
        ErrorScale measure = _isStrict ? _strictScale! : _scale;
        double tolerance = _isStrict ? StrictShare : Tolerance;
        for (int iteration = 1; iteration <= maxIterations; iteration++)
        {
            counts.NewtonIterations++;
            counts.Evaluations++;
            _field.Evaluate(t, z, _rows.Row(Value, length + quadratureLength));
            for (int i = 0; i < length; i++)
            {
                difference[i] = z[i] - known[i];
            }

            if (_problem.MassMatrix is { } mass)
            {
                mass.Multiply(difference, correction);
                correction.CopyTo(difference);
            }

            for (int i = 0; i < length; i++)
            {
                correction[i] = (factor * value[i]) - difference[i];
            }

            _linear.Solve(correction);
            for (int i = 0; i < length; i++)
            {
                correction[i] *= scale;
                z[i] += correction[i];
            }

            double norm = measure.Measure(_rows, [Correction], [1], 1, Reference, Reference);
            if (!double.IsFinite(norm))
            {
                return new NewtonResult(StepOutcome.NotFinite, iteration, rate);
            }

            if (iteration > 1)
            {
                rate = norm / previous;
                if (_isStrict && rate > reuse.SlowRate)
                {
                    // Corrections that no longer shrink are round-off, where they are as small as that.
                    if (norm <= 1 || (iteration == maxIterations && IsWithinTolerance(norm)))
                    {
                        return new NewtonResult(StepOutcome.Complete, iteration, 0);
                    }

                    // A step that must not be shortened: half of a correction larger than the one before is taken back.
                    for (int i = 0; i < length && rate > 1; i++)
                    {
                        z[i] -= correction[i] * T.CreateTruncating(0.5);
                    }

                    if (!Renew(t, z, gamma, ref counts))
                    {
                        break;
                    }

                    (scale, previous) = (T.One, norm);
                    continue;
                }

                if (rate >= 1)
                {
                    break;
                }

                remaining = rate / (1 - rate);
            }

            if (norm == 0 || remaining * norm <= tolerance)
            {
                _remaining = iteration > 1 ? remaining : _remaining;
                _isStale |= rate > reuse.SlowRate;
                return new NewtonResult(StepOutcome.Complete, iteration, rate);
            }

            if (iteration > 1 && Math.Pow(rate, maxIterations - iteration) / (1 - rate) * norm > tolerance)
            {
                break;
            }

            previous = norm;
        }

        return new NewtonResult(StepOutcome.NewtonFailed, maxIterations, rate);
    }

    /// <summary>After a step whose equations could not be solved: the next <see cref="Prepare"/> evaluates the Jacobian anew.</summary>
    /// <returns>Whether that may help, because the one that failed was of an earlier step; otherwise only a shorter step does.</returns>
    public bool Discard()
    {
        bool isOld = _age > 0;
        _isStale = true;
        return isOld;
    }

    /// <summary>Tells that a step was kept, so that the Jacobian is one step older.</summary>
    public void OnAccepted() => _age++;

    /// <summary>Carries Jacobian and factorization, as the place where the one was evaluated and the γ of the other, and what is known of the convergence.</summary>
    public void Transfer(ref StepperSnapshot<T> snapshot, ref SolveCounts counts)
    {
        double gamma = _gamma, remaining = _remaining;
        int age = _age;
        bool isStale = _isStale;
        snapshot.Value(ref gamma);
        snapshot.Value(ref remaining);
        snapshot.Value(ref age);
        snapshot.Value(ref isStale);
        snapshot.Value(ref _originTime);
        snapshot.Value(ref _originStep);
        snapshot.Value(ref _originStart);
        snapshot.Value(ref _originEnd);
        snapshot.Row(_rows.Row(Origin, length));
        if (!snapshot.IsRestoring)
        {
            return;
        }

        // A stale Jacobian is evaluated anew before it is used.
        if (!isStale)
        {
            (_field as TimeExtrapolation<T>)?.SetStep(_originStart, _originEnd);
            EvaluateJacobian(_originTime, _rows.Row(Origin, length), [], _originStep, ref counts);
            if (!double.IsNaN(gamma))
            {
                counts.Factorizations++;
                _linear.Prepare(_jacobian!, _problem.MassMatrix, gamma);
            }
        }

        (_gamma, _remaining, _age, _isStale) = (gamma, remaining, age, isStale);
    }

    private bool IsWithinTolerance(double strictNorm) => strictNorm * s_strictTolerance <= Tolerance * _scale.Tolerances.Relative;

    /// <summary>Where a step cannot be shortened: the Jacobian at the present iterate, as in Newton's own method.</summary>
    private bool Renew(double t, ReadOnlySpan<T> z, double gamma, ref SolveCounts counts)
    {
        counts.Factorizations++;
        EvaluateJacobian(t, z, [], gamma, ref counts);
        _gamma = gamma;
        _remaining = 1;
        return _linear.Prepare(_jacobian!, _problem.MassMatrix, gamma);
    }

    private void EvaluateJacobian(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> f, double h, ref SolveCounts counts)
    {
        counts.Jacobians++;
        (_originTime, _originStep) = (t, h);
        z.CopyTo(_rows.Row(Origin, length));
        if (_field is TimeExtrapolation<T> extrapolation)
        {
            (_originStart, _originEnd) = (extrapolation.Start, extrapolation.End);
        }

        if (_problem.Jacobian is { } jacobian)
        {
            _jacobian!.Clear();
            jacobian.Evaluate(t, z, _jacobian);
        }
        else
        {
            _differences ??= new FiniteDifferenceJacobian<T>(length, quadratureLength);
            if (f.IsEmpty)
            {
                counts.Evaluations++;
                _field.Evaluate(t, z, _rows.Row(Value, length + quadratureLength));
                f = LastValue;
            }

            counts.Evaluations += _differences.Evaluate(_field, t, z, f, h, _scale.Tolerances, _jacobian!);
        }

        _age = 0;
        _isStale = false;
    }
}
