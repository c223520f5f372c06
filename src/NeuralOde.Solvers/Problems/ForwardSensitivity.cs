using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Writes the product <c>∂f/∂z v</c> of a field's Jacobian and a vector.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="t">Time.</param>
/// <param name="z">State, <c>[stateLength]</c>.</param>
/// <param name="v">Vector, <c>[stateLength]</c>.</param>
/// <param name="destination">Destination, <c>[stateLength]</c>; holds arbitrary values on entry.</param>
public delegate void JacobianVectorProduct<T>(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> v, Span<T> destination);

/// <summary>Writes the derivative <c>∂f/∂p_k</c> of a field by one of its parameters.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="t">Time.</param>
/// <param name="z">State, <c>[stateLength]</c>.</param>
/// <param name="parameter">k, from 0.</param>
/// <param name="destination">Destination, <c>[stateLength]</c>; holds zeros on entry, so a component of the initial state, which the field does not depend on, needs
/// nothing.</param>
public delegate void ParameterDerivative<T>(double t, ReadOnlySpan<T> z, int parameter, Span<T> destination);

/// <summary>
/// The problem of a state together with its derivatives by a few parameters: <c>z' = f</c>, <c>s_k' = ∂f/∂z s_k + ∂f/∂p_k</c>. Any method for problems of first order solves it.
/// </summary>
/// <remarks>
/// For the same steps the sensitivities are the derivatives of the method's discrete map: a Runge-Kutta or multistep formula for s is the derivative of the one for z.
/// (Rosenbrock methods hold the Jacobian in their formula; with them they are approximate, as solutions are.) Other implicit methods iterate with the Jacobian of f alone for
/// all parts (the simultaneous corrector: T. Maly, L. R. Petzold, <i>Applied Numerical Mathematics</i> 20 (1996)), which is factored once for the state and all sensitivities.
/// <para>
/// Cost: of explicit methods 1 + parameters evaluations for each one; memory does not depend on the number of steps. With more than a handful of parameters transposes cost less.
/// Sensitivities count in the error norm, unless the integrator gets <see cref="StateNorm"/>. Their absolute tolerances are those of the control
/// (<see cref="AdaptiveSteps"/> takes one for each component).
/// </para>
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class ForwardSensitivity<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly OdeProblem<T> _inner;
    private readonly ParameterDerivative<T>? _byParameter;
    private readonly JacobianVectorProduct<T>? _byState;
    private readonly SquareMatrix<T>? _matrix;
    private readonly OdeProblem<T> _plain;
    private readonly OdeProblem<T> _shared;
    private readonly OdeProblem<T> _banded;

    /// <summary>Makes the joint problem.</summary>
    /// <param name="problem">Problem of the state alone: a field, and for implicit methods or in place of <paramref name="byState"/> its Jacobian.</param>
    /// <param name="stateLength">Number of components of the state, n.</param>
    /// <param name="parameterCount">Number of parameters and of components of the initial state to differentiate by, at least 1.</param>
    /// <param name="byParameter">∂f/∂p_k; none by default, for derivatives by the initial state alone.</param>
    /// <param name="byState">Products with ∂f/∂z; by default with the problem's Jacobian, which is then evaluated with the field.</param>
    /// <exception cref="ArgumentException">There is neither a Jacobian nor a product with it.</exception>
    /// <exception cref="NotSupportedException">The problem has a mass matrix, a stiff field, or events.</exception>
    public ForwardSensitivity(
        OdeProblem<T> problem, int stateLength, int parameterCount, ParameterDerivative<T>? byParameter = null, JacobianVectorProduct<T>? byState = null)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentOutOfRangeException.ThrowIfLessThan(stateLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(parameterCount, 1);
        if (byState is null && problem.Jacobian is null)
        {
            throw new ArgumentException("Sensitivities need the field's derivative by the state: give byState, or the problem its Jacobian.", nameof(byState));
        }

        if (problem.Parts != ProblemParts.None || problem.Events.Count > 0)
        {
            throw new NotSupportedException("Forward sensitivities go with a field alone, without mass matrix, stiff field and events. Transposes go through events.");
        }

        problem.Validate(stateLength, nameof(problem));
        _inner = problem;
        _byParameter = byParameter;
        _byState = byState;
        StateLength = stateLength;
        ParameterCount = parameterCount;
        _matrix = byState is null ? new SquareMatrix<T>(stateLength, problem.JacobianBandwidth) : null;
        bool isBanded = problem.JacobianBandwidth is not null;
        IVectorField<T> field = new JointField(this);
        _plain = new OdeProblem<T>(field);
        _shared = new OdeProblem<T>(field)
        {
            Jacobian = problem.Jacobian is null ? new ProductJacobian(this) : new JointJacobian(this),
            JacobianBandwidth = problem.JacobianBandwidth ?? new Bandwidth(stateLength - 1, stateLength - 1),
            LinearSolver = problem.LinearSolver is null && isBanded ? null : () => Blocks(problem, stateLength),
        };
        _banded = new OdeProblem<T>(field) { Jacobian = _shared.Jacobian, JacobianBandwidth = _shared.JacobianBandwidth };
    }

    /// <summary>Number of components of the state, n.</summary>
    public int StateLength { get; }

    /// <summary>Number of sensitivities.</summary>
    public int ParameterCount { get; }

    /// <summary>Length of the joint state: z, then s_0, s_1, …, each of n components.</summary>
    public int Length => checked(StateLength * (1 + ParameterCount));

    /// <summary>The joint problem as a method wants it.</summary>
    /// <remarks>
    /// Implicit Runge-Kutta and multistep methods get the Jacobian of f in every block, and one factorization of its size for all of them; collocation methods, which factor
    /// complex matrices of their own, get it as a band. Rosenbrock methods need the exact Jacobian of the joint field: they get none, so that they take differences.
    /// </remarks>
    /// <param name="solver">Method.</param>
    /// <returns>The problem, with a state of <see cref="Length"/> components.</returns>
    public OdeProblem<T> ProblemFor(OdeSolver solver)
    {
        ArgumentNullException.ThrowIfNull(solver);
        return solver switch { Collocation => _banded, Rosenbrock or Auto => _plain, _ => _shared };
    }

    /// <summary>The error norm of the state alone, which leaves the sensitivities out of the choice of steps.</summary>
    public ErrorNorm StateNorm => new(0, StateLength);

    /// <summary>Makes the initial joint state.</summary>
    /// <param name="z0">Initial state, <c>[n]</c>.</param>
    /// <param name="sensitivities">Derivatives of the initial state by the parameters, <c>[parameters, n]</c>; zeros by default. A unit vector stands for a component of
    /// z0 itself.</param>
    /// <returns>The state, <c>[Length]</c>.</returns>
    public T[] Initial(ReadOnlySpan<T> z0, ReadOnlySpan<T> sensitivities = default)
    {
        if (z0.Length != StateLength || (!sensitivities.IsEmpty && sensitivities.Length != Length - StateLength))
        {
            throw new ArgumentException(
                $"The initial state has {z0.Length} elements and its derivatives {sensitivities.Length}; {StateLength} and {Length - StateLength} (or none) "
                    + $"belong here.", nameof(z0));
        }

        var state = new T[Length];
        z0.CopyTo(state);
        sensitivities.CopyTo(state.AsSpan(StateLength));
        return state;
    }

    /// <summary>The derivative of the state by a parameter, as part of a joint state.</summary>
    /// <param name="state">Joint state, <c>[Length]</c>.</param>
    /// <param name="parameter">Parameter, from 0.</param>
    /// <returns>The derivative, <c>[n]</c>.</returns>
    public ReadOnlySpan<T> Sensitivity(ReadOnlySpan<T> state, int parameter) => state.Slice((1 + parameter) * StateLength, StateLength);

    private sealed class JointField(ForwardSensitivity<T> owner) : IVectorField<T>
    {
        private readonly T[] _derivative = new T[owner.StateLength];

        public void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz)
        {
            int n = owner.StateLength;
            ReadOnlySpan<T> state = z[..n];
            owner._inner.Field.Evaluate(t, state, dz[..n]);
            if (owner._matrix is { } matrix)
            {
                matrix.Clear();
                owner._inner.Jacobian!.Evaluate(t, state, matrix);
            }

            for (int k = 0; k < owner.ParameterCount; k++)
            {
                Span<T> slope = dz.Slice((1 + k) * n, n);
                owner.Multiply(t, state, z.Slice((1 + k) * n, n), slope);
                if (owner._byParameter is not { } byParameter)
                {
                    continue;
                }

                Array.Clear(_derivative);
                byParameter(t, state, k, _derivative);
                for (int i = 0; i < n; i++)
                {
                    slope[i] += _derivative[i];
                }
            }
        }
    }

    /// <summary>J v, with the matrix of this place or the caller's product.</summary>
    private void Multiply(double t, ReadOnlySpan<T> state, ReadOnlySpan<T> v, Span<T> destination)
    {
        if (_byState is { } product)
        {
            product(t, state, v, destination);
        }
        else
        {
            _matrix!.Multiply(v, destination);
        }
    }

    /// <summary>The problem's Jacobian in every block of the diagonal.</summary>
    private sealed class JointJacobian(ForwardSensitivity<T> owner) : IJacobian<T>
    {
        private readonly SquareMatrix<T> _block = new(owner.StateLength, owner._inner.JacobianBandwidth);

        public void Evaluate(double t, ReadOnlySpan<T> z, SquareMatrix<T> destination)
        {
            _block.Clear();
            owner._inner.Jacobian!.Evaluate(t, z[..owner.StateLength], _block);
            owner.Spread(_block, destination);
        }
    }

    /// <summary>The Jacobian by products with unit vectors.</summary>
    private sealed class ProductJacobian(ForwardSensitivity<T> owner) : IJacobian<T>
    {
        private readonly SquareMatrix<T> _block = new(owner.StateLength, owner._inner.JacobianBandwidth);
        private readonly T[] _unit = new T[owner.StateLength];
        private readonly T[] _column = new T[owner.StateLength];

        public void Evaluate(double t, ReadOnlySpan<T> z, SquareMatrix<T> destination)
        {
            Bandwidth band = _block.Bandwidth ?? new Bandwidth(_unit.Length - 1, _unit.Length - 1);
            for (int j = 0; j < _unit.Length; j++)
            {
                _unit[j] = T.One;
                owner._byState!(t, z[.._unit.Length], _unit, _column);
                _unit[j] = T.Zero;
                for (int i = Math.Max(0, j - band.Upper); i <= Math.Min(_unit.Length - 1, j + band.Lower); i++)
                {
                    _block[i, j] = _column[i];
                }
            }

            owner.Spread(_block, destination);
        }
    }

    private static BlockSolver<T> Blocks(OdeProblem<T> problem, int length) => new(problem.LinearSolver?.Invoke() ?? new LuSolver<T>(), length, problem.JacobianBandwidth);

    private void Spread(SquareMatrix<T> block, SquareMatrix<T> destination)
    {
        int n = StateLength;
        Bandwidth band = block.Bandwidth ?? new Bandwidth(n - 1, n - 1);
        for (int i = 0; i < n; i++)
        {
            for (int j = Math.Max(0, i - band.Lower); j <= Math.Min(n - 1, i + band.Upper); j++)
            {
                T value = block[i, j];
                for (int k = 0; k <= ParameterCount; k++)
                {
                    destination[(k * n) + i, (k * n) + j] = value;
                }
            }
        }
    }
}
