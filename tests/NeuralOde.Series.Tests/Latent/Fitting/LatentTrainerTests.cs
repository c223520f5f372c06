using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Persistence;
using NeuralOde.Series.Latent;
using NeuralOde.Series.Latent.Fitting;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Series.Tests.Latent.Fitting;

public class LatentTrainerTests
{
    [Theory]
    [InlineData(7, false)]
    [InlineData(8, true)]
    public void A_run_stopped_or_killed_and_resumed_ends_with_the_same_bits(int at, bool killed)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("run.safetensors");
        LatentSeriesModel whole = Model();
        TrainingResult uninterrupted = new LatentTrainer(whole, Batches(), Error, Options()).Run();

        using var cancel = new CancellationTokenSource();
        var interrupted = new LatentTrainer(
            Model(),
            new Interrupted(Batches(), at, () =>
            {
                if (killed)
                {
                    throw new NotSupportedException("killed");
                }

                cancel.Cancel();
            }),
            Error,
            Options() with { CheckpointPath = path });
        if (killed)
        {
            Assert.Throws<NotSupportedException>(() => interrupted.Run());
        }
        else
        {
            Assert.Equal(TrainingOutcome.Canceled, interrupted.Run(cancellationToken: cancel.Token).Outcome);
        }

        LatentSeriesModel resumed = Model();
        var trainer = new LatentTrainer(resumed, Batches(), Error, Options() with { CheckpointPath = path });
        trainer.Resume(path);
        TrainingResult result = trainer.Run();
        Assert.Equal(uninterrupted.Losses, result.Losses);
        Assert.Equal(uninterrupted.Validations, result.Validations);
        Assert.Equal(uninterrupted.BestIteration, result.BestIteration);
        foreach ((Parameter expected, Parameter actual) in whole.Parameters.Zip(resumed.Parameters))
        {
            Assert.Equal(expected.ToArray<float>(), actual.ToArray<float>());
        }

