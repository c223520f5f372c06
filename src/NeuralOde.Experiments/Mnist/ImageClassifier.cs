namespace NeuralOde.Experiments.Mnist;

/// <summary>A trained classifier of images with all that it needs to be asked: the network, the images' size and scale, and the classes' names.</summary>
public sealed partial class ImageClassifier
{
    private const string Prefix = "model.";

    /// <summary>Puts a classifier together.</summary>
    /// <param name="network">From images <c>[batch, rows, columns, 1]</c> to logits.</param>
    /// <param name="options">What the network was made from.</param>
    /// <param name="collection">What it was trained on.</param>
    /// <param name="rows">Height of an image.</param>
    /// <param name="columns">Width of an image.</param>
    public ImageClassifier(Layer network, MnistModelOptions options, ImageCollection collection, int rows = 28, int columns = 28)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(collection);
        (Network, Options, Collection, Rows, Columns) = (network, options, collection, rows, columns);
    }

    /// <summary>The kind of file that <see cref="Save"/> writes.</summary>
    public static ModelKind FileKind { get; } = new("image-classifier", "an image classifier");

    /// <summary>The network.</summary>
    public Layer Network { get; }

    /// <summary>What the network was made from.</summary>
    public MnistModelOptions Options { get; }

    /// <summary>What it was trained on: the classes' names, and how pixels become inputs.</summary>
    public ImageCollection Collection { get; }

    /// <summary>Height of an image.</summary>
    public int Rows { get; }

    /// <summary>Width of an image.</summary>
    public int Columns { get; }

    /// <summary>Reads a classifier that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <param name="change">What is to be different, such as another solver for the same parameters; nothing where null.</param>
    /// <returns>The classifier, in evaluation mode.</returns>
    /// <exception cref="ModelFileException">The file is not a classifier of images (the message says what it is), or its description is damaged.</exception>
    /// <exception cref="SafeTensorsException">The file is no valid safetensors file, or a tensor is not as it must be.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static ImageClassifier Load(string path, Func<MnistModelOptions, MnistModelOptions>? change = null)
    {
        var file = ModelFile.Load(path, FileKind);
        MnistModelOptions options;
        try
        {
            options = MnistModelOptions.Settings.FromText(new MnistModelOptions(), file.Settings);
        }
        catch (SettingException e)
        {
            throw file.Damaged(e);
        }

        string[] classes = file.Names("classes");
        if (classes.Length is < 2 or > 256)
        {
            throw file.Wrong("classes");
        }

        string name = file.Setting("collection");
        ImageCollection collection = ImageCollection.All.FirstOrDefault(x => x.Name == name) ?? new ImageCollection(name, name, classes, default, "its owner");
        collection = collection with { ClassNames = classes, Scale = new PixelScale(file.Number("pixel mean"), file.Number("pixel deviation", static x => x > 0)) };
        int least = options.Model == MnistModel.Mlp ? 1 : MnistModels.LeastSize;
        (int rows, int columns) = (file.Whole("rows", least, 1_000), file.Whole("columns", least, 1_000));
        long channels = options.Channels, blocks = options.Model == MnistModel.ResNet ? options.ResidualBlocks : 0;
        file.RequireValues(options.Model == MnistModel.Mlp ? (long)rows * columns * options.HiddenUnits : channels * channels * (32 + (18 * blocks)));
        options = change?.Invoke(options) ?? options;
        Layer network = MnistModels.Create(options, new RandomSource(0), rows, columns, classes.Length);
        network.Load(file.Part(Prefix));
        network.SwitchToEvaluation();
        return new ImageClassifier(network, options, collection, rows, columns);
    }

    /// <summary>Writes the classifier to a safetensors file, all or nothing.</summary>
    /// <param name="path">The file; an existing one is replaced once the new one is whole.</param>
    /// <param name="notes">Further text to keep with it, such as the command that made it.</param>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    public void Save(string path, IReadOnlyDictionary<string, string>? notes = null) => new ModelFile(
        FileKind,
        [
            ("collection", Collection.Name),
            ("classes", ModelFile.Text(Collection.ClassNames)),
            ("rows", Rows.ToString(CultureInfo.InvariantCulture)),
            ("columns", Columns.ToString(CultureInfo.InvariantCulture)),
            ("pixel mean", Collection.Scale.Mean.ToString(CultureInfo.InvariantCulture)),
            ("pixel deviation", Collection.Scale.Deviation.ToString(CultureInfo.InvariantCulture)),
            .. MnistModelOptions.Settings.ToText(Options),
        ],
        Network.ToTensors(Prefix),
        notes).Save(path);

    /// <summary>The probability of each class.</summary>
    /// <param name="image">Pixels row by row from the top, 0 black to 255 white.</param>
    /// <returns>Probabilities that add up to 1, in the order of the classes.</returns>
    /// <exception cref="ArgumentException">The image is of another size.</exception>
    public double[] Classify(ReadOnlySpan<byte> image) => Probabilities(Inputs(image, 1))[0];

    /// <summary>The probability of each class for each of several images.</summary>
    /// <param name="images">Images one after the other, each row by row from the top, 0 black to 255 white.</param>
    /// <param name="batchSize">Images at a time, at least 1.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>For each image, probabilities that add up to 1, in the order of the classes.</returns>
    /// <exception cref="ArgumentException">The pixels are not those of whole images.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public double[][] ClassifyAll(ReadOnlySpan<byte> images, int batchSize = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        int size = Rows * Columns, count = images.Length / size;
        ArgumentException.ThrowIf(
            images.Length != count * size,
            $"This classifier takes images of {Rows} rows and {Columns} columns, which are {size} pixels; {images.Length} are not a whole number of them.", nameof(images));
        double[][] all = new double[count][];
        for (int first = 0; first < count; first += batchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = TensorScope.Begin();
            int part = Math.Min(batchSize, count - first);
            Probabilities(Inputs(images.Slice(first * size, part * size), part)).CopyTo(all, first);
        }

        return all;
    }

    private double[][] Probabilities(Tensor inputs)
    {
        int classes = Collection.ClassNames.Count;
        return Evaluating(() =>
        {
            Tensor logits = Network.Forward(inputs);
            ClassifierStep.CheckLogits(logits, inputs.Shape[0], classes);
            return logits.ToDouble().SoftMax().ToArray<double>().Chunk(classes).ToArray();
        });
    }
}
