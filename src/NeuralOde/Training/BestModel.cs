namespace NeuralOde.Training;

/// <summary>The best model of a <see cref="TrainingRun"/> so far: a copy of its parameters and buffers, with its error.</summary>
public sealed class BestModel
{
    private readonly Module _model;
    private ParameterSnapshot _snapshot;

    internal BestModel(Module model)
    {
        _model = model;
        _snapshot = new ParameterSnapshot(model);
    }

    /// <summary>Whether a model was selected. If not, the copy is the model as it was before training.</summary>
    public bool IsSelected { get; private set; }

    /// <summary>The error by which it was selected; infinite before.</summary>
    public double Error { get; private set; } = double.PositiveInfinity;

    /// <summary>The number of iterations after which it was selected.</summary>
    public int Iteration { get; private set; }

    internal void Select(double error, int iteration)
    {
        (IsSelected, Error, Iteration) = (true, error, iteration);
        _snapshot = new ParameterSnapshot(_model);
    }

    /// <summary>Sets the model's parameters and buffers to the best.</summary>
    internal void Restore() => _snapshot.Restore();

    internal IEnumerable<SafeTensor> Save(string prefix) => IsSelected ? _snapshot.ToTensors(prefix) : [];

    /// <exception cref="SafeTensorsException">A tensor is missing, or has another shape or type than the model's.</exception>
    internal void Load(SafeTensorsFile file, string prefix, bool isSelected, double error, int iteration)
    {
        if (isSelected)
        {
            _snapshot = ParameterSnapshot.From(_model, file, prefix);
        }
        else
        {
            _snapshot = new ParameterSnapshot(_model);
        }

        (IsSelected, Error, Iteration) = (isSelected, error, iteration);
    }
}
