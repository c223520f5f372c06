namespace NeuralOde.Training;

/// <summary>
/// A loss that is compiled with its gradient, for training steps that solve no equation: one program computes both, and a step allocates nothing.
/// </summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <remarks>Parameters are read live. The program is compiled for the modes that the modules have when it is made. Not thread-safe.</remarks>
internal sealed class CompiledLoss<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Program<T> _program;
    private readonly Parameter[] _parameters;

    /// <summary>Compiles a loss.</summary>
    /// <param name="loss">From symbolic tensors, one per input, to a scalar.</param>
    /// <param name="inputs">The arguments' names and shapes.</param>
    /// <exception cref="ArgumentException">The result is no scalar, or depends on no parameter that is learned.</exception>
    public CompiledLoss(Func<Tensor[], Tensor> loss, params ProgramInput[] inputs)
    {
        // The parameters are known once the loss alone is compiled.
        var alone = Program<T>.Compile(x => [loss(x)], inputs);
        ArgumentException.ThrowIf(alone.OutputShapes[0].ElementCount != 1, $"A loss is one number; this one has the shape {alone.OutputShapes[0]}.", nameof(loss));
        ArgumentException.ThrowIf(alone.Parameters.Count == 0, "The loss depends on no parameter, so there is nothing to learn.", nameof(loss));
        _parameters = [.. alone.Parameters];
        _program = Program<T>.Compile(
            x =>
            {
                Tensor value = loss(x);
                return [value, .. Gradients.Of(value, _parameters)];
            },
            inputs);
    }

    /// <summary>The parameters, in the order in which the loss first uses them.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>The program: loss, then gradients.</summary>
    internal Program<T> Program => _program;

    /// <summary>The memory of an argument, to be written before <see cref="AddGradients"/>. It keeps its values.</summary>
    /// <param name="index">Which argument.</param>
    /// <returns>Its elements in row-major order.</returns>
    public Span<T> Input(int index) => _program.Input(index);

    /// <summary>Computes the loss, and adds its gradient to those of the parameters.</summary>
    /// <returns>The loss.</returns>
    public double AddGradients()
    {
        _program.Run();
        for (int i = 0; i < _parameters.Length; i++)
        {
            _parameters[i].AddToGradient(_program.Output(i + 1));
        }

        return double.CreateTruncating(_program.Output(0)[0]);
    }
}
