using System.Diagnostics.CodeAnalysis;

namespace NeuralOde.Sensitivities;

/// <summary>How the gradient of a loss is taken through an ODE solve: a method with its settings. Two methods with equal settings are equal.</summary>
public abstract record GradientMethod
{
    private protected GradientMethod()
    {
    }

    /// <summary><see cref="DirectGradient"/> with its default settings: the default method.</summary>
    public static GradientMethod Direct { get; } = new DirectGradient();

    /// <summary><see cref="Sensitivities.BacksolveAdjoint"/> with its default settings.</summary>
    public static GradientMethod BacksolveAdjoint { get; } = new BacksolveAdjoint();

    /// <summary><see cref="Sensitivities.TruncatedAdjoint"/> with its default settings.</summary>
    public static GradientMethod TruncatedAdjoint { get; } = new TruncatedAdjoint();

    /// <summary><see cref="Sensitivities.InterpolatedAdjoint"/> with its default settings.</summary>
    public static GradientMethod InterpolatedAdjoint { get; } = new InterpolatedAdjoint();

    /// <summary><see cref="Sensitivities.GaussAdjoint"/> with its default settings.</summary>
    public static GradientMethod GaussAdjoint { get; } = new GaussAdjoint();

    /// <summary><see cref="ReversibleGradient"/>, which has no settings.</summary>
    public static GradientMethod Reversible { get; } = new ReversibleGradient();

    /// <summary><see cref="ForwardGradient"/> with its default settings.</summary>
    public static GradientMethod Forward { get; } = new ForwardGradient();

    /// <summary><see cref="AutomaticGradient"/> with its default settings.</summary>
    public static GradientMethod Auto { get; } = new AutomaticGradient();

    /// <summary>All methods, with their default settings.</summary>
    public static IReadOnlyList<GradientMethod> All { get; } = [Direct, BacksolveAdjoint, TruncatedAdjoint, InterpolatedAdjoint, GaussAdjoint, Reversible, Forward, Auto];

    /// <summary>The name on a command line.</summary>
    public abstract string Name { get; }

    /// <summary>What it is, in one sentence.</summary>
    public abstract string Summary { get; }

    /// <summary>The default method for a solver: that of its own steps, or the adjoint along the stored solution where those have no transpose.</summary>
    /// <param name="solver">The method that integrates.</param>
    /// <returns>The method with its default settings.</returns>
    public static GradientMethod For(OdeSolver solver)
    {
        ArgumentNullException.ThrowIfNull(solver);
        return solver.HasTranspose ? Direct : InterpolatedAdjoint;
    }

    /// <summary>Finds a method by its name.</summary>
    /// <param name="name">One of the names of <see cref="All"/>; case does not matter.</param>
    /// <returns>The method with its default settings.</returns>
    /// <exception cref="ArgumentException">There is none; the message lists those there are.</exception>
    public static GradientMethod Parse(string name) =>
        TryParse(name, out GradientMethod? method)
            ? method
            : throw new ArgumentException($"There is no gradient method '{name}'. The choices are {string.Join(", ", All.Select(x => x.Name))}.", nameof(name));

    /// <summary>Finds a method by its name, where there is one.</summary>
    /// <param name="name">A name; case does not matter.</param>
    /// <param name="method">The method with its default settings.</param>
    /// <returns>Whether <see cref="All"/> has a method of that name.</returns>
    public static bool TryParse([NotNullWhen(true)] string? name, [NotNullWhen(true)] out GradientMethod? method) =>
        (method = All.FirstOrDefault(x => string.Equals(x.Name, name, StringComparison.OrdinalIgnoreCase))) is not null;

    /// <summary>Why the method cannot be used with a solver, as a whole sentence; null where it can.</summary>
    /// <param name="solver">The method that integrates.</param>
    /// <param name="steps">How the steps are chosen; null where that is not known yet.</param>
    public virtual string? Unfit(OdeSolver solver, StepSizeControl? steps = null) => null;

    /// <summary>Why a solver cannot integrate an adjoint backward; null where it can.</summary>
    private protected static string? UnfitForAdjoint(OdeSolver solver)
    {
        ArgumentNullException.ThrowIfNull(solver);
        return !solver.NeedsPositions ? null
            : $"{solver.Name} moves positions and velocities in turn, and an adjoint has none. Take the direct or the reversible gradient, or give the adjoint a "
                + $"solver of its own.";
    }

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public sealed override string ToString() => Name;

    /// <summary>Makes what solves with a field, and takes gradients through the solve by this method.</summary>
    /// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="field">The dynamics.</param>
    /// <param name="solver">The method that integrates.</param>
    /// <param name="steps">How the steps are chosen.</param>
    /// <returns>The solve and its gradient.</returns>
    /// <exception cref="ArgumentException">
    /// The solver has no error estimate and the steps are to be chosen by it, or a setting of the method is out of range.
    /// </exception>
    public abstract Sensitivity<T> Create<T>(CompiledField<T> field, OdeSolver solver, StepSizeControl steps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
