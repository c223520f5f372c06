using NeuralOde.Blocks;

namespace NeuralOde.Series.Evaluation;

/// <summary>Compares the gradients of all methods through the trajectory of a learned series: of its misfit to data, by initial state and weights.</summary>
public static class SeriesGradientCheck
{
    /// <summary>Checks the gradient of one series' mean square misfit, in standardized units, from its first known state on.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">A series that the model knows, in natural values.</param>
    /// <param name="solver">The method that integrates.</param>
    /// <param name="steps">Its steps.</param>
    /// <param name="options">What is compared; the defaults where null.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ArgumentException">The model does not know the series, or fewer than two observations are left on its first piece.</exception>
    /// <exception cref="OdeSolveException">The trajectory cannot be solved.</exception>
    public static GradientCheckResult Run(SeriesModel model, TimeSeries data, OdeSolver solver, StepSizeControl steps, GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        SeriesPath path = model.PathOf(data.Id);
        SeriesFieldShape layout = model.Field.Layout;
        double start = path.Starts[0], end = path.Starts.Count > 1 ? path.Starts[1] : double.PositiveInfinity;
        double[] all = [.. data.Times.ToArray().Select(model.Scaling.ToModelTime)];
        int[] points = [.. Enumerable.Range(0, all.Length).Where(i => all[i] > start && all[i] <= end && data.IsObserved(i))];
        if (points.Length < 2)
        {
            throw new ArgumentException($"The series '{data.Id}' has fewer than two observations after its first one to compare with.", nameof(data));
        }

        double[] times = [0, .. points.Select(i => all[i] - start)];
        double[] observed = new double[times.Length * layout.StateLength], weights = new double[observed.Length];
        double[] natural = new double[layout.Components], standard = new double[layout.Components];
        for (int k = 0; k < points.Length; k++)
        {
            data.Values.Slice(points[k] * data.Components, layout.Components).CopyTo(natural);
            model.Scaling.ToModel(natural, standard);
            for (int c = 0; c < layout.Components; c++)
            {
                bool isThere = !double.IsNaN(standard[c]);
                observed[((k + 1) * layout.StateLength) + c] = isThere ? standard[c] : 0;
                weights[((k + 1) * layout.StateLength) + c] = isThere ? 1 : 0;
            }
        }

        double[] initial = new double[layout.StateLength];
        for (int c = 0; c < layout.LearnedStates; c++)
        {
            initial[c] = path.States[0][c];
        }

        if (layout.HasClock)
        {
            initial[^1] = start;
        }

        Shape shape = [times.Length, 1, layout.StateLength];
        Tensor target = Tensor.From(observed, shape), mask = Tensor.From(weights, shape);
        double count = weights.Sum();
        var ode = new OdeBlock(model.Field) { Solver = solver, Steps = steps };
        return GradientCheck.Run(ode, Tensor.From(initial, [1, layout.StateLength]), times, states => ((states - target).Square() * mask).Sum() / count, options);
    }
}
