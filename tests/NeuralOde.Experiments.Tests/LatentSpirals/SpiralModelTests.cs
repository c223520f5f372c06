using NeuralOde.Experiments.LatentSpirals;
using NeuralOde.Persistence;
using NeuralOde.Sensitivities;
using NeuralOde.Series.Latent;
using NeuralOde.Series.Latent.Fitting;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Experiments.Tests.LatentSpirals;

public class SpiralModelTests
{
    [Theory]
    [InlineData(SpiralDecoder.Ode)]
    [InlineData(SpiralDecoder.Rnn)]
    public void A_saved_model_is_made_again_with_the_same_errors(SpiralDecoder decoder)
    {
        using var folder = new TemporaryFolder();
        LatentSpiralsOptions options = Small(decoder);
        LatentSeriesModel model = LatentSpiralsExperiment.CreateModel(options, new RandomSource(3));
        new SpiralModel(model, options, new Dictionary<string, string> { ["command"] = "a test" }).Save(folder.File("m"));
        var loaded = SpiralModel.Load(folder.File("m"));
        Assert.Equal(LatentSpiralsOptions.Settings.ToText(options), LatentSpiralsOptions.Settings.ToText(loaded.Options));
        Assert.Equal(decoder == SpiralDecoder.Ode ? "euler" : new LatentSpiralsOptions().Solver.Name, loaded.Options.Solver.Name);
        Assert.Equal((17, "a test"), (loaded.Options.Training.Seed, loaded.Notes["command"]));
        SpiralSet test = LatentSpiralsExperiment.CreateTest(loaded.Options);
        Assert.Equal(LatentSpiralsExperiment.Measure(model, test), LatentSpiralsExperiment.Measure(loaded.Model, test));
        Assert.Equal(model.Noise, loaded.Model.Noise);
        Assert.Equal([4, 10, 2], loaded.Model.Sample(10, [0, 1, 2, 3], new RandomSource(1)).Shape.Lengths.ToArray());
    }

    [Fact]
    public void A_saved_equation_can_be_solved_otherwise()
    {
        using var folder = new TemporaryFolder();
        LatentSpiralsOptions options = Small(SpiralDecoder.Ode);
        new SpiralModel(LatentSpiralsExperiment.CreateModel(options, new RandomSource(3)), options).Save(folder.File("m"));
        var loaded = SpiralModel.Load(folder.File("m"), x => x with { Solver = new Dopri5(), Steps = new AdaptiveSteps(), Gradient = GradientMethod.Direct });
        Assert.Equal("dopri5", ((LatentOde)loaded.Model).Ode.Solver.Name);
    }

    [Theory]
    [InlineData("model", "transformer")]
    [InlineData("units", "0")]
    [InlineData("latent components", "six")]
    [InlineData("likelihood deviation", "-1")]
    [InlineData("step", "NaN")]
    [InlineData("solver", "magic")]
    [InlineData("seed", "1.5")]
    [InlineData("test spirals", "")]
    public void A_damaged_description_is_told_with_the_setting(string name, string value)
    {
        using var folder = new TemporaryFolder();
        LatentSpiralsOptions options = Small(SpiralDecoder.Ode);
        new SpiralModel(LatentSpiralsExperiment.CreateModel(options, new RandomSource(3)), options).Save(folder.File("m"));
        var file = ModelFile.Load(folder.File("m"));
        new ModelFile(SpiralModel.FileKind, file.Settings.Select(x => (x.Key, x.Key == name ? value : x.Value)), file.Tensors).Save(folder.File("d"));
        ModelFileException e = Assert.Throws<ModelFileException>(() => SpiralModel.Load(folder.File("d")));
        Assert.Contains(value.Length > 0 ? value : name, e.Message);
        Assert.Contains("damaged", e.Message);
    }

    [Theory]
    [InlineData(SpiralDecoder.Ode)]
    [InlineData(SpiralDecoder.Rnn)]
    public void Any_damage_to_the_bytes_loads_or_is_a_typed_failure(SpiralDecoder decoder)
    {
        using var folder = new TemporaryFolder();
        LatentSpiralsOptions options = Small(decoder);
        new SpiralModel(LatentSpiralsExperiment.CreateModel(options, new RandomSource(3)), options).Save(folder.File("m"));
        DamagedFiles.Check(folder.File("m"), static path => SpiralModel.Load(path));
    }

    [Fact]
    public void A_file_of_another_kind_is_told()
    {
        using var folder = new TemporaryFolder();
        LatentSpiralsExperiment.CreateModel(Small(SpiralDecoder.Ode), new RandomSource(3)).Save(folder.File("m"));
        Assert.Contains("a model of spirals is wanted", Assert.Throws<ModelFileException>(() => SpiralModel.Load(folder.File("m"))).Message);
    }

    private static LatentSpiralsOptions Small(SpiralDecoder decoder) => new()
    {
        Decoder = decoder,
        TrainingCount = 40,
        ValidationCount = 10,
        TestCount = 6,
        Hidden = 8,
        Latent = 3,
        FieldHidden = 7,
        LikelihoodDeviation = 0.05,
        Solver = new Euler(),
        Steps = FixedSteps.OfLength(0.1),
        Gradient = GradientMethod.BacksolveAdjoint,
        Training = new LatentTrainingOptions { Seed = 17 },
    };
}
