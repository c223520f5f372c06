namespace NeuralOde.Series.Forecasting.Components;

/// <summary>A way to forecast one component of all series.</summary>
internal interface IComponentMethod
{
    string Name { get; }

    /// <summary>Learns from the component's values.</summary>
    /// <returns>The model; null where the values are too few for the method, or not of its kind.</returns>
    IComponentModel? Fit(ComponentData data, CancellationToken cancellation);

    /// <summary>Makes the model again that <see cref="IComponentModel.Save"/> described, of the same data.</summary>
    /// <exception cref="FormatException">The description is not one of this method's, or does not fit the data.</exception>
    IComponentModel Restore(ComponentData data, ComponentState state);
}

/// <summary>What was learned of one component.</summary>
internal interface IComponentModel
{
    /// <summary>What was chosen, in words.</summary>
    string Description { get; }

    /// <summary>Forecasts one series.</summary>
    /// <param name="series">Its index.</param>
    /// <param name="times">Times in steps of the grid, rising, after the last value of the series.</param>
    /// <param name="inputs">The inputs' values at these times, shape <c>[times, inputs]</c>.</param>
    /// <returns>Quantiles, shape <c>[times, probabilities]</c>.</returns>
    double[] Quantiles(int series, ReadOnlySpan<double> times, ReadOnlySpan<double> inputs);

    /// <summary>Fits the same structure to other data of the same component, such as a shorter part; null where they are too few.</summary>
    IComponentModel? Refit(ComponentData data, CancellationToken cancellation);

    /// <summary>What was found, so that it need not be searched again.</summary>
    ComponentState Save();
}
