namespace NeuralOde.Training;

/// <summary>A copy of a module's parameters and buffers, to go back to.</summary>
public sealed class ParameterSnapshot
{
    private readonly (string Name, Parameter Parameter, Array Values)[] _values;

    /// <summary>Copies a module's values.</summary>
    /// <param name="module">Whose parameters and buffers.</param>
    public ParameterSnapshot(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        _values =
        [
            .. Named(module).Select(static x => (x.Name, x.Parameter, x.Parameter.DType == DType.Float32 ? (Array)x.Parameter.ToArray<float>() : x.Parameter.ToArray<double>()))
        ];
    }

    private ParameterSnapshot((string Name, Parameter Parameter, Array Values)[] values) => _values = values;

    /// <summary>Sets the module's parameters and buffers to the copied values.</summary>
    public void Restore()
    {
        foreach ((string _, Parameter parameter, Array values) in _values)
        {
            if (values is float[] singles)
            {
                parameter.SetValues<float>(singles);
            }
            else
            {
                parameter.SetValues<double>((double[])values);
            }
        }
    }

    internal IEnumerable<SafeTensor> ToTensors(string prefix) => _values.Select(x => x.Values is float[] singles
        ? SafeTensor.Create<float>(prefix + x.Name, singles, x.Parameter.Shape.Lengths)
        : SafeTensor.Create<double>(prefix + x.Name, (double[])x.Values, x.Parameter.Shape.Lengths));

    /// <summary>Reads what <see cref="ToTensors"/> gave, for the same module.</summary>
    internal static ParameterSnapshot From(Module module, SafeTensorsFile file, string prefix) => new([.. Named(module).Select(x =>
    {
        SafeTensor tensor = file[prefix + x.Name];
        return tensor.Shape.SequenceEqual(x.Parameter.Shape.Lengths)
            ? (x.Name, x.Parameter, x.Parameter.DType == DType.Float32 ? (Array)tensor.ToArray<float>() : tensor.ToArray<double>())
            : throw new SafeTensorsException(
                file.Name, SafeTensorsReason.WrongShape, $"'{tensor.Name}' has the shape {SafeTensor.Describe(tensor.Shape)} there and {x.Parameter.Shape} in this model.");
    })]);

    private static IEnumerable<(string Name, Parameter Parameter)> Named(Module module) => module.NamedParameters().Concat(module.NamedBuffers());
}
