using NeuralOde.Experiments.Commands;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Training;

namespace NeuralOde.Cli.Tests;

public class ProgressTests
{
    [Fact]
    public void A_line_says_iteration_loss_best_speed_and_time_left()
    {
        string line = ProgressText.Line(new TrainingProgress(300, 1_200, 0.000321, 0.0412, 150, TimeSpan.FromSeconds(2)));
        Assert.Contains("300 of 1,200", line);
        Assert.Contains("loss  3.21e-4", line);
        Assert.Contains("best   0.0412", line);
        Assert.Contains("150/s", line);
        Assert.EndsWith("6 s left", line);
    }

    [Fact]
    public void What_stands_beside_the_bar_leaves_room_for_it_on_80_columns()
    {
        string text = ProgressText.Short(new TrainingProgress(99_999, 100_000, 1.2e-4, 0.0412, 12_345, TimeSpan.FromSeconds(2)));
        Assert.True(text.Length + 14 + 2 <= 80, text);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(60)]
    [InlineData(40)]
    [InlineData(20)]
    [InlineData(5)]
    public void What_stands_beside_the_bar_never_wraps(int room)
    {
        string text = ProgressText.Short(new TrainingProgress(99_999, 100_000, 1.2e-4, 0.0412, 12_345, TimeSpan.FromSeconds(2)), room);
        Assert.True(text.Length <= room, text);
        Assert.Equal(room >= 20, text.Contains("99,999/100,000", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("hare: linear dynamics, exponential smoothing, ARIMA, theta, a seasonal naive forecast and their average [at rolling origins]")]
    public void A_bar_takes_any_words(string words)
    {
        using var writer = new StringWriter();
        int result = new Shell.LiveProgress(writer).Run(
            "Choosing",
            progress =>
            {
                progress.Report(new ProgressMark(1, 2, false, () => words, room => ProgressText.Cut(words, room)));
                progress.Report(new ProgressMark(2, 2, true, () => words, static _ => ""));
                return 3;
            });
        Assert.Equal(3, result);
    }

    [Theory]
    [InlineData(9, "rehearsal")]
    [InlineData(8, "rehears…")]
    [InlineData(1, "…")]
    [InlineData(0, "")]
    public void Words_are_cut_to_the_room_there_is(int room, string expected) => Assert.Equal(expected, ProgressText.Cut("rehearsal", room));

    [Fact]
    public void A_line_about_a_classifier_says_epoch_loss_share_right_speed_and_evaluations()
    {
        string line = ImageProgressText.Line(Images(isEpochEnd: true));
        Assert.StartsWith("epoch 2 of 5   step   3,750 of 9,375   loss   0.0512   right 98.44 %   measured 98.70 %", line);
        Assert.Contains("321 images/s   20 + 21 evaluations", line);
        Assert.EndsWith("9:20 min left", line);
        Assert.DoesNotContain("measured", ImageProgressText.Line(Images(isEpochEnd: false)));
    }

    [Theory]
    [InlineData(120)]
    [InlineData(80)]
    [InlineData(60)]
    [InlineData(30)]
    [InlineData(10)]
    [InlineData(3)]
    public void What_stands_beside_the_bar_about_a_classifier_never_wraps(int room)
    {
        string text = ImageProgressText.Short(Images(isEpochEnd: false), room);
        Assert.True(text.Length <= room, text);
        Assert.Equal(room >= 10, text.Contains("epoch 2/5", StringComparison.Ordinal));
    }

    private static ImageTrainingProgress Images(bool isEpochEnd) =>
        new(2, 5, 3_750, 9_375, 0.0512, 0.98438, 321.4, 20, 21, 0.987, isEpochEnd, TimeSpan.FromMinutes(6), TimeSpan.FromSeconds(560));

    [Theory]
    [InlineData(double.NaN, "-")]
    [InlineData(double.PositiveInfinity, "-")]
    [InlineData(1.23456, "1.235")]
    public void Ratios_that_do_not_exist_are_dashes(double value, string text) => Assert.Equal(text, ProgressText.Fixed(value, 3));

    [Theory]
    [InlineData(0.4, "0 s")]
    [InlineData(59, "59 s")]
    [InlineData(61, "1:01 min")]
    [InlineData(7_325, "2:02:05 h")]
    public void Times_are_short(double seconds, string text) => Assert.Equal(text, ProgressText.Time(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(double.NaN, "-")]
    [InlineData(double.PositiveInfinity, "-")]
    [InlineData(0, "0")]
    [InlineData(0.0123456, "0.0123")]
    [InlineData(1.2e-7, "1.20e-7")]
    [InlineData(123_456, "1.23e5")]
    public void Numbers_are_short(double value, string text) => Assert.Equal(text, ProgressText.Number(value));

    [Fact]
    public void Plain_progress_writes_few_lines_and_the_last()
    {
        var clock = new Clock();
        using var writer = new StringWriter();
        var progress = new PlainProgress(writer, clock);
        for (int i = 1; i <= 10_000; i++)
        {
            // 10,000 iterations in 1,000 seconds: a twentieth takes 50 seconds, so half a minute decides.
            clock.Advance(TimeSpan.FromSeconds(0.1));
            progress.Report(ProgressText.Mark(new TrainingProgress(i, 10_000, 1, 1, 10, TimeSpan.Zero)));
        }

        string[] lines = writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 30, 35);
        Assert.Contains("10,000 of 10,000", lines[^1]);
    }

    [Fact]
    public void Plain_progress_of_a_short_run_is_its_last_line()
    {
        using var writer = new StringWriter();
        var progress = new PlainProgress(writer, new Clock());
        for (int i = 1; i <= 100; i++)
        {
            progress.Report(ProgressText.Mark(new TrainingProgress(i, 100, 1, 1, 10, TimeSpan.Zero)));
        }

        Assert.Single(writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private sealed class Clock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
