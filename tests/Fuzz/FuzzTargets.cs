using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using NeuralOde.Equations;
using NeuralOde.Experiments.Images;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Experiments.Tests.Images;
using NeuralOde.Layers;
using NeuralOde.Persistence;
using NeuralOde.Series;
using NeuralOde.Series.Fitting;
using NeuralOde.Series.Latent;
using NeuralOde.Series.Latent.Fitting;
using NeuralOde.Series.Models;
using NeuralOde.Series.Tables;
using NeuralOde.Tensors;
using NeuralOde.TestSupport;

namespace NeuralOde.Fuzz;

/// <summary>Every reader of files that come from elsewhere.</summary>
internal static class FuzzTargets
{
    private const string Table = "Date;Group;\"x; z\";y\n2020-01-01;a;1.5e3;NA\n2020-01-03;a;2;3\n# a comment\n2020-01-04;b;3;4\n2020-01-05;b;;5\n";
    private const string Equations = "d/dt(depot) = -ka*depot\nC' = ka*depot/V - if(C > 1, CL, 2)/V*C\nka = 1 in (0.01, 10)\nV = 30 > 0 ~ lognormal(3.4, 0.5)\nCL = 2 per series\n"
        + "covariate WT = 70\ninput u: constant\ndose AMT -> depot lag 0.5\nwhen C > 3: C = C/2\nobserve conc = C*u/WT: combined(0.1, cv) below 0.05\ncv = 0.2 > 0\nstart -1\n";
    private const string Labeled = "@problemName Slopes\n@timeStamps false\n@univariate false\n@classLabel true up down\n@data\n1,2,3:3,?,1:up\n3,2.5,1:1,2,3:down\n";

