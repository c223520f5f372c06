using NeuralOde.Sensitivities;

namespace NeuralOde.Blocks;

/// <summary>What a <see cref="GradientCheck"/> compares.</summary>
public sealed record GradientCheckOptions
{
    /// <summary>The methods.</summary>
    /// <value>
    /// Default null: all of <see cref="GradientMethod.All"/> that can be used with the block's solver, but the one that chooses among them, and the block's own. The forward
    /// gradient is among them for up to 64 state components and parameters.
    /// </value>
    public IReadOnlyList<GradientMethod>? Methods { get; init => field = value is null ? null : ValueList.From(value); }

    /// <summary>The number of random directions of the initial state, and of the parameters, along which central differences are taken.</summary>
    /// <value>At least 1; default 4.</value>
    public int Directions
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "There is at least one direction.");
    }
    = 4;

    /// <summary>The seed of the directions.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }

    /// <summary>The relative error up to which a gradient is called right.</summary>
    /// <value>Positive; default 1e-3.</value>
    public double Tolerance
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A tolerance is positive.");
    }
    = 1e-3;
}