        var other = new LatentTrainer(Model(), Batches(), Error, Options() with { LearningRate = 0.5 });
        Assert.Contains("learning rate", Assert.Throws<CheckpointException>(() => other.Resume(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_raises_the_bound_and_keeps_the_model_that_validates_best()
    {
        LatentSeriesModel model = Model();
        TrainingResult result = new LatentTrainer(model, Batches(), Error, Options() with { Iterations = 300, LearningRate = 0.01, ValidationInterval = 10 }).Run();
        Assert.True(result.Losses.TakeLast(30).Average() < result.Losses.Take(30).Average());
        Assert.Equal(result.BestError, result.Validations.Min(x => x.Error));
        Assert.Equal(result.BestError, Error(model));
    }

    [Fact]
    public void The_best_model_comes_back_with_the_buffers_of_its_decoder()
    {
        LatentSeriesModel model = Model(normalized: true);
        List<double[]> buffers = [];
        int validations = 0;
        TrainingResult result = new LatentTrainer(
            model,
            Batches(),
            x =>
            {
                buffers.Add(Buffers(x));
                return ++validations == 2 ? 0 : 1;
            },
            Options()).Run();
        Assert.Equal(6, result.BestIteration);
        Assert.NotEqual(buffers[1], buffers[^1]);
        Assert.Equal(buffers[1], Buffers(model));

        static double[] Buffers(LatentSeriesModel x) => [.. x.NamedBuffers().SelectMany(static b => b.Buffer.ToDoubles())];
    }

    [Fact]
    public void Validation_runs_in_evaluation_mode_and_changes_no_buffer()
    {
        LatentSeriesModel model = Model(normalized: true);
        List<bool> modes = [];
        double[]? mean = null;
        new LatentTrainer(
            model,
            Batches(),
            x =>
            {
                modes.AddRange(x.NamedModules().Select(static m => m.Module.IsTraining));
                double[] before = [.. x.NamedBuffers().SelectMany(static b => b.Buffer.ToDoubles())];
                double error = Error(x);
                mean = [.. x.NamedBuffers().SelectMany(static b => b.Buffer.ToDoubles())];
                Assert.Equal(before, mean);
                return error;
            },
            Options()).Run();
        Assert.NotNull(mean);
        Assert.All(modes, Assert.False);
        Assert.All(model.NamedModules(), static x => Assert.True(x.Module.IsTraining));
    }

    [Fact]
    public void Training_ends_when_no_validation_is_better_for_a_while()
    {
        int validations = 0;
        TrainingResult result = new LatentTrainer(
            Model(), Batches(), _ => ++validations <= 2 ? 1.0 / validations : 1, Options() with { Iterations = 100, ValidationInterval = 2, Patience = 3 }).Run();
        Assert.True(result.StoppedEarly);
        Assert.Equal(4, result.BestIteration);
        Assert.Equal(10, result.Losses.Count);
    }

    [Fact]
    public void Steps_whose_numbers_are_not_finite_are_skipped_and_end_training_when_there_are_too_many()
    {
        LatentSeriesModel model = Model();
        double[] before = [.. model.Parameters.SelectMany(x => x.ToDoubles())];
        TrainingResult result = new LatentTrainer(model, new Huge(), _ => 1, Options() with { Iterations = 100 }).Run();
        Assert.Equal(TrainingOutcome.Diverged, result.Outcome);
        Assert.NotNull(result.Failure);
        Assert.Equal(20, result.FailedSteps);
        Assert.All(result.Losses, x => Assert.True(double.IsNaN(x)));
        double[] after = [.. model.Parameters.SelectMany(x => x.ToDoubles())];
        Assert.Equal(before, after);
    }

    [Fact]
    public void Each_series_is_drawn_once_a_round_and_the_position_tells_what_comes_next()
    {
        TimeSeries[] series = [.. Enumerable.Range(0, 6).Select(i => new TimeSeries($"{i}", [0, 1], [i, i]))];
        var source = new ShuffledSeries(series, 2, new RandomSource(3), DType.Float64);
        double[] First() => source.Next().Values.Select(0, 0).ToDoubles();
        double[] round = [.. First(), .. First(), .. First()];
        Assert.Equal([0, 1, 2, 3, 4, 5], round.Order());
        (IReadOnlyList<long> position, RandomState state) = (source.Position, source.Random.State);
        double[] next = [.. First(), .. First()];
        (source.Position, source.Random.State) = (position, state);
        double[] again = [.. First(), .. First()];
        Assert.Equal(next, again);
        Assert.Throws<SafeTensorsException>(() => source.Position = [0, 1, 2]);
    }

    private static LatentTrainingOptions Options() =>
        new() { Iterations = 12, ValidationInterval = 3, CheckpointInterval = 5, LearningRate = 0.02, DivergenceWarmUp = 0.5, GradientNormBound = 5 };

    private static LatentSeriesModel Model(bool normalized = false)
    {
        var random = new RandomSource(5);
        var ode = new OdeBlock(new Mlp(3, [5], 3, random: random).AsField()) { Solver = new RungeKutta4(), Steps = FixedSteps.PerInterval(1) };
        var encoder = new GruEncoder(1, 4, 3, random: random);
        Layer decoder = new Linear(3, 1, random: random);
        return new LatentOde(encoder, ode, normalized ? new Sequential(new BatchNorm(3), decoder) : decoder, 0.3, learnsNoise: true);
    }

    private static TimeSeries[] Series() =>
        [.. Enumerable.Range(0, 8).Select(i => new TimeSeries($"{i}", [0, 0.5 + (0.01 * i), 1 + (0.1 * (i % 2))], [Math.Sin(i), Math.Sin(i + 0.5), Math.Sin(i + 1)]))];

    private static ShuffledSeries Batches() => new(Series(), 3, new RandomSource(6));

    private static double Error(LatentSeriesModel model) => -model.Elbo(SeriesBatch.From(Series()), Tensor.Zeros([8, 3])).ToScalar();

    /// <summary>Does something before the n-th batch.</summary>
    private sealed class Interrupted(SeriesBatchSource inner, int at, Action action) : SeriesBatchSource(inner.Random)
    {
        private int _count;

        public override IReadOnlyList<long> Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override SeriesBatch Next()
        {
            if (++_count == at)
            {
                action();
            }

            return inner.Next();
        }
    }

    private sealed class Huge() : SeriesBatchSource(new RandomSource(1))
    {
        public override IReadOnlyList<long> Position { get; set; } = [];

        public override SeriesBatch Next() => SeriesBatch.Shared([0, 1], Tensor.Full([2, 1, 1], 1e30));
    }
}
