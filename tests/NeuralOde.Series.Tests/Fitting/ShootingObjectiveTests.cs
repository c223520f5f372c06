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

    private static double[] Gradient(TimeSeriesSet series)
    {
        (SeriesField field, ShootingObjective objective) = Create(series);
        objective.Continuity = 1;
        objective.Evaluate();
        return [.. field.Parameters.Append(objective.Starts).SelectMany(static x => x.Gradient!.ToDoubles())];
    }

    private static (SeriesField Field, ShootingObjective Objective) Create(TimeSeriesSet series)
    {
        var field = new SeriesField(SeriesFieldShape.For(series, s_options.HiddenStates, s_options.TimeDependent, s_options.Widths), new RandomSource(1));
        var pieces = new ShootingPieces(series, 2);
        double[] starts = new RandomSource(2).Uniform([pieces.Pieces.Length * 3], -0.5, 0.5, DType.Float64).ToDoubles();
        return (field, new ShootingObjective(field, series, pieces, starts, s_options));
    }
}