    // Some readers take a path alone. Memory, where there is such a folder: the disk would be the slowest part.
    private static readonly string s_file = Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"neuralode-fuzz-{Environment.ProcessId}"));

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("csv", static () =>
            [Utf8(Table), Utf8("t,x\r\n0,1\r\n1,2\r\n2,4\r\n"), [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("t\tx\n0\t1\n")]],
            FromFile(ReadTable)),
        new("equations", static () => [Utf8(Equations)], static x => EquationModel.Parse(EquationModel.Parse(Encoding.UTF8.GetString(x), "fuzz.ode").ToString(), "again.ode")),
        new("ts", static () => [Utf8(Labeled), Utf8("@problemName A\n@classLabel true 1 2\n@data\n1,2:1\n3,4:2\n")], static x => LabeledSeries.Read(Text(x), "fuzz.ts")),
        new("png", Pictures, static x => PngFile.ReadGray(WithChecksums(x), "fuzz.png")),
        new("idx", static () =>
            [IdxBytes.Of([2, 2, 3], [.. "abcdefghijkl"u8]), IdxBytes.Of([3], 1, 2, 3), IdxBytes.Compress(IdxBytes.Of([1, 2], 7, 8))],
            static x => IdxFile.Read(new MemoryStream(x), "fuzz.idx")),
        new("safetensors", static () => [Saved(static x => SafeTensors.Save(x, Tensors(), new Dictionary<string, string> { ["key"] = "värde" }))], ReadTensors),
        new("series-model", static () =>
            [Saved(static x => SeriesFitter.Fit(Series().Series, new SeriesFitOptions { Iterations = 1, Widths = [2] }).Model.Save(x))],
            FromFile(static x => SeriesModel.Load(x))),
        new("latent-model", static () => [Saved(static x => LatentSeriesFitter.Fit(Series().Series, SmallFit).Forecaster.Save(x))], FromFile(static x => LatentForecaster.Load(x))),
        new("series-classifier", static () =>
            [Saved(static x => SeriesClassifierFitter.Fit(Series(), SmallFit).Classifier.Save(x))],
            FromFile(static x => SeriesClassifier.Load(x))),
        new("image-classifier", Classifiers, FromFile(static x => ImageClassifier.Load(x))),
    ];

    private static LatentFitOptions SmallFit => new() { Iterations = 1, EncoderUnits = 2, LatentStates = 2, Widths = [2] };

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static StringReader Text(byte[] content) => new(Encoding.UTF8.GetString(content));

    private static void ReadTable(string path)
    {
        var table = CsvTable.Read(path);
        TimeSeriesSet.FromTable(table, new TimeSeriesOptions { MinimumPoints = 1, SeriesColumn = table.Columns.Contains("Group") ? "Group" : null });
    }

    /// <summary>What is read is written and read again, and is the same.</summary>
    private static void ReadTensors(byte[] content)
    {
        SafeTensorsFile first = SafeTensors.Load(new MemoryStream(content), "fuzz.safetensors");
        using var written = new MemoryStream();
        SafeTensors.Save(written, first.Tensors, first.Metadata);
        written.Position = 0;
        SafeTensorsFile second = SafeTensors.Load(written, "again.safetensors");
        foreach (SafeTensor tensor in first.Tensors)
        {
            SafeTensor other = second[tensor.Name];
            if (other.Type != tensor.Type || !other.Shape.SequenceEqual(tensor.Shape) || !other.Bytes.SequenceEqual(tensor.Bytes))
            {
                throw new InvalidDataException($"{tensor} came back as {other}.");
            }
        }
    }

    private static IEnumerable<byte[]> Pictures()
    {
        int[,,] Samples(int channels, int most) => Fill(new int[5, 6, channels], most);
        yield return PngBytes.Of(Samples(1, 255), colorType: 0, depth: 8);
        yield return PngBytes.Of(Samples(1, 1), colorType: 0, depth: 1, interlaced: true);
        yield return PngBytes.Of(Samples(3, 255), colorType: 2, depth: 8);
        yield return PngBytes.Of(Samples(1, 3), colorType: 3, depth: 2, palette: [0, 0, 0, 90, 90, 90, 200, 0, 0, 255, 255, 255], transparency: [0, 128]);
        yield return PngBytes.Of(Samples(4, 65_535), colorType: 6, depth: 16);
    }

    private static int[,,] Fill(int[,,] samples, int most)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i / samples.GetLength(2) / 6, i / samples.GetLength(2) % 6, i % samples.GetLength(2)] = i * 37 % (most + 1);
        }

        return samples;
    }

    /// <summary>The same with sound checksums, which no chance would hit: the fuzzer is to reach what lies behind them.</summary>
    private static byte[] WithChecksums(byte[] picture)
    {
        byte[] mended = [.. picture];
        for (int at = 8; at + 12 <= mended.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(mended.AsSpan(at));
            if (length < 0 || length > mended.Length - at - 12)
            {
                break;
            }

            BinaryPrimitives.WriteUInt32BigEndian(mended.AsSpan(at + 8 + length), Crc32.Of(mended.AsSpan(at + 4, 4 + length), []));
            at += 12 + length;
        }

        return mended;
    }

    private static SafeTensor[] Tensors() =>
        [SafeTensor.Create<float>("a", [1, 2, 3, 4], [2, 2]), SafeTensor.Create<long>("b", [], [0, 3]), SafeTensor.Create<double>("c", [5], [])];

    private static LabeledSeries Series() => LabeledSeries.Read(
        Text(Utf8("@problemName A\n@classLabel true up down\n@data\n1,2,3,4,5,6:up\n6,5,4,3,2,1:down\n2,3,4,5,6,7:up\n7,6,5,4,3,2:down\n")), "seed.ts");

    private static IEnumerable<byte[]> Classifiers()
    {
        foreach (MnistModel model in Enum.GetValues<MnistModel>())
        {
            MnistModelOptions options = MnistModelOptions.Default(model) with { Channels = 2, ResidualBlocks = 1, HiddenUnits = 2 };
            Layer network = MnistModels.Create(options, new RandomSource(0), 12, 12);
            yield return Saved(x => new ImageClassifier(network, options, ImageCollection.Mnist, 12, 12).Save(x));
        }
    }

    private static byte[] Saved(Action<string> save)
    {
        using var folder = new TemporaryFolder();
        save(folder.File("seed"));
        return File.ReadAllBytes(folder.File("seed"));
    }

    private static Action<byte[]> FromFile(Action<string> read) => content =>
    {
        File.WriteAllBytes(s_file, content);
        read(s_file);
    };
}
