namespace NeuralOde.Series.Forecasting.Components;

/// <summary>The observed values of one component of one series, with times in steps of the grid.</summary>
/// <param name="Times">Rising.</param>
/// <param name="Values">One for each time; none missing.</param>
/// <param name="Inputs">The inputs' values at the times, shape <c>[times, inputs]</c>.</param>
internal sealed record ComponentSeries(double[] Times, double[] Values, double[] Inputs)
{
    public int Count => Times.Length;

    public static ComponentSeries Of(TimeSeries series, int component, TimeGrid grid)
    {
        int count = series.ObservedCount(component), at = 0;
        double[] times = new double[count], values = new double[count], inputs = new double[count * series.Inputs];
        for (int i = 0; i < series.Count; i++)
        {
            if (!double.IsNaN(series[i, component]))
            {
                (times[at], values[at]) = (grid.ToGrid(series.Times[i]), series[i, component]);
                series.InputValues.Slice(i * series.Inputs, series.Inputs).CopyTo(inputs.AsSpan(at * series.Inputs));
                at++;
            }
        }

        return new ComponentSeries(times, values, inputs);
    }

    /// <summary>The first values.</summary>
    public ComponentSeries First(int count) => new(Times[..count], Values[..count], Count == 0 ? [] : Inputs[..(count * (Inputs.Length / Count))]);

    /// <summary>Other values at the same times.</summary>
    public ComponentSeries With(double[] values) => this with { Values = values };
}
