namespace NeuralOde.Experiments.Mnist;

/// <summary>What one training step of a classifier gave and cost.</summary>
/// <param name="Loss">Mean cross entropy of the batch, before the step.</param>
/// <param name="Correct">How many images were classified right.</param>
/// <param name="Images">How many there were.</param>
/// <param name="ForwardEvaluations">Evaluations of the field in the solve; 0 without an ODE.</param>
/// <param name="BackwardEvaluations">The same for its gradient, vector-Jacobian products included.</param>
public readonly record struct ImageTrainingStep(double Loss, int Correct, int Images, long ForwardEvaluations, long BackwardEvaluations);

/// <summary>One epoch of training.</summary>
/// <param name="Number">From 1.</param>
/// <param name="TrainingLoss">Mean cross entropy over its steps, each measured before the step.</param>
/// <param name="TrainingAccuracy">Share classified right, measured likewise, from 0 to 1.</param>
/// <param name="MeasuredLoss">Mean cross entropy on the images apart, after the epoch; NaN where there are none.</param>
/// <param name="MeasuredAccuracy">Share of them classified right; NaN where there are none.</param>
/// <param name="ForwardEvaluations">Mean evaluations of the field per step; 0 without an ODE.</param>
/// <param name="BackwardEvaluations">The same for the gradients, vector-Jacobian products included.</param>
/// <param name="TrainingTime">Time of its training steps.</param>
public sealed record ImageTrainingEpoch(
    int Number,
    double TrainingLoss,
    double TrainingAccuracy,
    double MeasuredLoss,
    double MeasuredAccuracy,
    double ForwardEvaluations,
    double BackwardEvaluations,
    TimeSpan TrainingTime);

/// <summary>What a training run has recorded so far.</summary>
public sealed class ImageTrainingHistory
{
    private const string StepsName = "steps";
    private const string EpochsName = "epochs";
    private const int StepColumns = 5;
    private const int EpochColumns = 8;

    private readonly List<ImageTrainingStep> _steps = [];
    private readonly List<ImageTrainingEpoch> _epochs = [];

    /// <summary>All training steps, over all epochs.</summary>
    public IReadOnlyList<ImageTrainingStep> Steps => _steps;

    /// <summary>The finished epochs.</summary>
    public IReadOnlyList<ImageTrainingEpoch> Epochs => _epochs;

    /// <summary>Reads what a run has recorded, finished or not, from its checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The record, and the settings of the run.</returns>
    /// <exception cref="CheckpointException">The file is not a checkpoint of the training of a classifier.</exception>
    /// <exception cref="SafeTensorsException">The file is damaged.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static (ImageTrainingHistory History, IReadOnlyDictionary<string, string> Settings) Load(string path)
    {
        (SafeTensorsFile run, IReadOnlyDictionary<string, string> settings) = TrainingCheckpoint.Read(path);
        try
        {
            return (From(run), settings);
        }
        catch (SafeTensorsException e)
        {
            throw new CheckpointException(path, e, "it is not of the training of a classifier.");
        }
    }

    internal void Add(ImageTrainingStep step) => _steps.Add(step);

    /// <summary>Closes an epoch: sums up the steps since its first one.</summary>
    internal void Close(int firstStep, double measuredLoss, double measuredAccuracy, TimeSpan time)
    {
        ImageTrainingStep[] steps = [.. _steps.Skip(firstStep)];
        double images = Math.Max(1, steps.Sum(static x => (double)x.Images)), count = Math.Max(1, steps.Length);
        _epochs.Add(new ImageTrainingEpoch(
            _epochs.Count + 1,
            steps.Sum(static x => x.Loss * x.Images) / images,
            steps.Sum(static x => (double)x.Correct) / images,
            measuredLoss,
            measuredAccuracy,
            steps.Sum(static x => (double)x.ForwardEvaluations) / count,
            steps.Sum(static x => (double)x.BackwardEvaluations) / count,
            time));
    }

    /// <summary>The record as arrays of numbers, all of which double precision holds exactly.</summary>
    internal IEnumerable<SafeTensor> ToTensors()
    {
        double[] steps = [.. _steps.SelectMany(static x => new[] { x.Loss, x.Correct, x.Images, x.ForwardEvaluations, x.BackwardEvaluations })];
        double[] epochs =
        [
            .. _epochs.SelectMany(static x => new[]
            {
                x.Number, x.TrainingLoss, x.TrainingAccuracy, x.MeasuredLoss, x.MeasuredAccuracy, x.ForwardEvaluations, x.BackwardEvaluations, x.TrainingTime.TotalSeconds,
            }),
        ];
        yield return SafeTensor.Create<double>(StepsName, steps, [_steps.Count, StepColumns]);
        yield return SafeTensor.Create<double>(EpochsName, epochs, [_epochs.Count, EpochColumns]);
    }

    /// <exception cref="SafeTensorsException">The arrays are missing or of another form.</exception>
    internal static ImageTrainingHistory From(SafeTensorsFile file)
    {
        var history = new ImageTrainingHistory();
        foreach (double[] x in Rows(file, StepsName, StepColumns))
        {
            history._steps.Add(new ImageTrainingStep(x[0], (int)x[1], (int)x[2], (long)x[3], (long)x[4]));
        }

        foreach (double[] x in Rows(file, EpochsName, EpochColumns))
        {
            history._epochs.Add(new ImageTrainingEpoch((int)x[0], x[1], x[2], x[3], x[4], x[5], x[6], TimeSpan.FromSeconds(x[7])));
        }

        return history;
    }

    private static IEnumerable<double[]> Rows(SafeTensorsFile file, string name, int columns)
    {
        SafeTensor tensor = file[name];
        return tensor.Type == SafeTensorType.Float64 && tensor.Shape is [_, var width] && width == columns
            ? tensor.ToDoubles().Chunk(columns)
            : throw new SafeTensorsException(file.Name, SafeTensorsReason.WrongValue, $"the run's record is {tensor}; it has {columns} columns of type F64.");
    }
}
