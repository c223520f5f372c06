using NeuralOde.Series.Fitting;
using NeuralOde.Series.Models;
using NeuralOde.Tensors;

namespace NeuralOde.Series.Tests.Fitting;

public class ShootingObjectiveTests
{
    private static readonly SeriesFitOptions s_options = new() { HiddenStates = 1, TimeDependent = true, Widths = [5], RelativeTolerance = 1e-11 };

    private static readonly TimeSeriesSet s_series = new(
        ["a", "b"],
        [
            new TimeSeries("one", [0, 0.5, 1.1, 1.3, 2], [0.1, 0.5, double.NaN, 0.2, 0.4, double.NaN, -0.3, 0.7, 0.2, -0.5]),
            new TimeSeries("two", [0.3, 0.7, 1.9], [-0.4, 0.1, 0.6, double.NaN, 0.2, 0.3]),
        ]);

    [Fact]
    public void Gradient_with_pieces_jumps_hidden_states_clock_and_missing_values_equals_finite_differences()
    {
        (SeriesField field, ShootingObjective objective) = Create(s_series);
        objective.Continuity = 3;
        Parameter[] parameters = [.. field.Parameters, objective.Starts];
        objective.Evaluate();
        double[][] gradients = [.. parameters.Select(static x => x.Gradient!.ToDoubles())];
        const double Step = 1e-5;
        for (int p = 0; p < parameters.Length; p++)
        {
            for (int i = 0; i < parameters[p].ElementCount; i++)
            {
                double difference = (Moved(parameters[p], i, Step) - Moved(parameters[p], i, -Step)) / (2 * Step);

                // Central differences are off by h² f'''/6 and by the solver's tolerance over h: both near 1e-6 here.
                Assert.True(Math.Abs(difference - gradients[p][i]) < 1e-5, $"{parameters[p].Name}[{i}]: {gradients[p][i]} against {difference}");
            }
        }

        double Moved(Parameter parameter, int index, double step)
        {
            double[] values = parameter.ToDoubles();
            double before = values[index];
            values[index] = before + step;
            parameter.SetValues<double>(values);
            double moved = objective.Evaluate()!.Value;
            values[index] = before;
            parameter.SetValues<double>(values);
            return moved;
        }
    }

    [Fact]
    public void Row_of_missing_values_changes_no_bit_of_the_gradient()
    {
        TimeSeries one = s_series.Series[0];
        double[] values = [.. one.Values[..4], double.NaN, double.NaN, .. one.Values[4..]];
        TimeSeriesSet longer = s_series.WithSeries([new TimeSeries("one", [.. one.Times[..2], 0.8, .. one.Times[2..]], values), s_series.Series[1]]);
        Assert.Equal(Gradient(s_series), Gradient(longer));
    }

    [Fact]
    public void Missing_values_leave_every_gradient_finite()
    {
        Assert.All(Gradient(s_series), static x => Assert.True(double.IsFinite(x)));
    }

    [Fact]
    public void Pieces_cover_every_observed_point_once_and_meet_at_their_ends()
    {
        TimeSeriesSet series = SimulatedSeries.DampedOscillator(23, 0.1);
        var pieces = new ShootingPieces(series, 4);
        Assert.Equal(0, pieces.Pieces[0].First);
        Assert.Equal(22, pieces.Pieces[^1].Last);
        Assert.All(pieces.Pieces.Zip(pieces.Pieces.Skip(1)), static pair => Assert.Equal(pair.First.Last, pair.Second.First));
        Assert.Equal(23, Enumerable.Range(0, 23).Select(point => pieces.Place(0, point)).Distinct().Count());
    }

    [Fact]
    public void Batches_of_pieces_have_the_objective_and_the_gradient_of_one_solve_over_all()
    {
        TimeSeriesSet series = Irregular(520);
        (SeriesField field, ShootingObjective objective) = Create(series);
        (SeriesField batchedField, ShootingObjective batched) = Create(series, mostStates: 1);
        Assert.Single(objective.Pieces.Batches);
        Assert.Equal(2, batched.Pieces.Batches.Length);
        (objective.Continuity, batched.Continuity) = (1, 1);

        // Both are as exact as the solver's tolerance of 1e-11, times the number of steps.
        Assert.Equal(objective.Evaluate()!.Value, batched.Evaluate()!.Value, 1e-9);
        Assert.Equal(objective.Misfit, batched.Misfit, 1e-9);
        double[] expected = Gradient(field, objective), actual = Gradient(batchedField, batched);
        Assert.True(expected.Max(Math.Abs) > 1e-3);
        Assert.All(expected.Zip(actual), static pair => Assert.Equal(pair.First, pair.Second, 1e-8));
        objective.Solve().ThrowIfFailed();
        batched.Solve().ThrowIfFailed();
        for (int point = 0; point < 520; point++)
        {
            Assert.Equal(objective.StateAt(0, point)[0], batched.StateAt(0, point)[0], 1e-9);
        }
    }

    [Fact]
    public void Batches_hold_states_in_proportion_to_the_observations()
    {
        static long States(int count) => new ShootingPieces(Irregular(count), 4).Batches.Sum(static x => (long)x.Count * x.Times.Length);

        // Eight times the observations have eight times the states; one solve over all would have 64 times as many.
        Assert.InRange((double)States(40_000) / States(5_000), 7.5, 8.5);
    }

    private static TimeSeriesSet Irregular(int count)
    {
        double[] gaps = new RandomSource(3).Uniform([count], 0.01, 0.05, DType.Float64).ToDoubles();
        double[] times = new double[count], values = new double[2 * count];
        for (int i = 0; i < count; i++)
        {
            times[i] = gaps[i] + (i == 0 ? 0 : times[i - 1]);
            (values[2 * i], values[(2 * i) + 1]) = (Math.Sin(times[i]), i % 7 == 0 ? double.NaN : Math.Cos(times[i]));
        }

        return new TimeSeriesSet(["a", "b"], [new TimeSeries("", times, values)]);
    }

    private static double[] Gradient(TimeSeriesSet series)
    {
        (SeriesField field, ShootingObjective objective) = Create(series);
        objective.Continuity = 1;
        objective.Evaluate();
        return Gradient(field, objective);
    }

    private static double[] Gradient(SeriesField field, ShootingObjective objective)
    {
        return [.. field.Parameters.Append(objective.Starts).SelectMany(static x => x.Gradient!.ToDoubles())];
    }

    private static (SeriesField Field, ShootingObjective Objective) Create(TimeSeriesSet series, int mostStates = ShootingPieces.MostStates)
    {
        var field = new SeriesField(SeriesFieldShape.For(series, s_options.HiddenStates, s_options.TimeDependent, s_options.Widths), new RandomSource(1));
        var pieces = new ShootingPieces(series, 2, mostStates);
        double[] starts = new RandomSource(2).Uniform([pieces.Pieces.Length * 3], -0.5, 0.5, DType.Float64).ToDoubles();
        return (field, new ShootingObjective(field, series, pieces, starts, s_options));
    }
}
