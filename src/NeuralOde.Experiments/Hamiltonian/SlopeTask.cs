namespace NeuralOde.Experiments.Hamiltonian;

/// <summary>Fits a field to the derivatives at observed states: the loss is compiled with its gradient, which goes through the gradient within a Hamiltonian field.</summary>
internal sealed class SlopeTask : ITrainingTask
{
    private readonly VectorField _field;
    private readonly ObservedStates _data;
    private readonly RandomSource _random;
    private readonly int _batch;
    private readonly Program<float> _program;
    private readonly Parameter[] _parameters;

    public SlopeTask(VectorField field, ObservedStates data, int? batchSize, double weightDecay, RandomSource random)
    {
        (_field, _data, _random) = (field, data, random);
        _batch = Math.Min(batchSize ?? data.Count, data.Count);
        _parameters = [.. field.Parameters];
        _program = Program<float>.Compile(
            x =>
            {
                Tensor loss = Loss(field, x);
                Tensor[] gradients = Gradients.Of(loss, _parameters);
                return [loss, .. gradients.Zip(_parameters, (gradient, parameter) => weightDecay > 0 ? gradient + (weightDecay * parameter) : gradient)];
            },
            Inputs(_batch, data.Length));
        if (_batch == data.Count)
        {
            data.States.CopyTo(_program.Input(0));
            data.Slopes.CopyTo(_program.Input(1));
        }
    }

    public Module Model => _field;

    public IReadOnlyList<(string Name, RandomSource Source)> RandomSources => [("batches", _random)];

    /// <summary>The mean squared difference of a field from the derivatives at observed states.</summary>
    public static double Error(VectorField field, ObservedStates data)
    {
        var program = Program<float>.Compile(x => [Loss(field, x)], Inputs(data.Count, data.Length));
        data.States.CopyTo(program.Input(0));
        data.Slopes.CopyTo(program.Input(1));
        program.Run();
        return program.Output(0)[0];
    }

    public double Step(TrainingPosition position)
    {
        if (_batch < _data.Count)
        {
            Draw();
        }

        _program.Run();
        for (int i = 0; i < _parameters.Length; i++)
        {
            _program.Output(1 + i).CopyTo(_parameters[i].MutableGradient<float>());
        }

        return _program.Output(0)[0];
    }

    private static Tensor Loss(VectorField field, Tensor[] x) => Losses.Loss.MeanSquared(field.Forward(Tensor.Scalar(0f), x[0]), x[1]);

    private static ProgramInput[] Inputs(int count, int length) => [new("states", [count, length]), new("slopes", [count, length])];

    private void Draw()
    {
        int length = _data.Length;
        for (int i = 0; i < _batch; i++)
        {
            int row = _random.NextInteger(_data.Count) * length;
            _data.States.AsSpan(row, length).CopyTo(_program.Input(0)[(i * length)..]);
            _data.Slopes.AsSpan(row, length).CopyTo(_program.Input(1)[(i * length)..]);
        }
    }
}
