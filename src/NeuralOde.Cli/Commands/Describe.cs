using System.Globalization;
using NeuralOde.Cli.CommandLine;
using NeuralOde.Experiments;
using NeuralOde.Nn;
using NeuralOde.Optimizers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Cli.Commands;

/// <summary>An experiment's settings and outcome in words.</summary>
internal static class Describe
{
    public static string Field(DynamicsExperimentOptions settings)
    {
        string of = settings.CubesState ? " of z³" : "";
        return settings.Field == LearnedField.Linear
            ? $"a 2x2 matrix{of}"
            : $"network 2-{string.Join('-', settings.Hidden)}-2, {(settings.Activation == Activation.Elu || settings.Activation == Activation.Relu ? settings.Activation.Name.ToUpperInvariant() : settings.Activation.Name.ToLowerInvariant())}{of}";
    }

    public static string Solver(DynamicsExperimentOptions settings) => new SolverChoice(settings.Solver, settings.Steps, settings.Gradient).ToString();

    public static IReadOnlyList<(string Name, string Value)> Settings(DynamicsExperimentOptions settings) =>
    [
        ("system", $"{settings.Dynamics.Name}: {settings.Dynamics.Equation}"),
        ("initial state", $"({string.Join(", ", settings.Dynamics.Initial.Select(Number))})"),
        ("observations", $"{settings.Dynamics.Times().Length} on [0, {Number(settings.Dynamics.End)}], noise {Number(settings.Dynamics.Noise)}, from {(settings.DataSolver is null ? "a solve at 1e-10" : new SolverChoice(settings.DataSolver, settings.DataSteps!, settings.Gradient).ToString())}"),
        ("learned field", Field(settings)),
        ("solver", Solver(settings)),
        ("gradient", settings.Gradient.Name),
        ("windows", Windows(settings)),
        ("loss", settings.Loss == LossMeasure.MeanSquared ? "mean squared difference" : "mean absolute difference"),
        ("optimizer", Optimizer(settings)),
        ("iterations", settings.Iterations.ToString("N0", CultureInfo.InvariantCulture)),
        ("seed", settings.Seed.ToString(CultureInfo.InvariantCulture)),
    ];

    public static IReadOnlyList<(string Name, string Value)> Outcome(DynamicsExperimentResult result) =>
    [
        ("kept model", $"after iteration {result.BestIteration.ToString("N0", CultureInfo.InvariantCulture)}, by its error against the observations"),
        ("error of the model after the last iteration", Number(result.LastError)),
        ("skipped iterations (failed solves)", result.FailedSolves.ToString("N0", CultureInfo.InvariantCulture)),
        ("evaluations of the field an iteration, forward", ((double)result.Evaluated / Math.Max(1, result.Iterations - result.FailedSolves)).ToString("0.0", CultureInfo.InvariantCulture)),
        .. Matrix(result),
    ];

    /// <summary>A classifier's name as the articles write it.</summary>
    public static string ClassifierTitle(MnistModelOptions model) => model.Model switch
    {
        MnistModel.OdeNet => "ODE-Net",
        MnistModel.RkNet => "RK-Net",
        MnistModel.ResNet => "ResNet",
        _ => "multilayer perceptron",
    };

    /// <summary>A classifier in a few words.</summary>
    public static string Classifier(MnistModelOptions model) => model.Model switch
    {
        MnistModel.Mlp => $"multilayer perceptron, {model.HiddenUnits} hidden units",
        MnistModel.ResNet => $"ResNet, {model.ResidualBlocks} blocks, {Normalization(model)}",
        _ => $"{ClassifierTitle(model)}, {new SolverChoice(model.Solver, model.Steps, model.Gradient)}, {model.Gradient.Name} gradient, {Normalization(model)}",
    };

    /// <summary>The settings of a classifier's training.</summary>
    public static IReadOnlyList<(string Name, string Value)> Classification(MnistOutcome outcome)
    {
        ImageTrainingOptions training = outcome.Training;
        List<(string, string)> settings =
        [
            ("data", $"{outcome.Collection.Title}, {Whole(outcome.Data.Training.Count)} training images{(outcome.Data.Validation is { } held ? $", {Whole(held.Count)} held out" : "")}, {Whole(outcome.Data.Test.Count)} test images"),
            ("classifier", Classifier(outcome.Model)),
            ("parameters", Whole(outcome.Network.Parameters.ValueCount)),
            ("optimizer", $"adam, learning rate {Number(training.LearningRate)}{ScheduleAndBound(training.Schedule, training.GradientNormBound)}"),
            ("epochs", Whole(training.Epochs)),
            ("batch", $"{Whole(training.Batches.BatchSize)} images{(training.Batches.MaxShift > 0 ? $", each moved by up to {training.Batches.MaxShift} pixels" : "")}"),
            ("seed", training.Batches.Seed.ToString(CultureInfo.InvariantCulture)),
            ("threads", Whole(ComputeSettings.Current.MaxThreads)),
        ];
        if (outcome.Model.Model != MnistModel.Mlp)
        {
            settings.Insert(2, ("channels", Whole(outcome.Model.Channels)));
        }

        return settings;
    }

