namespace NeuralOde.Training;

/// <summary>How far a training run has come.</summary>
/// <param name="Iteration">Training steps done, failed ones included.</param>
/// <param name="Iterations">Training steps planned.</param>
/// <param name="StepTime">The time of all training steps so far, without validations; that of the runs which this one resumes included.</param>
public readonly record struct TrainingPosition(int Iteration, int Iterations, TimeSpan StepTime)
{
    /// <summary>The part of training that is done, from 0 to 1.</summary>
    public double Done => (double)Iteration / Iterations;
}
