namespace NeuralOde.Series.Latent;

/// <summary>
/// Tells classes of series apart by the latent state of a latent differential equation: irregular times, unequal lengths and missing values are welcome.
/// Not thread-safe.
/// </summary>
/// <example>
/// <code>
/// SeriesClassifier model = SeriesClassifierFitter.Fit(LabeledSeries.Read("JapaneseVowels_TRAIN.ts")).Classifier;
/// SeriesClassification test = model.Evaluate(LabeledSeries.Read("JapaneseVowels_TEST.ts"));
/// double accuracy = test.Accuracy;
/// </code>
/// </example>
public sealed class SeriesClassifier
{
    private const int AtOnce = 64;

    internal SeriesClassifier(SeriesClassifierNetwork network, LatentModelShape shape, LatentSeriesScaling scaling, IReadOnlyList<string> classes)
    {
        Network = network;
        Shape = shape;
        Scaling = scaling;
        Classes = [.. classes];
    }

    /// <summary>The model of standardized series on clocks of their own.</summary>
    public LatentOde Model => Network.Latent;

    /// <summary>The classes' names.</summary>
    public IReadOnlyList<string> Classes { get; }

    internal SeriesClassifierNetwork Network { get; }

    internal LatentModelShape Shape { get; }

    internal LatentSeriesScaling Scaling { get; }

    /// <summary>How likely each class is for each series, from the mean of its latent state.</summary>
    /// <param name="series">Series of the components that the model was learned from.</param>
    /// <returns><c>[series][class]</c>, each series' adding up to 1.</returns>
    /// <exception cref="SeriesException">The components differ.</exception>
    public double[][] Classify(TimeSeriesSet series)
    {
        ArgumentNullException.ThrowIfNull(series);
        Scaling.Check(series);
        using IDisposable noGradients = GradientMode.Disable();
        double[][] probabilities = new double[series.Series.Count][];
        for (int first = 0; first < probabilities.Length; first += AtOnce)
        {
            using var scope = TensorScope.Begin();
            TimeSeries[] some = [.. series.Series.Skip(first).Take(AtOnce).Select(x => Scaling.Observed(x)).Select(static x => LatentSeriesScaling.Encoded(x, x.Count))];
            Tensor logits = Network.Head.Forward(Model.Encode(SeriesBatch.From(some)).Mean);
            double[] values = (logits - logits.LogSumExp().Unsqueeze(1)).Exp().ToDoubles();
            for (int i = 0; i < some.Length; i++)
            {
                probabilities[first + i] = values[(i * Classes.Count)..((i + 1) * Classes.Count)];
            }
        }

        return probabilities;
    }

    /// <summary>Classifies series whose classes are known.</summary>
    /// <param name="series">Series of the same components; their classes are some of the model's, in any order.</param>
    /// <returns>What came out.</returns>
    /// <exception cref="SeriesException">The components differ, or there is a class that the model does not know.</exception>
    public SeriesClassification Evaluate(LabeledSeries series)
    {
        ArgumentNullException.ThrowIfNull(series);
        int[] own = [.. series.Classes.Select(name => IndexOf(name))];
        int stranger = series.Labels.FirstOrDefault(label => own[label] < 0, -1);
        SeriesException.ThrowIf(stranger >= 0, SeriesReason.UnknownClass, $"The model knows no class '{series.Classes[stranger]}'; it knows {string.Join(", ", Classes)}.");
        return new SeriesClassification(Classes, [.. series.Labels.Select(label => own[label])], Classify(series.Series));
    }

    /// <summary>The kind of file that <see cref="Save"/> writes.</summary>
    public static Persistence.ModelKind FileKind => LatentModelFile.ClassifierKind;

    /// <summary>Saves everything that classifying needs, as a safetensors file, all or nothing.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    public void Save(string path) => LatentModelFile.Save(this, path);

    /// <summary>Loads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model.</returns>
    /// <exception cref="Persistence.ModelFileException">The file holds no such model (the message says what it is), or its description is damaged.</exception>
    /// <exception cref="Persistence.SafeTensorsException">The file is no valid safetensors file, or a tensor is not as it must be.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static SeriesClassifier Load(string path) => LatentModelFile.ReadClassifier(Persistence.ModelFile.Load(path, FileKind));

    private int IndexOf(string name)
    {
        for (int i = 0; i < Classes.Count; i++)
        {
            if (Classes[i] == name)
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>How well a classifier does on series whose classes are known.</summary>
public sealed class SeriesClassification
{
    internal SeriesClassification(IReadOnlyList<string> classes, IReadOnlyList<int> labels, double[][] probabilities)
    {
        Classes = classes;
        Predicted = [.. probabilities.Select(static x => Array.IndexOf(x, x.Max()))];
        Confusion = new int[classes.Count, classes.Count];
        double loss = 0;
        for (int i = 0; i < labels.Count; i++)
        {
            Confusion[labels[i], Predicted[i]]++;
            Correct += labels[i] == Predicted[i] ? 1 : 0;

            // A probability that rounds to 0 costs as much as the smallest one.
            loss -= Math.Log(Math.Max(probabilities[i][labels[i]], double.Epsilon));
        }

        Count = labels.Count;
        Loss = loss / Count;
    }

    /// <summary>The classes' names.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The likeliest class of each series.</summary>
    public IReadOnlyList<int> Predicted { get; }

    /// <summary>How many series of class <c>[row, …]</c> were taken for class <c>[…, column]</c>.</summary>
    public int[,] Confusion { get; }

    /// <summary>The number of series.</summary>
    public int Count { get; }

    /// <summary>The number classified right.</summary>
    public int Correct { get; }

    /// <summary>The share classified right, from 0 to 1.</summary>
    public double Accuracy => (double)Correct / Count;

    /// <summary>The mean cross entropy, in nats.</summary>
    public double Loss { get; }
}
