using NeuralOde.Modules;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Tests.Training;

/// <summary>Moves one number down by the learning rate each step; the loss is the number, and a buffer counts the steps.</summary>
internal sealed class Descent : ITrainingTask
{
    private readonly Line _line = new();

    public Func<double, double>? Error { get; set; }

    public Func<double, double> Loss { get; set; } = static x => x;

    public Func<int, double, bool> Fails { get; set; } = static (_, _) => false;

    public Action<int> BeforeStep { get; set; } = static _ => { };

    public Action AfterStep { get; set; } = static () => { };

    public Action<int> BeforeValidation { get; set; } = static _ => { };

    public double Gradient { get; set; } = 1;

    public RandomSource Noise { get; set; } = new(0);

    public Module Model => _line;

    public Module Inner => _line.Inner;

    public double X => _line.X.AsSpan<double>()[0];

    public Parameter Steps => _line.Steps;

    public long Drawn { get; private set; }

    public TrainingOutcome? Ended { get; private set; }

    public IReadOnlyList<(string Name, RandomSource Source)> RandomSources => [("noise", Noise)];

    public TrainingResult Run(TrainingOptions options, CancellationToken token = default) =>
        new TrainingRun(this, new Sgd(Model.Parameters, 1), options).Run(cancellationToken: token);

    public TrainingRun Make(TrainingOptions options) => new(this, new Adam(Model.Parameters, 0.7), options);

    public TrainingResult RunAdam(TrainingOptions options, CancellationToken token = default) => Make(options).Run(cancellationToken: token);

    public double Step(TrainingPosition position)
    {
        BeforeStep(position.Iteration);
        Drawn++;
        if (Fails(position.Iteration, X))
        {
            throw new OdeSolveException(default);
        }

        double gradient = Gradient == 1 && Noise.State.Seed != 0 ? Noise.NextUniform() - 0.3 : Gradient;
        (_line.X * gradient).Sum().Backward();
        _line.Steps.SetValues<double>([_line.Steps.AsSpan<double>()[0] + 1]);
        double loss = Loss(X);
        AfterStep();
        return loss;
    }

    public double? Validate(TrainingPosition position, CancellationToken cancellationToken)
    {
        BeforeValidation(position.Iteration);
        cancellationToken.ThrowIfCancellationRequested();
        return Error?.Invoke(X);
    }

    public IReadOnlyList<SafeTensor> SaveState() => [SafeTensor.Create<long>("drawn", [Drawn], [1])];

    public void LoadState(SafeTensorsFile state, TrainingPosition position) => Drawn = state["drawn"].ToArray<long>()[0];

    public void End(TrainingOutcome outcome) => Ended = outcome;
}

internal sealed class Line : Module
{
    public Line()
    {
        X = AddParameter("x", Tensor.From([10.0], [1]));
        Steps = AddBuffer("steps", Tensor.From([0.0], [1]));
        Inner = AddModule("inner", new Empty());
    }

    public Parameter X { get; }

    public Parameter Steps { get; }

    public Module Inner { get; }

    private sealed class Empty : Module;
}
