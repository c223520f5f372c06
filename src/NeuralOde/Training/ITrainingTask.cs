namespace NeuralOde.Training;

/// <summary>What a <see cref="TrainingRun"/> trains, and by what: a model, one step, an optional validation, and the state to keep.</summary>
/// <remarks>A run can be resumed bit for bit if what comes next depends only on the model, the position, <see cref="RandomSources"/> and the saved state.</remarks>
public interface ITrainingTask
{
    /// <summary>The model: its parameters are learned, and the best model is kept with its buffers.</summary>
    Module Model { get; }

    /// <summary>The random sources that training draws from, with a name each. A checkpoint holds where they stand.</summary>
    /// <value>Default none.</value>
    IReadOnlyList<(string Name, RandomSource Source)> RandomSources => [];

    /// <summary>Draws a batch, computes its loss, and adds the gradients to those of the parameters. The run clips them and lets the optimizer step.</summary>
    /// <param name="position">The position before this step.</param>
    /// <returns>The loss. A value that is not finite is a failed step.</returns>
    /// <exception cref="OdeSolveException">The solve failed: a failed step, which the run answers by its <see cref="FailurePolicy"/>.</exception>
    /// <exception cref="Sensitivities.GradientException">The gradient is worthless: a failed step too.</exception>
    double Step(TrainingPosition position);

    /// <summary>Measures the model. The run puts the model into evaluation mode for this and then gives every module its own mode back.</summary>
    /// <param name="position">The position after the steps done.</param>
    /// <param name="cancellationToken">Cancels the validation; a resumed run repeats it.</param>
    /// <returns>The error, smaller is better; null, the default, where there is no validation.</returns>
    /// <exception cref="OdeSolveException">The solve failed; the error then counts as infinite.</exception>
    double? Validate(TrainingPosition position, CancellationToken cancellationToken) => null;

    /// <summary>The state that the next steps depend on, other than the model, the position and the random sources.</summary>
    /// <returns>Tensors under names of the task's own, which do not start with <c>training.</c>; default none.</returns>
    IReadOnlyList<SafeTensor> SaveState() => [];

    /// <summary>Restores what <see cref="SaveState"/> gave.</summary>
    /// <param name="state">The state, other than the run's own tensors.</param>
    /// <param name="position">The position at which it was saved.</param>
    /// <exception cref="SafeTensorsException">A tensor is missing or of another type, or its values do not fit this task or the position.</exception>
    void LoadState(SafeTensorsFile state, TrainingPosition position)
    {
    }

    /// <summary>Called at the end of training, while the model is still the last one, before the best one is restored.</summary>
    /// <param name="outcome">How training ended.</param>
    void End(TrainingOutcome outcome)
    {
    }
}
