using NeuralOde.Solvers;

namespace NeuralOde.Series.Fitting;

/// <summary>How <see cref="SeriesFitter"/> learns dynamics from series.</summary>
public sealed record SeriesFitOptions
{
    /// <summary>Whether the dynamics depend on time as well as on the state.</summary>
    /// <value>Default false: the same state always moves the same way.</value>
    public bool TimeDependent { get; init; }

    /// <summary>Components of the state that are never observed.</summary>
    /// <value>At least 0; default 0.</value>
    public int HiddenStates { get; init; }

    /// <summary>Widths of the network's hidden layers.</summary>
    /// <value>Default one layer of 16.</value>
    public IReadOnlyList<int> Widths { get; init => field = ValueList.From(value); } = ValueList.Of(16);

    /// <summary>Optimizer steps in all.</summary>
    /// <value>At least 1; default 3000.</value>
    public int Iterations { get; init; } = 3000;

    /// <summary>Adam's step size at the start of each stage; it falls by half a cosine.</summary>
    /// <value>Above 0; default 0.02.</value>
    public double LearningRate { get; init; } = 0.02;

    /// <summary>
    /// How strongly weights are drawn to zero: the variance of the noise over that of the weights, both for standardized components (the
    /// maximum a posteriori estimate under normal noise and normal weights).
    /// </summary>
    /// <value>At least 0; default 0.2.</value>
    public double Regularization { get; init; } = 0.2;

    /// <summary>Observations in each piece of the first stage; every further stage doubles them.</summary>
    /// <value>At least 2; default 4.</value>
    public int FirstPieceLength { get; init; } = 4;

    /// <summary>The seed of the first weights. The same seed and data give the same bits.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }

    /// <summary>The method that integrates; it needs an error estimate.</summary>
    /// <value>Default <see cref="Tsit5"/>.</value>
    public OdeSolver Solver { get; init; } = new Tsit5();

    /// <summary>The relative tolerance of training's solves; the absolute one is a tenth of it.</summary>
    /// <value>Above 0; default 1e-4.</value>
    public double RelativeTolerance { get; init; } = 1e-4;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(HiddenStates);
        ArgumentNullException.ThrowIfNull(Widths);
        ArgumentNullException.ThrowIfNull(Solver);
        ArgumentOutOfRangeException.ThrowIfLessThan(Iterations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstPieceLength, 2);
        Positive(LearningRate, nameof(LearningRate));
        Positive(RelativeTolerance, nameof(RelativeTolerance));
        if (!(Regularization >= 0 && double.IsFinite(Regularization)))
        {
            throw new ArgumentOutOfRangeException(nameof(Regularization), Regularization, "The regularization is finite and at least 0.");
        }

        foreach (int width in Widths)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(width, 1, nameof(Widths));
        }

        static void Positive(double value, string name)
        {
            if (!(value > 0 && double.IsFinite(value)))
            {
                throw new ArgumentOutOfRangeException(name, value, $"{name} is finite and above 0.");
            }
        }
    }
}
