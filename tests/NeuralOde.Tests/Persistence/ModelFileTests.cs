using NeuralOde.Persistence;

namespace NeuralOde.Tests.Persistence;

public class ModelFileTests
{
    private static readonly ModelKind s_pendulum = new("pendulum", "a model of a pendulum", Version: 3);
    private static readonly ModelKind s_clock = new("clock", "a model of a clock");

    [Fact]
    public void A_file_comes_back_with_its_order_and_bits()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m");
        Make().Save(path);
        byte[] bytes = File.ReadAllBytes(path);
        var file = ModelFile.Load(path, s_clock, s_pendulum);
        Assert.Equal(("pendulum", "a model of a pendulum", 3, path), (file.Kind, file.Title, file.Version, file.Name));
        Assert.Equal(["length", "a first", "names", "widths"], file.Settings.Keys);
        Assert.Equal(0.1, file.Number("length"));
        Assert.Equal(["one", "t\"w,o", ""], file.Names("names"));
        Assert.Equal([3, 5], file.Wholes("widths", 1, 5));
        Assert.Equal("neuralode x", file.Notes["command"]);
        Assert.Equal([1.5f, -0f], file.Part("model.")["w"].ToSingles());
        file.Save(path);
        Assert.Equal(bytes, File.ReadAllBytes(path));
        Assert.Equal("pendulum", ModelFile.Load(path).Kind);
    }

    [Fact]
    public void A_file_of_another_kind_is_named_in_words()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m");
        Make().Save(path);
        ModelFileException e = Assert.Throws<ModelFileException>(() => ModelFile.Load(path, s_clock));
        Assert.Equal($"Cannot use '{path}': it is a model of a pendulum, and a model of a clock is wanted.", e.Message);
        Assert.Equal((ModelFileReason.WrongKind, s_clock), (e.Reason, Assert.Single(e.Wanted)));

        e = Assert.Throws<ModelFileException>(() => ModelFile.Load(path, s_pendulum with { Version = 2 }));
        Assert.Equal(ModelFileReason.OtherVersion, e.Reason);
        Assert.Contains("a model of a pendulum in version 3", e.Problem, StringComparison.Ordinal);

        SafeTensors.Save(path, [SafeTensor.Create("w", [1f], [1])], new Dictionary<string, string> { ["tool"] = "mine" });
        e = Assert.Throws<ModelFileException>(() => ModelFile.Load(path, s_clock, s_pendulum));
        Assert.Equal(ModelFileReason.NotModelFile, e.Reason);
        Assert.EndsWith("does not say what its tensors mean, and a model of a clock or a model of a pendulum is wanted.", e.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("neuralode.series_model", "a forecast model of series")]
    [InlineData("neuralode.latent_forecaster", "a latent forecast model of series")]
    [InlineData("neuralode.latent_classifier", "a classifier of series")]
    [InlineData("neuralode.image_classifier", "an image classifier")]
    [InlineData("neuralode.spiral_model", "a model of spirals")]
    [InlineData("neuralode.checkpoint", "a checkpoint of a training run")]
    public void A_file_of_an_earlier_format_is_named_as_what_it_is(string key, string title)
    {
        using var folder = new TemporaryFolder();
        SafeTensors.Save(folder.File("m"), [SafeTensor.Create("w", [1f], [1])], new Dictionary<string, string> { [key] = "1" });
        ModelFileException e = Assert.Throws<ModelFileException>(() => ModelFile.Load(folder.File("m"), s_clock));
        Assert.Equal(ModelFileReason.EarlierFormat, e.Reason);
        Assert.EndsWith($"it is {title} in the format of an earlier version, which is not read any more.", e.Problem, StringComparison.Ordinal);
        Assert.Equal("Train the model again.", e.Advice);
    }

    [Theory]
    [InlineData("length", "NaN")]
    [InlineData("length", "long")]
    [InlineData("widths", "3,,5")]
    [InlineData("widths", "3,6")]
    [InlineData("names", "[1]")]
    [InlineData("names", "{}")]
    [InlineData("names", "[\"\\ud800\"]")]
    [InlineData("names", "[")]
    public void A_damaged_setting_is_named_with_its_value(string name, string value)
    {
        ModelFile file = Make(name, value);
        ModelFileException e = Assert.Throws<ModelFileException>(() => (file.Number("length"), file.Wholes("widths", 1, 5), file.Names("names")));
        Assert.Equal(ModelFileReason.Damaged, e.Reason);
        Assert.Contains($"the setting '{name}' is '{value}'", e.Problem, StringComparison.Ordinal);
        Assert.Contains("'absent' is missing", Assert.Throws<ModelFileException>(() => file.Setting("absent")).Message, StringComparison.Ordinal);
        file.RequireValues(2);
        Assert.Contains("3 values or more, and it holds 2", Assert.Throws<ModelFileException>(() => file.RequireValues(3)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("neuralode.version", "x")]
    [InlineData("neuralode.version", null)]
    [InlineData("neuralode.settings", "{\"a\":1}")]
    [InlineData("neuralode.settings", "{\"a\":\"1\",\"a\":\"2\"}")]
    [InlineData("neuralode.settings", "[]")]
    [InlineData("neuralode.settings", null)]
    [InlineData("neuralode.notes", "no")]
    public void Damaged_metadata_are_told(string key, string? value)
    {
        using var folder = new TemporaryFolder();
        Make().Save(folder.File("m"));
        SafeTensorsFile file = SafeTensors.Load(folder.File("m"));
        var metadata = new Dictionary<string, string>(file.Metadata);
        metadata.Remove(key);
        if (value is not null)
        {
            metadata[key] = value;
        }

        SafeTensors.Save(folder.File("m"), file.Tensors, metadata);
        Assert.Equal(ModelFileReason.Damaged, Assert.Throws<ModelFileException>(() => ModelFile.Load(folder.File("m"), s_pendulum)).Reason);
    }

    [Fact]
    public void Any_damage_to_the_bytes_loads_or_is_a_typed_failure()
    {
        using var folder = new TemporaryFolder();
        Make().Save(folder.File("m"));
        DamagedFiles.Check(folder.File("m"), path =>
        {
            var file = ModelFile.Load(path, s_pendulum);
            _ = (file.Number("length"), file.Wholes("widths", 1, 5), file.Names("names"), file["model.w"].ToSingles());
        });
    }

    private static ModelFile Make(string name = "", string value = "")
    {
        (string Name, string Value)[] settings = [("length", "0.1"), ("a first", "é\n"), ("names", ModelFile.Text(["one", "t\"w,o", ""])), ("widths", "3,5")];
        return new ModelFile(
            s_pendulum, settings.Select(x => x.Name == name ? (name, value) : x), [SafeTensor.Create("model.w", [1.5f, -0f], [2])],
            [KeyValuePair.Create("command", "neuralode x")]);
    }
}
