using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Fitting;
using NeuralOde.Series.Models;
using NeuralOde.Series.Tables;
using NeuralOde.Training;

namespace NeuralOde.Series.Tests.Fitting;

public class SeriesFitterTests
{
    private static readonly SeriesFitOptions s_short = new() { Iterations = 60, Widths = [6] };

    [Fact]
    public void Damped_oscillator_is_recovered_from_noisy_observations_and_continued()
    {
        const double Noise = 0.1;
        TimeSeriesSet data = SimulatedSeries.DampedOscillator(50, Noise);
        HoldOutSplit split = HoldOut.Fraction(0.2).Split(data);
        SeriesFit fit = SeriesFitter.Fit(split.Training, new SeriesFitOptions { Iterations = 1500 });
        Assert.Null(fit.PieceLength);
        double squares = 0;
        double[] times = data.Series[0].Times.ToArray();
        TimeSeries learned = fit.Model.Predict(fit.Model.Paths[0], times);
        for (int i = 0; i < times.Length; i++)
        {
            (double x, double v) = SimulatedSeries.Oscillator(times[i]);
            squares += Math.Pow(learned[i, 0] - x, 2) + Math.Pow(learned[i, 1] - v, 2);
        }

        // Learning from 80 noisy values averages their noise, so the law is known better than any one observation of it.
        Assert.True(Math.Sqrt(squares / (2 * times.Length)) < Noise, $"{Math.Sqrt(squares / (2 * times.Length))}");
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(1, true)]
    public void Curve_that_rises_and_falls_is_followed_with_hidden_states_or_a_clock(int hiddenStates, bool timeDependent)
    {
        const double Noise = 0.2;
        SeriesFit fit = SeriesFitter.Fit(
            SimulatedSeries.RiseAndFall(Noise), new SeriesFitOptions { HiddenStates = hiddenStates, TimeDependent = timeDependent, Iterations = 1500 });

        // Within three deviations of the noise, where the curve itself varies by over ten of them.
        double deviation = fit.Model.Scaling.Components[0].Deviation;
        Assert.True(fit.TrainingError * deviation < 3 * Noise, $"{fit.TrainingError * deviation}");
    }

    [Fact]
    public void Hare_and_lynx_are_forecast_better_than_by_their_last_values()
    {
        var data = TimeSeriesSet.FromTable(CsvTable.Read(Repository.PathOf("samples/hare-lynx.csv")), new TimeSeriesOptions { LogColumns = ["Hare", "Lynx"] });
        HoldOutSplit split = HoldOut.Count(5).Split(data);
        double naive = ForecastErrors.Between(split.HeldOut, NaiveForecast.LastObserved(split), ErrorScale.Logarithmic).PooledRmse;
        double[] errors =
        [
            .. Enumerable.Range(0, 5).Select(seed => ForecastErrors.Between(
                split.HeldOut, SeriesFitter.Fit(split.Training, new SeriesFitOptions { Seed = seed, Iterations = 1500 }).Model.Predict(split.HeldOut),
                ErrorScale.Logarithmic).PooledRmse),
        ];
        Assert.True(errors.Order().ElementAt(2) < naive, $"{string.Join(", ", errors)} against {naive}");
    }

    [Fact]
    public void Noise_without_a_law_is_kept_in_pieces_or_left_at_its_mean()
    {
        double[] values = new NeuralOde.Tensors.RandomSource(5).Normal([60], 0, 1, NeuralOde.Tensors.DType.Float64).ToDoubles();
        TimeSeriesSet data = new(["x"], [new TimeSeries("", [.. Enumerable.Range(0, 60).Select(static i => (double)i)], values)]);
        SeriesFit fit = SeriesFitter.Fit(data, new SeriesFitOptions { Iterations = 400 });
        Assert.True(fit.PieceLength is not null || fit.TrainingError > 0.7, $"{fit.PieceLength}, {fit.TrainingError}");
    }

    [Fact]
    public void Held_out_values_change_no_bit_of_the_model()
    {
        TimeSeriesSet data = SimulatedSeries.DampedOscillator(20, 0.1);
        double[] values = data.Series[0].Values.ToArray();
        for (int i = 2 * 16; i < values.Length; i++)
        {
            values[i] = 1000 - values[i];
        }

        Assert.Equal(Bits(data), Bits(data.WithSeries([data.Series[0].WithValues(values)])));

        static double[] Bits(TimeSeriesSet set)
        {
            var split = SeriesSplit.Of(set, HoldOut.Fraction(0.2));
            return Numbers(SeriesFitter.Fit(split.Training, s_short, split.DataEnds).Model);
        }
    }

    [Fact]
    public void Same_seed_gives_the_same_bits_and_another_seed_others()
    {
        TimeSeriesSet data = SimulatedSeries.DampedOscillator(15, 0.1);
        double[] first = Numbers(SeriesFitter.Fit(data, s_short).Model);
        Assert.Equal(first, Numbers(SeriesFitter.Fit(data, s_short).Model));
        Assert.NotEqual(first, Numbers(SeriesFitter.Fit(data, s_short with { Seed = 1 }).Model));
    }

    [Fact]
    public void Cancelling_keeps_the_best_model_so_far()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new Stopper(cancellation, 40);
        SeriesFit fit = SeriesFitter.Fit(
            SimulatedSeries.DampedOscillator(20, 0.1), new SeriesFitOptions { Iterations = 100_000 }, progress: progress, cancellationToken: cancellation.Token);
        Assert.True(fit.WasCanceled);
        Assert.Equal(40, fit.Losses.Count);

