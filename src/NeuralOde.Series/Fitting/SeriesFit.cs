using NeuralOde.Sensitivities;

namespace NeuralOde.Series.Fitting;

/// <summary>The model as it was at one moment of training.</summary>
/// <param name="Iteration">Optimizer steps done.</param>
/// <param name="Model">A copy.</param>
public sealed record SeriesFitSnapshot(int Iteration, SeriesModel Model);

/// <summary>The result of a fit.</summary>
public sealed class SeriesFit
{
    internal SeriesFit(SeriesModel model) => Model = model;

    /// <summary>The model.</summary>
    public SeriesModel Model { get; }

    /// <summary>The root-mean-square misfit at the training observations, in standardized units, after each iteration.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>The iterations at which the pieces became longer.</summary>
    public required IReadOnlyList<int> StageStarts { get; init; }

    /// <summary>The model at some moments, the first and the last included.</summary>
    public required IReadOnlyList<SeriesFitSnapshot> Snapshots { get; init; }

    /// <summary>The root-mean-square misfit of <see cref="Model"/> at the training observations, in standardized units.</summary>
    public required double TrainingError { get; init; }

    /// <summary>About how many observations one piece of trajectory spans; none where each series is a single trajectory.</summary>
    public required int? PieceLength { get; init; }

    /// <summary>How many solves failed and were answered by going back to the best model with a smaller step.</summary>
    public required int FailedSolves { get; init; }

    /// <summary>The largest relative error of a gradient that a check measured (<see cref="DirectGradient.CheckInterval"/>); null where none was checked.</summary>
    public double? GradientError { get; init; }

    /// <summary>What was wrong with gradients: the first warning of each reason. Empty where nothing was.</summary>
    public IReadOnlyList<GradientWarning> GradientWarnings { get; init; } = [];

    /// <summary>Whether training was canceled before its end; the model is then the best so far.</summary>
    public required bool WasCanceled { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Elapsed { get; init; }
}
