using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using NeuralOde.Solvers;

namespace NeuralOde.Sensitivities;

/// <summary>How the gradient of a loss is taken through an ODE solve.</summary>
public abstract class GradientMethod
{
    private protected GradientMethod(string name, string summary)
    {
        Name = name;
        Summary = summary;
    }

    /// <summary>
    /// Reverses the solver's own steps, one vector-Jacobian product per stage: the exact gradient of the numbers that were computed.
    /// Memory grows with the number of steps. The default.
    /// </summary>
    public static GradientMethod Direct { get; } = new DirectMethod();

    /// <summary>
    /// Integrates state, adjoint and parameter gradient backward in time (Chen et al. 2018, arXiv 1806.07366), restarting from the stored state at each
    /// observation. Memory does not grow with the number of steps; the gradient is as exact as the solver is.
    /// </summary>
    public static GradientMethod BacksolveAdjoint { get; } = new BacksolveMethod("adjoint", truncated: false);

    /// <summary>
    /// The adjoint restarted at each observation from that observation's gradient alone, as one published implementation does. Each
    /// interval sees only the observation at its own end, so the gradient is biased; it is here to be compared with.
    /// </summary>
    public static GradientMethod TruncatedAdjoint { get; } = new BacksolveMethod("truncated", truncated: true);

    /// <summary>All methods.</summary>
    public static IReadOnlyList<GradientMethod> All { get; } = [Direct, BacksolveAdjoint, TruncatedAdjoint];

    /// <summary>The name on a command line.</summary>
    public string Name { get; }

    /// <summary>What it is, in one sentence.</summary>
    public string Summary { get; }

    /// <summary>Finds a method by its name.</summary>
    /// <param name="name">One of the names of <see cref="All"/>; case does not matter.</param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentException">There is none; the message lists those there are.</exception>
    public static GradientMethod Parse(string name) =>
        TryParse(name, out GradientMethod? method)
            ? method
            : throw new ArgumentException($"There is no gradient method '{name}'. The choices are {string.Join(", ", All.Select(x => x.Name))}.", nameof(name));

    /// <summary>Finds a method by its name, where there is one.</summary>
    /// <param name="name">A name; case does not matter.</param>
    /// <param name="method">The method.</param>
    /// <returns>Whether <see cref="All"/> has a method of that name.</returns>
    public static bool TryParse([NotNullWhen(true)] string? name, [NotNullWhen(true)] out GradientMethod? method) =>
        (method = All.FirstOrDefault(x => string.Equals(x.Name, name, StringComparison.OrdinalIgnoreCase))) is not null;

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Makes what solves with a field, and takes gradients through the solve by this method.</summary>
    /// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="field">The dynamics.</param>
    /// <param name="solver">The method that integrates.</param>
    /// <param name="steps">How the steps are chosen.</param>
    /// <returns>The solve and its gradient.</returns>
    /// <exception cref="ArgumentException">The solver has no error estimate and the steps are to be chosen by it.</exception>
    public abstract Sensitivity<T> Create<T>(CompiledField<T> field, OdeSolver solver, StepSizeControl steps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    private sealed class DirectMethod() : GradientMethod("direct", "reverses the solver's own steps: exact for what was computed")
    {
        public override Sensitivity<T> Create<T>(CompiledField<T> field, OdeSolver solver, StepSizeControl steps) =>
            new DirectSensitivity<T>(field, solver, steps);
    }

    private sealed class BacksolveMethod(string name, bool truncated) : GradientMethod(
        name,
        truncated ? "the adjoint restarted at each observation: biased, for comparison" : "integrates the adjoint backward in time: memory independent of the steps")
    {
        public override Sensitivity<T> Create<T>(CompiledField<T> field, OdeSolver solver, StepSizeControl steps) =>
            new BacksolveSensitivity<T>(field, solver, steps, truncated);
    }
}