    /// <summary>A model of spirals in a few words.</summary>
    public static string SpiralModel(LatentSpiralsOptions options) => options.Decoder == SpiralDecoder.Ode
        ? $"latent ODE, {new SolverChoice(options.Solver, options.Steps, options.Gradient)}, {options.Gradient.Name} gradient"
        : "recurrent network";

    /// <summary>The settings of a model of spirals; how it was trained only where that is known.</summary>
    public static IReadOnlyList<(string Name, string Value)> Spirals(SpiralModelOutcome model)
    {
        LatentSpiralsOptions options = model.Options;
        LatentTrainingOptions training = options.Training;
        List<(string, string)> settings =
        [
            ("model", SpiralModel(options)),
            ("parameters", Whole(model.Model.Parameters.ValueCount)),
            ("encoder", $"GRU of {Whole(options.Hidden)} units, backward in time, to a latent state of {Whole(options.Latent)} components"),
            ("decoder", options.Decoder == SpiralDecoder.Ode
                ? $"field {options.Latent}-{options.FieldHidden}-{options.FieldHidden}-{options.Latent}, ELU; linear view {options.Latent}-{options.FieldHidden}-2"
                : $"GRU of {Whole(options.Hidden)} units that reads its own output and the time since"),
            ("likelihood deviation", Number(options.LikelihoodDeviation)),
            ("spirals", $"{Whole(options.TrainingCount)} to learn from, {Whole(options.ValidationCount)} to keep the best model by, {Whole(options.TestCount)} to measure on; noise {Number(SpiralSet.NoiseDeviation)}"),
            ("seed", training.Seed.ToString(CultureInfo.InvariantCulture)),
        ];
        if (model.Training is not null)
        {
            settings.AddRange(
            [
                ("optimizer", $"adam, learning rate {Number(training.LearningRate)}{ScheduleAndBound(training.Schedule, training.GradientNormBound)}"),
                ("iterations", $"{Whole(training.Iterations)}, batches of {Whole(options.BatchSize)}; observations out of {(options.ShortestSpan < 100 ? $"{Whole(options.ShortestSpan)} to " : "")}100 consecutive points"),
                ("validation", $"every {Whole(training.ValidationInterval)} iterations{(training.Patience is int patience ? $", stopped after {Whole(patience)} without a better model" : "")}"),
                ("skipped iterations", Whole(model.Training.FailedSteps)),
            ]);
        }

        settings.Add(("threads", Whole(ComputeSettings.Current.MaxThreads)));
        return settings;
    }

    private static string Normalization(MnistModelOptions model) => model.Normalization == MnistNormalization.Mixed
        ? "batch normalization, group normalization in the field"
        : $"{model.Normalization.ToString().ToLowerInvariant()} normalization";

    private static IEnumerable<(string Name, string Value)> Matrix(DynamicsExperimentResult result)
    {
        if (result.Options.Field == LearnedField.Linear)
        {
            double[] a = result.Model.Parameters[0].ToDoubles();
            yield return ("learned matrix", $"A = [[{Number(a[0])}, {Number(a[1])}], [{Number(a[2])}, {Number(a[3])}]]");
        }
    }

    private static string Windows(DynamicsExperimentOptions settings)
    {
        WindowOptions windows = settings.Windows;
        string length = windows.MinDuration == windows.MaxDuration
            ? $"{Number(windows.MinDuration)} units of time"
            : $"{Number(windows.MinDuration)} to {Number(windows.MaxDuration)} units of time";
        return $"{windows.Count} an iteration, each of {length}, at most {windows.MaxPoints} observations";
    }

    private static string Optimizer(DynamicsExperimentOptions settings) =>
        settings.Optimizer.ToString().ToLowerInvariant()
        + $", learning rate {Number(settings.LearningRate)}"
        + ScheduleAndBound(settings.Schedule, settings.GradientNormBound);

    private static string ScheduleAndBound(LearningRateSchedule schedule, double? bound) =>
        (schedule == LearningRateSchedule.Constant ? ", constant" : ", cosine decay to 0") + (bound is double norm ? $", gradient norm at most {Number(norm)}" : "");

    private static string Whole(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A setting, in as few digits as it has.</summary>
    public static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
