using NeuralOde.Series.Densities;

namespace NeuralOde.Experiments.Flows;

/// <summary>What one command learned.</summary>
/// <param name="Source">Where the points come from.</param>
/// <param name="Data">The points.</param>
/// <param name="Fit">The model that was asked for.</param>
/// <param name="Baselines">What it must beat.</param>
/// <param name="Others">Models to compare with.</param>
internal sealed record FlowOutcome(FlowSource Source, DensityData Data, DensityFit Fit, DensityBaselines Baselines, IReadOnlyList<FlowComparison> Others)
{
    /// <summary>The comparisons by depth.</summary>
    public IEnumerable<FlowComparison> Depths => Others.Where(static x => x.Depth > 0);

    /// <summary>The model that was asked for, and the other methods.</summary>
    public IEnumerable<FlowComparison> Methods => Others.Where(static x => x.Depth == 0).Prepend(new FlowComparison(DensityWords.Name(Fit.Model.Options.Method), 0, Fit));
}

/// <summary>A model to compare with.</summary>
/// <param name="Label">What it is, in few words.</param>
/// <param name="Depth">Its layers or hidden units where it belongs to a comparison by depth; else 0.</param>
/// <param name="Fit">The model.</param>
internal sealed record FlowComparison(string Label, int Depth, DensityFit Fit);
