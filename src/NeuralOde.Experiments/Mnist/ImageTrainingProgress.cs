namespace NeuralOde.Experiments.Mnist;

/// <summary>Where the training of a classifier stands.</summary>
/// <param name="Epoch">The current epoch, from 1.</param>
/// <param name="Epochs">Epochs planned.</param>
/// <param name="Step">Training steps done, over all epochs.</param>
/// <param name="Steps">Training steps planned.</param>
/// <param name="Loss">Mean cross entropy over the last steps.</param>
/// <param name="Accuracy">Share of the last steps' images that were classified right, while training, from 0 to 1.</param>
/// <param name="ImagesPerSecond">Speed of training over the last steps.</param>
/// <param name="ForwardEvaluations">Evaluations of the field in the last step's solve; 0 without an ODE.</param>
/// <param name="BackwardEvaluations">The same for its gradient, vector-Jacobian products included.</param>
/// <param name="MeasuredAccuracy">Accuracy on the images apart at the end of the last epoch, from 0 to 1; NaN before.</param>
/// <param name="IsEpochEnd">Whether an epoch has just ended, its accuracy measured.</param>
/// <param name="Elapsed">Time spent, that of the runs which this one resumes included.</param>
/// <param name="Remaining">The time that the rest takes at the speed so far.</param>
public sealed record ImageTrainingProgress(
    int Epoch,
    int Epochs,
    long Step,
    long Steps,
    double Loss,
    double Accuracy,
    double ImagesPerSecond,
    long ForwardEvaluations,
    long BackwardEvaluations,
    double MeasuredAccuracy,
    bool IsEpochEnd,
    TimeSpan Elapsed,
    TimeSpan Remaining);
