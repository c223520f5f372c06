using NeuralOde.Experiments.Images;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Experiments.Tests.Images;
using NeuralOde.Layers;
using NeuralOde.Modules;
using NeuralOde.Persistence;
using NeuralOde.Sensitivities;
using NeuralOde.Settings;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Experiments.Tests.Mnist;

public class MnistModelsTests
{
    public static TheoryData<MnistModel, MnistNormalization> Small => new()
    {
        { MnistModel.OdeNet, MnistNormalization.Batch },
        { MnistModel.OdeNet, MnistNormalization.Group },
        { MnistModel.OdeNet, MnistNormalization.Mixed },
        { MnistModel.RkNet, MnistNormalization.Batch },
        { MnistModel.ResNet, MnistNormalization.Batch },
        { MnistModel.ResNet, MnistNormalization.Group },
        { MnistModel.Mlp, MnistNormalization.Batch },
    };

    [Theory]
    [InlineData(MnistModel.Mlp, 238_510)]
    [InlineData(MnistModel.OdeNet, 208_010)]
    [InlineData(MnistModel.RkNet, 208_010)]
    [InlineData(MnistModel.ResNet, 576_778)]
    public void Models_have_the_published_numbers_of_parameters(MnistModel model, int parameters)
    {
        // Table 1 of Chen et al. 2018 says 0.24, 0.22, 0.22 and 0.60 million; ours follow from the layers:
        // convolutions 640 + 2·65,600, two norms of 128, the field 2·(9·65·64 + 128), the last norm 128, the linear layer 650;
        // a residual block 2·(9·64·64 + 128), six of them.
        Layer network = MnistModels.Create(MnistModelOptions.Published(model), new RandomSource(0));
        Assert.Equal(parameters, network.Parameters.ValueCount);
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void Every_parameter_gets_a_gradient_and_logits_have_their_shape(MnistModel model, MnistNormalization normalization)
    {
        Layer network = MnistModels.Create(Tiny(model, normalization), new RandomSource(1), 12, 10, 5);
        Tensor logits = network.Forward(new RandomSource(2).Normal([3, 12, 10, 1]));
        Assert.Equal([3, 5], logits.Shape);
        logits.Square().Sum().Backward();
        Assert.All(network.NamedParameters(), x => Assert.True(x.Parameter.Gradient is { } g && g.ToArray<float>().Any(v => v != 0), x.Name));
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void A_clone_answers_with_the_same_bits(MnistModel model, MnistNormalization normalization)
    {
        Layer network = MnistModels.Create(Tiny(model, normalization), new RandomSource(1), 12, 10, 5);
        Tensor images = new RandomSource(2).Normal([3, 12, 10, 1]);
        network.Forward(images);
        Layer clone = network.Clone();
        double[] expected = network.Forward(images).ToDoubles();
        Assert.Equal(expected, clone.Forward(images).ToDoubles());
        Assert.Empty(network.Parameters.Intersect(clone.Parameters));
        Assert.Equal(network.NamedBuffers().SelectMany(static x => x.Buffer.ToDoubles()), clone.NamedBuffers().SelectMany(static x => x.Buffer.ToDoubles()));
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void A_saved_classifier_answers_with_the_same_bits_after_loading(MnistModel model, MnistNormalization normalization)
    {
        using var folder = new TemporaryFolder();
        MnistModelOptions options = Tiny(model, normalization);
        Layer network = MnistModels.Create(options, new RandomSource(1), 12, 10);

        // Some steps move the running statistics of norms over the batch.
        ImageDataset images = CountedImages.Of(40, 12, 10);
        new ImageClassifierTrainer(network, images, null, new ImageTrainingOptions { Epochs = 1, Batches = new ImageBatchOptions { BatchSize = 20 } }).Run();
        var classifier = new ImageClassifier(network, options, ImageCollection.FashionMnist, 12, 10);
        classifier.Save(folder.File("c"), new Dictionary<string, string> { ["note"] = "kept" });
        var loaded = ImageClassifier.Load(folder.File("c"));
        Assert.Equal(MnistModelOptions.Settings.ToText(options), MnistModelOptions.Settings.ToText(loaded.Options));
        Assert.Equal("bag", loaded.Collection.ClassNames[8]);
        Assert.Equal(PixelScale.FashionMnist, loaded.Collection.Scale);
        double[] expected = classifier.Classify(images.Image(7));
        Assert.Equal(expected, loaded.Classify(images.Image(7)));
        Assert.Equal(1, expected.Sum(), 1e-12);
        Assert.Equal("kept", ModelFile.Load(folder.File("c")).Notes["note"]);
    }

    [Fact]
    public void A_classifier_can_be_asked_with_another_solver_than_it_was_trained_with()
    {
        using var folder = new TemporaryFolder();
        MnistModelOptions options = Tiny(MnistModel.OdeNet, MnistNormalization.Group);
        var classifier = new ImageClassifier(MnistModels.Create(options, new RandomSource(1), 12, 10), options, ImageCollection.Mnist, 12, 10);
        classifier.Save(folder.File("c"));
        var precise = ImageClassifier.Load(folder.File("c"), x => x with { Solver = new Dopri5(), Steps = SolverChoice.Tolerances(1e-6, 1e-6) });
        byte[] image = CountedImages.Of(1, 12, 10).Image(0).ToArray();
        double[] a = classifier.Classify(image), b = precise.Classify(image);
        Assert.NotEqual(a, b);

        // Two steps of a method of order 4 against a solve to 1e-6, on a field of norm about 1.
        Assert.All(a.Zip(b), x => Assert.Equal(x.First, x.Second, 0.02));
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void A_resumed_run_ends_with_the_same_bits_buffers_included(MnistModel model, MnistNormalization normalization)
    {
        using var folder = new TemporaryFolder();
        ImageDataset images = CountedImages.Of(50, 12, 10);
        var options = new ImageTrainingOptions
        {
            Epochs = 2,
            Batches = new ImageBatchOptions { BatchSize = 20 },
            CheckpointPath = folder.File("run"),
            RunSettings = MnistModelOptions.Settings.ToText(Tiny(model, normalization)),
        };
        Layer straight = Make(1);
        ImageTrainingResult expected = new ImageClassifierTrainer(straight, images, images, options with { CheckpointPath = null }).Run();
        new ImageClassifierTrainer(Make(1), images, images, options with { Epochs = 1 }).Run();
        Layer resumed = Make(2);
        var trainer = new ImageClassifierTrainer(resumed, images, images, options);
        trainer.Resume(folder.File("run"));
        Assert.Equal(expected.History.Steps, trainer.Run().History.Steps);
        Assert.All(Tensors(straight).Zip(Tensors(resumed)), x => Assert.Equal(x.First, x.Second));

        Layer Make(int seed) => MnistModels.Create(Tiny(model, normalization), new RandomSource(seed), 12, 10);
        static IEnumerable<float[]> Tensors(Layer x) => x.NamedParameters().Select(y => y.Parameter).Concat(x.NamedBuffers().Select(y => y.Buffer)).Select(y => y.ToArray<float>());
    }

    [Fact]
    public void The_field_over_groups_does_not_mix_the_images_of_a_batch()
    {
        Layer network = MnistModels.Create(Tiny(MnistModel.OdeNet, MnistNormalization.Group), new RandomSource(1), 12, 10);
        Tensor two = new RandomSource(2).Normal([2, 12, 10, 1]);
        float[] both = network.Forward(two).ToArray<float>();
        float[] alone = network.Forward(two.Slice(0, 1, 1)).ToArray<float>();

        // The order of sums may differ with the size of the batch.
        Assert.All(alone.Zip(both[10..]), x => Assert.Equal(x.First, x.Second, 1e-4f));
    }

    [Fact]
    public void Mixed_normalization_has_running_statistics_outside_of_the_field_only()
    {
        Layer network = MnistModels.Create(Tiny(MnistModel.OdeNet, MnistNormalization.Mixed), new RandomSource(1), 12, 10);
        Assert.Equal(6, network.NamedBuffers().Count());
        Assert.DoesNotContain(network.NamedBuffers(), x => x.Name.Contains("field", StringComparison.Ordinal));
        Layer batch = MnistModels.Create(Tiny(MnistModel.OdeNet, MnistNormalization.Batch), new RandomSource(1), 12, 10);
        Assert.Equal(4, batch.NamedBuffers().Count(x => x.Name.Contains("field", StringComparison.Ordinal)));
    }

    [Fact]
    public void Settings_as_text_come_back_as_they_were()
    {
        MnistModelOptions[] all =
        [
            .. Enum.GetValues<MnistModel>().SelectMany(x => new[] { MnistModelOptions.Default(x), MnistModelOptions.Published(x) }),
            new() { Steps = FixedSteps.PerInterval(7), Solver = new Heun() },
            new() { Steps = SolverChoice.Tolerances(1e-3, 2.5e-4), Solver = new Dopri5(), Normalization = MnistNormalization.Group, Channels = 16 },
            new() { Model = MnistModel.ResNet, ResidualBlocks = 3 },
            new() { Model = MnistModel.Mlp, HiddenUnits = 20 },
        ];
        foreach (MnistModelOptions options in all)
        {
            MnistModelOptions back = MnistModelOptions.Settings.FromText(new(), MnistModelOptions.Settings.ToText(options).ToDictionary(x => x.Name, x => x.Value));
            Assert.Equal(MnistModelOptions.Settings.ToText(options), MnistModelOptions.Settings.ToText(back));
            Assert.Equal(options.Solver.Name, back.HasEquation ? back.Solver.Name : options.Solver.Name);
            Assert.Equal(options.HasEquation ? options.Steps : back.Steps, back.Steps);
        }

        Assert.Equal(MnistNormalization.Batch, MnistModelOptions.Published(MnistModel.RkNet).Normalization);
        Assert.Equal(MnistNormalization.Batch, MnistModelOptions.Default(MnistModel.RkNet).Normalization);
        Assert.Equal(GradientMethod.BacksolveAdjoint, MnistModelOptions.Published(MnistModel.OdeNet).Gradient);
        Assert.Equal(MnistModelOptions.ModelNames, Enum.GetNames<MnistModel>().Select(x => x.ToLowerInvariant()));
    }

    [Theory]
    [InlineData("model", "vgg")]
    [InlineData("channels", "0")]
    [InlineData("normalization", "7")]
    [InlineData("step", "-1")]
    [InlineData("solver", "rk5")]
    [InlineData("gradient", null)]
    public void A_damaged_setting_is_named(string name, string? value)
    {
        var settings = MnistModelOptions.Settings.ToText(MnistModelOptions.Default(MnistModel.OdeNet)).ToDictionary(x => x.Name, x => x.Value);
        if (value is null)
        {
            settings.Remove(name);
        }
        else
        {
            settings[name] = value;
        }

        Assert.Contains(name, Assert.Throws<SettingException>(() => MnistModelOptions.Settings.FromText(new(), settings)).Message);
    }

    [Theory]
    [InlineData(MnistModel.OdeNet)]
    [InlineData(MnistModel.ResNet)]
    [InlineData(MnistModel.Mlp)]
    public void Any_damage_to_the_bytes_loads_or_is_a_typed_failure(MnistModel model)
    {
        using var folder = new TemporaryFolder();
        MnistModelOptions options = Tiny(model, MnistNormalization.Batch);
        new ImageClassifier(MnistModels.Create(options, new RandomSource(1)), options, ImageCollection.FashionMnist).Save(folder.File("m"));
        DamagedFiles.Check(folder.File("m"), static path => ImageClassifier.Load(path));
    }

    [Fact]
    public void Sizes_out_of_range_are_refused()
    {
        Assert.Contains("at least 9x9", Assert.Throws<SettingException>(() => MnistModels.Create(new(), new RandomSource(0), 8, 28)).Message);
        Assert.Contains("'channels' is a whole number from 1", Assert.Throws<SettingException>(() => MnistModels.Create(new() { Channels = 0 }, new RandomSource(0))).Message);
        using var folder = new TemporaryFolder();
        new Linear(2, 2).Save(folder.File("x"));
        Assert.Contains("an image classifier is wanted", Assert.Throws<ModelFileException>(() => ImageClassifier.Load(folder.File("x"))).Message);
    }

    private static MnistModelOptions Tiny(MnistModel model, MnistNormalization normalization) =>
        MnistModelOptions.Default(model) with { Normalization = normalization, Channels = 6, ResidualBlocks = 2, HiddenUnits = 7 };
}
