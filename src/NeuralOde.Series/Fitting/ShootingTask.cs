namespace NeuralOde.Series.Fitting;

/// <summary>One stage of a fit: the field and the initial states of the pieces are learned together, and jumps between pieces weigh more and more.</summary>
internal sealed class ShootingTask : ITrainingTask
{
    private const double ContinuityAtStart = 0.3;
    private const double ContinuityAtEnd = 30;

    private readonly ShootingObjective _objective;
    private readonly Action<ShootingObjective> _beforeStep;
    private readonly List<double> _misfits;

    /// <param name="field">The dynamics.</param>
    /// <param name="objective">What is minimized.</param>
    /// <param name="misfits">Where the root-mean-square misfit of each step goes.</param>
    /// <param name="beforeStep">Called before each step.</param>
    public ShootingTask(SeriesField field, ShootingObjective objective, List<double> misfits, Action<ShootingObjective> beforeStep)
    {
        (_objective, _misfits, _beforeStep) = (objective, misfits, beforeStep);
        Model = new ShootingModel(field, objective.Starts);
    }

    public Module Model { get; }

    public double Step(TrainingPosition position)
    {
        // Geometric over the first two thirds, then constant, so that the last part converges on a fixed objective.
        _objective.Continuity = ContinuityAtStart * Math.Pow(ContinuityAtEnd / ContinuityAtStart, Math.Min(1, 1.5 * position.Done));
        _beforeStep(_objective);
        if (_objective.Evaluate() is not { } value)
        {
            return double.NaN;
        }

        _misfits.Add(Math.Sqrt(_objective.Misfit));
        return value;
    }

    /// <summary>Evaluates the objective for the model as it is, without gradients that a later stage would add to.</summary>
    public void Measure()
    {
        Model.Parameters.ClearGradients();
        _objective.Evaluate();
        Model.Parameters.ClearGradients();
    }

    /// <summary>The field, and where each piece starts.</summary>
    private sealed class ShootingModel : Module
    {
        public ShootingModel(SeriesField field, Parameter starts)
        {
            AddModule("field", field);
            AddParameter("starts", starts);
        }
    }
}
