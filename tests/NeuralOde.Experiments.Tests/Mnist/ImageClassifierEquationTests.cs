using NeuralOde.Experiments.Images;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Layers;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Sensitivities;
using NeuralOde.Settings;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Experiments.Tests.Mnist;

public class ImageClassifierEquationTests
{
    private static readonly ImageDataset s_images = Make(40);

    [Fact]
    public void The_evolution_starts_with_the_features_and_ends_with_the_classification()
    {
        ImageClassifier classifier = Trained(new MnistModelOptions { Channels = 4 });
        FeatureEvolution evolution = classifier.Evolve(s_images.Image(3), [0, 0.5, 1]);
        Assert.Equal((2, 2, 4), (evolution.Rows, evolution.Columns, evolution.Channels));

        // The steps of the evolution are those of the classifier, two of 0.5.
        Assert.Equal(classifier.Classify(s_images.Image(3)), evolution.Probabilities[^1]);
        Assert.All(evolution.Probabilities, x => Assert.Equal(1, x.Sum(), 1e-12));
        Assert.Equal(evolution.States[1][(3 * 4) + 2], (float)evolution.Map(1, 2)[3]);
        int[] order = [.. evolution.ByMotion()];
        Assert.Equal(Enumerable.Range(0, 4), order.Order());
        Assert.True(Motion(order[0]) >= Motion(order[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => evolution.Map(3, 0));

        double Motion(int channel) => evolution.Map(0, channel).Zip(evolution.Map(2, channel), (a, b) => (a - b) * (a - b)).Sum();
    }

    [Fact]
    public void What_cannot_evolve_is_told()
    {
        ImageClassifier classifier = Trained(new MnistModelOptions { Model = MnistModel.Mlp, HiddenUnits = 3 });
        Assert.Contains("solves no equation", Assert.Throws<InvalidOperationException>(() => classifier.Evolve(s_images.Image(0), [0, 1])).Message);
        Assert.Contains("the first is 0", Assert.Throws<ArgumentException>(() => classifier.Evolve(s_images.Image(0), [0.1, 1])).Message);
        Assert.Contains("12 columns", Assert.Throws<ArgumentException>(() => classifier.Evolve(new byte[5], [0, 1])).Message);
        Assert.Contains("whole number", Assert.Throws<ArgumentException>(() => classifier.ClassifyAll(new byte[5])).Message);
    }

    [Fact]
    public void Many_images_are_classified_as_each_alone()
    {
        ImageClassifier classifier = Trained(new MnistModelOptions { Channels = 4 });
        classifier.Network.SwitchToTraining();
        double[][] all = classifier.ClassifyAll(s_images.Pixels, batchSize: 7);
        Assert.True(classifier.Network.IsTraining);
        Assert.Equal(40, all.Length);

        // The order of sums may differ with the size of the batch.
        Assert.All(Enumerable.Range(0, 40), i => Assert.All(classifier.Classify(s_images.Image(i)).Zip(all[i]), x => Assert.Equal(x.First, x.Second, 1e-5)));
    }

    [Fact]
    public void A_copy_has_the_same_parameters_and_another_solver()
    {
        ImageClassifier classifier = Trained(new MnistModelOptions { Channels = 4 });
        ImageClassifier same = classifier.With(x => x), euler = classifier.With(x => x with { Solver = new Euler(), Steps = FixedSteps.PerInterval(1) });
        Assert.Equal(classifier.Classify(s_images.Image(0)), same.Classify(s_images.Image(0)));
        Assert.NotEqual(classifier.Classify(s_images.Image(0)), euler.Classify(s_images.Image(0)));
        same.Network.Parameters[0].SetValues<float>(new float[same.Network.Parameters[0].ElementCount]);
        Assert.NotEqual(classifier.Classify(s_images.Image(0)), same.Classify(s_images.Image(0)));
        Assert.Contains("layers and sizes", Assert.Throws<ArgumentException>(() => classifier.With(x => x with { Channels = 5 })).Message);
    }

    [Fact]
    public void The_error_of_a_solve_follows_its_tolerance()
    {
        ImageClassifier classifier = Trained(new MnistModelOptions { Channels = 4 });
        double[] tolerances = [1e-1, 1e-3, 1e-5];
        SolverCharacteristic[] all = [.. EquationCharacteristics.Measure(classifier, s_images.Take(6), tolerances)];
        Assert.Equal(tolerances, all.Select(x => x.Tolerance));
        Assert.All(all, x => Assert.Null(x.Failure));
        Assert.All(all, x => Assert.True(x.BackwardEvaluations > 0 && x.Time > TimeSpan.Zero && x.BackwardTime > TimeSpan.Zero));
        Assert.True(all[2].Evaluations > all[0].Evaluations);

        // A field with ReLU has kinks, at which an error estimate for smooth fields is too small: the error follows the tolerance, more slowly.
        Assert.All(all.Zip(all[1..]), x => Assert.True(x.Second.Error < x.First.Error / 3, $"{x}"));
        Assert.InRange(all[2].Error, 0, 1e-2);
        Assert.Throws<ArgumentException>(() => EquationCharacteristics.Measure(classifier, s_images, tolerances, new Euler()));
    }

    [Fact]
    public void A_solve_that_fails_is_told_and_the_others_are_measured()
    {
        ImageClassifier classifier = Trained(new MnistModelOptions { Channels = 4 });

        // Single precision cannot meet the first tolerance.
        SolverCharacteristic[] all = [.. EquationCharacteristics.Measure(classifier, s_images.Take(2), [1e-14, 1e-2])];
        Assert.NotNull(all[0].Failure);
        Assert.Null(all[1].Failure);
    }

    [Fact]
    public void Inference_by_the_solver_of_training_is_what_training_measured()
    {
        ImageClassifier classifier = Trained(new MnistModelOptions { Channels = 4 });
        var own = ClassifierEvaluation.Of(classifier.Network, s_images, classifier.Collection.Scale);
        InferenceSolver solver = InferenceSolver.All.First(x => x.ToString() == "rk4, 2 steps");
        ClassifierEvaluation other = solver.Evaluate(classifier, s_images);
        Assert.Equal(own.Losses, other.Losses);
        Assert.Equal(8, other.Evaluations);
        Assert.Equal(["euler, 1 step", "dopri5, rtol = atol = 1e-6"], new[] { InferenceSolver.All[0].ToString(), InferenceSolver.All[^1].ToString() });
    }

    [Fact]
    public void The_record_of_a_run_is_read_from_its_checkpoint()
    {
        using var folder = new TemporaryFolder();
        var model = new MnistModelOptions { Channels = 4, Solver = new Dopri5(), Steps = SolverChoice.Tolerances(1e-2, 1e-2), Gradient = GradientMethod.BacksolveAdjoint };
        Layer network = MnistModels.Create(model, new RandomSource(0), 12, 12);
        var options = new ImageTrainingOptions
        {
            Epochs = 2,
            Batches = new ImageBatchOptions { BatchSize = 20 },
            CheckpointPath = folder.File("run"),
            RunSettings = MnistModelOptions.Settings.ToText(model),
            Schedule = LearningRateSchedule.Cosine(),
        };
        ImageTrainingResult result = new ImageClassifierTrainer(network, s_images, null, options).Run();
        (ImageTrainingHistory history, IReadOnlyDictionary<string, string> settings) = ImageTrainingHistory.Load(folder.File("run"));
        Assert.Equal(result.History.Steps, history.Steps);
        Assert.Equal(2, history.Epochs.Count);
        Assert.Equal(MnistModelOptions.Settings.ToText(model), MnistModelOptions.Settings.ToText(MnistModelOptions.Settings.FromText(new(), settings)));
        Assert.True(history.Epochs[0].ForwardEvaluations > 0);
        DamagedFiles.Check(folder.File("run"), static path => ImageTrainingHistory.Load(path));
        network.Save(folder.File("model"));
        Assert.Contains("a checkpoint of a training run is wanted", Assert.Throws<ModelFileException>(() => ImageTrainingHistory.Load(folder.File("model"))).Message);
        new TrainingCheckpoint(network, new Adam(network.Parameters, 0.1), []).Save(folder.File("other"), []);
        Assert.Contains("not of the training of a classifier", Assert.Throws<CheckpointException>(() => ImageTrainingHistory.Load(folder.File("other"))).Message);
    }

    /// <summary>A classifier after a few steps, so that its running statistics are not those that it began with.</summary>
    private static ImageClassifier Trained(MnistModelOptions model)
    {
        Layer network = MnistModels.Create(model, new RandomSource(5), 12, 12);
        new ImageClassifierTrainer(network, s_images, null, new ImageTrainingOptions { Epochs = 3, LearningRate = 0.01, Batches = new ImageBatchOptions { BatchSize = 20 } }).Run();
        network.SwitchToEvaluation();
        return new ImageClassifier(network, model, ImageCollection.Mnist, 12, 12);
    }

    private static ImageDataset Make(int count)
    {
        byte[] labels = [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))];
        byte[] pixels =
        [
            .. labels.SelectMany(
                (label, image) => Enumerable.Range(0, 144).Select(i => (byte)((i / 12 / 4 == label / 4 && i % 12 / 3 == label % 4 ? 180 : 0) + (((image * 31) + (i * 17)) % 60)))),
        ];
        return new ImageDataset(pixels, labels, 12, 12, ImageCollection.Mnist.ClassNames);
    }
}
