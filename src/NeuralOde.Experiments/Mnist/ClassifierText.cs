namespace NeuralOde.Experiments.Mnist;

/// <summary>A classifier and its training in words.</summary>
internal static class ClassifierText
{
    /// <summary>A classifier's name as the articles write it.</summary>
    public static string Title(MnistModelOptions model) => model.Model switch
    {
        MnistModel.OdeNet => "ODE-Net",
        MnistModel.RkNet => "RK-Net",
        MnistModel.ResNet => "ResNet",
        _ => "multilayer perceptron",
    };

    /// <summary>A classifier in a few words.</summary>
    public static string Model(MnistModelOptions model) => model.Model switch
    {
        MnistModel.Mlp => $"multilayer perceptron, {model.HiddenUnits} hidden units",
        MnistModel.ResNet => $"ResNet, {model.ResidualBlocks} blocks, {Normalization(model)}",
        _ => $"{Title(model)}, {new SolverChoice(model.Solver, model.Steps, model.Gradient)}, {model.Gradient.Name} gradient, {Normalization(model)}",
    };

    /// <summary>The settings of a classifier's training.</summary>
    public static IReadOnlyList<(string Name, string Value)> Settings(MnistOutcome outcome) =>
    [
        (
            "data",
            $"{outcome.Collection.Title}, {InWords.Whole(outcome.Data.Training.Count)} training "
                + $"images{(outcome.Data.Validation is { } held ? $", {InWords.Whole(held.Count)} held out" : "")}, {InWords.Whole(outcome.Data.Test.Count)} test images"),
        ("classifier", Model(outcome.Model)),
        ("parameters", InWords.Whole(outcome.Network.Parameters.ValueCount)),
        .. MnistModelOptions.Settings.Describe(outcome.Model),
        ("optimizer", "adam"),
        .. ImageTrainingOptions.Settings.Describe(outcome.Training),
        ("threads", InWords.Whole(ComputeSettings.Current.MaxThreads)),
    ];

    private static string Normalization(MnistModelOptions model) => model.Normalization == MnistNormalization.Mixed
        ? "batch normalization, group normalization in the field"
        : $"{model.Normalization.ToString().ToLowerInvariant()} normalization";
}
