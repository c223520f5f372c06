using System.Xml.Linq;
using NeuralOde.Cli.Shell;
using NeuralOde.Experiments.Commands;
using NeuralOde.Experiments.Images;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Layers;
using NeuralOde.Persistence;
using NeuralOde.Reports;
using NeuralOde.Tensors;

namespace NeuralOde.Cli.Tests;

public class PredictCommandTests
{
    [Fact]
    public void A_picture_is_classified_and_its_features_are_shown_in_time()
    {
        using TemporaryFolder folder = WithModel();
        WritePng(folder.File("one.png"), 60, 40, static (row, column) => column is > 18 and < 23 && row is > 8 and < 50 ? 0 : 1);
        var run = ToolRun.Of("predict", folder.File("m.safetensors"), folder.File("one.png"), "--report", folder.File("r.html"), "--out", folder.File("p.csv"));
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Empty(run.Error);

        var classifier = ImageClassifier.Load(folder.File("m.safetensors"));
        double[] expected = classifier.Classify(DigitImage.From(PngFile.ReadGray(folder.File("one.png"))));
        int likeliest = Array.IndexOf(expected, expected.Max());
        Assert.Contains($"one.png: {likeliest} (", run.Out);
        Assert.Equal(10, run.Out.Split('\n').Count(x => x.StartsWith("  ", StringComparison.Ordinal)));
        string[] row = File.ReadAllLines(folder.File("p.csv"))[1].Split(',');
        Assert.Equal(likeliest.ToString(), row[1]);
        Assert.Equal(expected, row[3..].Select(x => double.Parse(x, System.Globalization.CultureInfo.InvariantCulture)));

        var report = XDocument.Parse(File.ReadAllText(folder.File("r.html")).Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        Assert.Contains("The features in time", report.Root!.Value);

        // The picture, what the model sees, and 4 channels at 11 times, drawn for wide and for narrow pages.
        Assert.Equal(2 * (2 + (4 * 11)), report.Descendants().Count(x => x.Name.LocalName == "image"));
    }

    [Fact]
    public void Images_of_an_idx_file_are_classified_and_counted_by_their_labels()
    {
        using TemporaryFolder folder = WithModel();
        IdxBytes.WriteSet(folder.File("data"), training: 3, test: 25, rows: 28, columns: 28);
        string images = folder.File("data/t10k-images-idx3-ubyte"), labels = folder.File("data/t10k-labels-idx1-ubyte");
        var run = ToolRun.Of("predict", folder.File("m.safetensors"), images, "--labels", labels, "--out", folder.File("p.csv"), "--report", folder.File("r.html"));
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("and 5 more", run.Out);
        Assert.Contains("of 25 right", run.Out);
        string[] lines = File.ReadAllLines(folder.File("p.csv"));
        Assert.Equal(26, lines.Length);
        Assert.StartsWith("image,class,name,label,p(0),p(1)", lines[0]);
        var classifier = ImageClassifier.Load(folder.File("m.safetensors"));
        ImageDataset test = ImageCollection.Mnist.Load(folder.File("data"), ImageSplit.Test);
        int correct = Enumerable.Range(0, 25).Count(i => Array.IndexOf(classifier.Classify(test.Image(i)), classifier.Classify(test.Image(i)).Max()) == test.Labels[i]);
        Assert.Contains($"{correct} of 25 right", run.Out);
        Assert.DoesNotContain("right", ToolRun.Of("predict", folder.File("m.safetensors"), images).Out);
    }

    [Fact]
    public void Another_solver_may_be_named()
    {
        using TemporaryFolder folder = WithModel();
        WritePng(folder.File("one.png"), 28, 28, static (row, column) => column is > 12 and < 16 && row is > 4 and < 22 ? 1 : 0);
        var euler = ImageClassifier.Load(folder.File("m.safetensors"), x => x with { Solver = new Solvers.Euler(), Steps = Solvers.FixedSteps.OfLength(0.25) });
        double expected = euler.Classify(DigitImage.From(PngFile.ReadGray(folder.File("one.png")))).Max();
        var run = ToolRun.Of("predict", folder.File("m.safetensors"), folder.File("one.png"), "--solver", "euler", "--step", "0.25");
        Assert.Contains($"({ProgressText.Percent(expected)})", run.Out);
        Assert.Equal(ExitCode.Success, ToolRun.Of("predict", folder.File("m.safetensors"), folder.File("one.png"), "--solver", "dopri5", "--rtol", "1e-3").ExitCode);
    }

    [Fact]
    public void What_is_wrong_is_told_with_what_to_do()
    {
        using TemporaryFolder folder = WithModel();
        string model = folder.File("m.safetensors");
        IdxBytes.WriteSet(folder.File("data"), training: 3, test: 4, rows: 28, columns: 28);
        IdxBytes.WriteSet(folder.File("small"), training: 3, test: 4);
        WritePng(folder.File("gray.png"), 30, 30, static (_, _) => 0.5);
        File.WriteAllText(folder.File("text.png"), "This is no picture.");
        string images = folder.File("data/t10k-images-idx3-ubyte");
        Assert.Contains("There is no file", Fault(folder.File("none.safetensors"), images));
        Assert.Contains("an image classifier is wanted. Use a file that 'neuralode experiment mnist --save' wrote.", Fault(WithSeries(folder), images));
        Assert.Contains("There is no file", Fault(model, folder.File("none.png")));
        Assert.Contains("one brightness everywhere", Fault(model, folder.File("gray.png")));
        Assert.Contains("neither a PNG picture nor an idx file", Fault(model, folder.File("text.png")));
        Assert.Contains("It is a file of labels", Fault(model, folder.File("data/t10k-labels-idx1-ubyte")));
        Assert.Contains("takes one or more of 28x28", Fault(model, folder.File("small/t10k-images-idx3-ubyte")));
        Assert.Contains("3 labels", Fault(model, images, "--labels", folder.File("data/train-labels-idx1-ubyte")));
        Assert.Contains("goes with an idx file", Fault(model, folder.File("gray.png"), "--labels", images));
        Assert.Contains("rk4 has no error estimate", Fault(model, images, "--rtol", "1e-3"));
        Assert.Contains("would replace the file that is read", Fault(model, images, "--report", model));
        Save(folder.File("mlp.safetensors"), new MnistModelOptions { Model = MnistModel.Mlp, HiddenUnits = 4 }, ImageCollection.FashionMnist);
        Assert.Contains("solves no equation, so it takes no --solver", Fault(folder.File("mlp.safetensors"), images, "--solver", "euler"));
        Assert.Contains("this model of Fashion-MNIST takes 28x28", Fault(folder.File("mlp.safetensors"), folder.File("gray.png")));

        static string Fault(params string[] arguments)
        {
            var run = ToolRun.Of(["predict", .. arguments]);
            Assert.Equal(ExitCode.Usage, run.ExitCode);
            Assert.Empty(run.Out);
            Assert.DoesNotContain("   at ", run.Error);
            return run.Error;
        }
    }

    [Fact]
    public void Every_command_names_a_model_of_another_kind_in_words()
    {
        using TemporaryFolder folder = WithModel();
        string images = folder.File("m.safetensors"), series = folder.File("s.safetensors"), data = folder.File("d.csv");
        File.WriteAllText(data, "t,x\n0,1\n1,2\n2,1\n3,2\n");
        Assert.Equal(ExitCode.Success, ToolRun.Of("fit", data, "--hold-out", "none", "--iterations", "2", "--save", series).ExitCode);

        Assert.Contains(
            "it is a forecast model of series, and an image classifier is wanted. Use a file that 'neuralode experiment mnist --save' wrote.",
            ToolRun.Of("predict", series, data).Error);
        Assert.Contains(
            "it is an image classifier, and an automatic forecast of series or a forecast model of series or an ensemble of forecast models of series or a latent "
                + "forecast model of series is wanted. Use a file that 'neuralode fit --save' wrote.",
            ToolRun.Of("forecast", images, "--until", "9", "--step", "1").Error);
        Assert.Contains("it is a forecast model of series, and an image classifier is wanted.", ToolRun.Of("experiment", "mnist-characteristics", series).Error);
        Assert.Contains("it is an image classifier, and a model of spirals is wanted.", ToolRun.Of("experiment", "latent-spirals", "--no-report", "--load", images).Error);

        Persistence.SafeTensors.Save(series, [], new Dictionary<string, string> { ["neuralode.series_model"] = "{}" });
        var earlier = ToolRun.Of("forecast", series, "--until", "9", "--step", "1");
        Assert.Equal(ExitCode.Usage, earlier.ExitCode);
        Assert.Contains("it is a forecast model of series in the format of an earlier version", earlier.Error);
    }

    private static TemporaryFolder WithModel()
    {
        var folder = new TemporaryFolder();
        Save(folder.File("m.safetensors"), new MnistModelOptions { Channels = 4 }, ImageCollection.Mnist);
        return folder;
    }

    private static void Save(string path, MnistModelOptions model, ImageCollection collection) =>
        new ImageClassifier(MnistModels.Create(model, new RandomSource(1)), model, collection).Save(path);

    private static string WithSeries(TemporaryFolder folder)
    {
        new Layers.Linear(2, 2).Save(folder.File("linear.safetensors"));
        return folder.File("linear.safetensors");
    }

    private static void WritePng(string path, int rows, int columns, Func<int, int, double> brightness)
    {
        // The report's images are PNG files, so that no second writer is needed.
        IEnumerable<double> values = Enumerable.Range(0, rows * columns).Select(i => brightness(i / columns, i % columns));
        string svg = new ImageGrid { Images = [new GridImage(columns, rows, [.. values])] }.ToSvg();
        string start = "base64,";
        int at = svg.IndexOf(start, StringComparison.Ordinal) + start.Length;
        File.WriteAllBytes(path, Convert.FromBase64String(svg[at..svg.IndexOf('"', at)]));
    }
}
