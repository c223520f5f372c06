using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>
/// An immutable description of a method for initial value problems: <see cref="Euler"/>, <see cref="Tsit5"/> and the others.
/// It holds no state of a solve, so one instance serves any number of solves on any number of threads.
/// </summary>
public abstract class OdeSolver
{
    private protected OdeSolver(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The names that <see cref="Parse"/> takes.</summary>
    public static IReadOnlyList<string> Names => SolverRegistry.Names;

    /// <summary>Short name, as <see cref="Parse"/> takes it.</summary>
    public string Name { get; }

    /// <summary>Order of the method.</summary>
    public abstract int Order { get; }

    /// <summary>Order of the embedded method that estimates the error, or <see langword="null"/> where there is none.</summary>
    public abstract int? EmbeddedOrder { get; }

    /// <summary>Order of the dense output, uniformly over a step.</summary>
    public abstract int DenseOrder { get; }

    /// <summary>Stages a step, a stage shared with the next step included.</summary>
    public abstract int StageCount { get; }

    /// <summary>Whether the method estimates its error, and so can be used with <see cref="AdaptiveSteps"/>.</summary>
    public virtual bool IsAdaptive => EmbeddedOrder is not null;

    /// <summary>
    /// Whether the method can be used where nobody looks at its error, as with <see cref="FixedSteps"/>. Methods that choose their order or themselves by it
    /// cannot.
    /// </summary>
    public virtual bool TakesFixedSteps => true;

    /// <summary>Whether a solve by this method can be differentiated backward over its recorded steps (<see cref="Integrator{T}.Transpose"/>).</summary>
    public virtual bool HasTranspose => true;

    /// <summary>
    /// Whether the transpose multiplies at those times and states at which the solve evaluated the field, each once, so that what an evaluation computed can be kept for
    /// its product.
    /// Implicit methods solve for their stages and end at other states.
    /// </summary>
    public virtual bool TransposesAtEvaluations => false;

    /// <summary>Parts of a problem, beyond the field, that the method can solve with.</summary>
    public virtual ProblemParts SupportedParts => ProblemParts.None;

    /// <summary>Whether the method solves only problems that say which components are positions: <see cref="OdeProblem{T}.PositionCount"/>.</summary>
    public virtual bool NeedsPositions => false;

    /// <summary>Makes the method of a name.</summary>
    /// <param name="name">One of <see cref="Names"/>; case does not matter.</param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentException">There is no such method; the message lists those there are.</exception>
    public static OdeSolver Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryParse(name, out OdeSolver? solver)
            ? solver
            : throw new ArgumentException($"There is no solver \"{name}\". Choose one of: {string.Join(", ", Names)}.", nameof(name));
    }

    /// <summary>Makes the method of a name, where there is one.</summary>
    /// <param name="name">One of <see cref="Names"/>; case does not matter.</param>
    /// <param name="solver">The method, or <see langword="null"/>.</param>
    /// <returns>Whether there is such a method.</returns>
    public static bool TryParse([NotNullWhen(true)] string? name, [NotNullWhen(true)] out OdeSolver? solver)
    {
        solver = null;
        return name is not null && SolverRegistry.TryCreate(name.Trim(), out solver);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>What to do for gradients where the method has no transpose.</summary>
    internal virtual string TransposeAdvice => "Take a method that has one (OdeSolver.HasTranspose), or a gradient that integrates backward.";

    /// <summary>Order of the first step.</summary>
    internal virtual int StartOrder => Order;

    /// <summary>Makes what chooses the method's steps.</summary>
    internal virtual StepController CreateController(StepSizeControl control, string parameter) => control.CreateController(parameter);

    /// <summary>Bounds of steps where the state rests, or <see langword="null"/> for methods whose steps need none.</summary>
    /// <param name="tolerance">Relative tolerance.</param>
    internal virtual RestLimits? RestLimits(double tolerance) => null;

    /// <summary>Makes what takes the method's steps.</summary>
    internal abstract Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