        // The first gradient is checked.
        Assert.InRange(fit.GradientError!.Value, 0, 1e-3);
        Assert.Empty(fit.GradientWarnings);
        Assert.True(fit.TrainingError <= fit.Losses[0]);
        Assert.Equal(2, fit.Model.Predict(fit.Model.Paths[0], [1.0]).Components);
    }

    [Fact]
    public void Cancelling_soon_after_pieces_became_longer_returns_no_worse_model_than_before()
    {
        // Noise can be followed over short pieces only, so the longer ones are worse at first.
        double[] values = new NeuralOde.Tensors.RandomSource(5).Normal([60], 0, 1, NeuralOde.Tensors.DType.Float64).ToDoubles();
        TimeSeriesSet data = new(["x"], [new TimeSeries("", [.. Enumerable.Range(0, 60).Select(static i => (double)i)], values)]);
        var options = new SeriesFitOptions { Iterations = 400 };
        SeriesFit whole = SeriesFitter.Fit(data, options);

        // A stage reports at its last step, so canceling there shows what it reached.
        int start = whole.StageStarts[2];
        (double before, double after) = (CanceledAt(start).TrainingError, CanceledAt(start + 1).TrainingError);
        Assert.True(after <= before, $"{after} after {before} at {start}");

        SeriesFit CanceledAt(int iteration)
        {
            using var cancellation = new CancellationTokenSource();
            return SeriesFitter.Fit(data, options, progress: new Stopper(cancellation, iteration), cancellationToken: cancellation.Token);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(61)]
    public void As_many_iterations_are_done_as_were_asked_for(int iterations)
    {
        var progress = new Last();
        SeriesFit fit = SeriesFitter.Fit(SimulatedSeries.DampedOscillator(20, 0.1), s_short with { Iterations = iterations }, progress: progress);
        Assert.Null(fit.PieceLength);
        Assert.Equal(iterations, fit.Losses.Count);
        Assert.Equal((iterations, iterations), (progress.Value!.Iteration, progress.Value.Iterations));
    }

    [Fact]
    public void Training_that_ends_early_reports_that_it_ended()
    {
        // White noise has no law: pieces of 4 points can be followed, the whole series cannot.
        double[] values = new NeuralOde.Tensors.RandomSource(5).Normal([60], 0, 1, NeuralOde.Tensors.DType.Float64).ToDoubles();
        TimeSeriesSet data = new(["x"], [new TimeSeries("", [.. Enumerable.Range(0, 60).Select(static i => (double)i)], values)]);
        var progress = new Last();
        SeriesFit fit = SeriesFitter.Fit(data, new SeriesFitOptions { Iterations = 400 }, progress: progress);
        Assert.Equal(fit.Losses.Count, progress.Value!.Iteration);
        Assert.Equal(fit.Losses.Count, progress.Value.Iterations);
    }

    [Fact]
    public void Forecast_far_beyond_the_data_stays_near_their_range()
    {
        TimeSeriesSet data = new(["x"], [new TimeSeries("", [0, 1, 2, 3, 4], [0, 1.1, 1.9, 3, 4.1])]);
        SeriesModel model = SeriesFitter.Fit(data, s_short).Model;

        // Outside the box a pull of rate 2 grows with the distance; the field there is that at its edge, of rates around 1.
        Assert.InRange(model.Predict(model.Paths[0], [1e4])[0, 0], -10, 15);
    }

    [Fact]
    public void Series_with_one_observed_point_is_refused_by_name()
    {
        TimeSeriesSet data = new(["x"], [new TimeSeries("a", [0, 1, 2], [1, double.NaN, double.NaN])], seriesName: "id");
        SeriesException e = Assert.Throws<SeriesException>(() => SeriesFitter.Fit(data));
        Assert.Equal((SeriesReason.TooFewPoints, "a"), (e.Reason, e.Series));
    }

    [Fact]
    public void Splitting_leaves_out_single_points_and_learns_short_series_whole()
    {
        TimeSeriesSet data = new(
            ["x"],
            [new TimeSeries("long", [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]), new TimeSeries("short", [0, 1], [0, 1]), new TimeSeries("point", [0], [0])],
            seriesName: "id");
        var split = SeriesSplit.Of(data, HoldOut.Fraction(0.2));
        Assert.Equal(["long", "short"], split.Training.Series.Select(static x => x.Id));
        Assert.Equal([4, 2], split.Training.Series.Select(static x => x.Count));
        Assert.Equal(["long"], split.Scored!.HeldOut.Series.Select(static x => x.Id));
        Assert.Equal([4.0, 1.0], split.DataEnds);
        Assert.Equal(2, split.Notes.Count);
        Assert.Null(SeriesSplit.Of(data, null).Scored);
    }

    private static double[] Numbers(SeriesModel model) =>
        [.. model.Field.Parameters.SelectMany(static x => x.ToDoubles()), .. model.Paths.SelectMany(static x => x.States).SelectMany(static x => x)];

    private sealed class Last : IProgress<TrainingProgress>
    {
        public TrainingProgress? Value { get; private set; }

        public void Report(TrainingProgress value) => Value = value;
    }

    private sealed class Stopper(CancellationTokenSource cancellation, int at) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Iteration >= at)
            {
                cancellation.Cancel();
            }
        }
    }
}
