using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>
/// An immutable description of a method for initial value problems: <see cref="Euler"/>, <see cref="Tsit5"/> and the others.
/// It holds no state of a solve, so one instance serves any number of solves on any number of threads.
/// </summary>
public abstract class OdeSolver
{
    // What a command line calls each method. A delegate rather than an instance, so that naming the methods does not build every tableau.
    private static readonly (string Name, Func<OdeSolver> Create)[] Known =
    [
        ("euler", () => new Euler()),
        ("midpoint", () => new Midpoint()),
        ("heun", () => new Heun()),
        ("rk4", () => new RungeKutta4()),
        ("rk38", () => new RungeKutta38()),
        ("ab2", () => new AdamsBashforth(2)),
        ("ab3", () => new AdamsBashforth(3)),
        ("ab4", () => new AdamsBashforth(4)),
        ("bosh3", () => new Bosh3()),
        ("dopri5", () => new Dopri5()),
        ("tsit5", () => new Tsit5()),
    ];

    private protected OdeSolver(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The names that <see cref="Parse"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Select(known => known.Name)];

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
    public bool IsAdaptive => EmbeddedOrder is not null;

    /// <summary>Makes the method of a name.</summary>
    /// <param name="name">One of <see cref="Names"/>; case does not matter.</param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentException">There is no such method; the message lists those there are.</exception>
    public static OdeSolver Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach ((string known, Func<OdeSolver> create) in Known)
        {
            if (string.Equals(known, name.Trim(), StringComparison.OrdinalIgnoreCase))
            {
                return create();
            }
        }

        throw new ArgumentException($"There is no solver \"{name}\". Choose one of: {string.Join(", ", Names)}.", nameof(name));
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal abstract Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
