namespace NeuralOde.Experiments.Mnist.PaperTable;

/// <summary>What the paper has in a row of its table (Chen et al. 2018, table 1).</summary>
/// <param name="Error">Test error in percent.</param>
/// <param name="Parameters">Parameters, in millions.</param>
/// <param name="Memory">How memory grows; empty where it says nothing.</param>
/// <param name="Time">How time grows, likewise.</param>
internal sealed record PublishedRow(string Error, string Parameters, string Memory, string Time);

/// <summary>A row of the table before anything is trained.</summary>
/// <param name="Title">What it is called.</param>
/// <param name="Run">The name of its runs' files, without the seed.</param>
/// <param name="Model">The classifier.</param>
/// <param name="Epochs">How long it is trained.</param>
/// <param name="Published">What the paper has.</param>
internal sealed record MnistTableRow(string Title, string Run, MnistModelOptions Model, int Epochs, PublishedRow Published)
{
    private const int Epoch = 5;
    private const int PerceptronEpochs = 20;

    /// <summary>The rows, in the paper's order.</summary>
    public static IReadOnlyList<MnistTableRow> All { get; } =
    [
        new("1-layer MLP", "mlp", MnistModelOptions.Default(MnistModel.Mlp), PerceptronEpochs, new("1.60", "0.24 M", "", "")),
        new("ResNet", "resnet", MnistModelOptions.Default(MnistModel.ResNet), Epoch, new("0.41", "0.60 M", "O(L)", "O(L)")),
        new("RK-Net (our default ODE-Net: direct gradient)", "odenet", MnistModelOptions.Default(MnistModel.OdeNet), Epoch, new("0.47", "0.22 M", "O(L̃)", "O(L̃)")),
        new("ODE-Net (published steps, adjoint)", "odenet-published", MnistModelOptions.Published(MnistModel.OdeNet), Epoch, new("0.42", "0.22 M", "O(1)", "O(L̃)")),
    ];

    public string File(string folder, long seed) => Path.Combine(folder, FormattableString.Invariant($"{Run}-{seed}.checkpoint.safetensors"));
}

/// <summary>A finished run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Test">How the model after the last epoch does on the test images.</param>
/// <param name="Elapsed">The time of training, as the run has recorded it.</param>
internal sealed record MnistTableEntry(long Seed, ClassifierEvaluation Test, TimeSpan Elapsed);

/// <summary>A row with what came out.</summary>
/// <param name="Row">What was trained.</param>
/// <param name="Entries">The finished runs.</param>
/// <param name="Cost">What a training step takes.</param>
internal sealed record MnistTableResult(MnistTableRow Row, IReadOnlyList<MnistTableEntry> Entries, TrainingStepCost Cost)
{
    public IEnumerable<double> Errors => Entries.Select(static x => 1 - x.Test.Accuracy);
}

/// <summary>What a training step takes as a model gets deeper.</summary>
/// <param name="Title">The model.</param>
/// <param name="Unit">What is counted: blocks or steps.</param>
/// <param name="Costs">The count, and what a step takes.</param>
internal sealed record DepthSeries(string Title, string Unit, IReadOnlyList<(int Count, TrainingStepCost Cost)> Costs)
{
    /// <summary>The bytes that one more takes, by the first and the last.</summary>
    public double BytesEach => (double)(Costs[^1].Cost.PeakBytes - Costs[0].Cost.PeakBytes) / (Costs[^1].Count - Costs[0].Count);

    /// <summary>How much more the last takes than the first, as a share.</summary>
    public double Growth => ((double)Costs[^1].Cost.PeakBytes / Costs[0].Cost.PeakBytes) - 1;
}

/// <summary>All of the table.</summary>
internal sealed record MnistTable(MnistData Data, ImageCollection Collection, int BatchSize, IReadOnlyList<MnistTableResult> Rows, IReadOnlyList<DepthSeries> Depths);
