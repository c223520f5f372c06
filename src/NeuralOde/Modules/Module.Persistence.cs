namespace NeuralOde.Modules;

/// <content>Saving and loading.</content>
public abstract partial class Module
{
    /// <summary>Saves all parameters and buffers under their names (see <see cref="NamedParameters"/>) to a safetensors file, all or nothing.</summary>
    /// <param name="path">The file; an existing one is replaced once the new one is whole.</param>
    /// <param name="metadata">Free text to keep with them; nothing by default.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    /// <exception cref="InvalidOperationException">
    /// The names of the parameters cannot be told: a field given as code names none and was not solved, or uses several of one name.
    /// </exception>
    public void Save(string path, IReadOnlyDictionary<string, string>? metadata = null) => SafeTensors.Save(path, ToTensors(), metadata);

    /// <summary>All parameters and buffers as they stand, for a file that holds more than this module, such as a <see cref="ModelFile"/>.</summary>
    /// <param name="prefix">What is put before each name, with its dot; nothing by default.</param>
    /// <returns>Parameters in the order of <see cref="NamedParameters"/>, then buffers.</returns>
    /// <exception cref="InvalidOperationException">
    /// The names of the parameters cannot be told: a field given as code names none and was not solved, or uses several of one name.
    /// </exception>
    public IEnumerable<SafeTensor> ToTensors(string prefix = "")
    {
        CheckKnown();
        return NamedTensors().Select(x => x.Parameter.DType == DType.Float32
            ? SafeTensor.Create(prefix + x.Name, x.Parameter.AsSpan<float>(), x.Parameter.Shape.Lengths)
            : SafeTensor.Create(prefix + x.Name, x.Parameter.AsSpan<double>(), x.Parameter.Shape.Lengths));
    }

    /// <summary>Loads all parameters and buffers from a safetensors file. Everything is checked before anything is changed.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The file's metadata.</returns>
    /// <exception cref="SafeTensorsException">The file is damaged, lacks a parameter, holds one that this module has not, or one has another shape or a wider type.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public IReadOnlyDictionary<string, string> Load(string path)
    {
        CheckKnown();
        SafeTensorsFile file = SafeTensors.Load(path);
        Load(file);
        return file.Metadata;
    }

    /// <summary>Takes all parameters and buffers from a file that is loaded already. Everything is checked before anything is changed.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="InvalidOperationException">
    /// The names of the parameters cannot be told: a field given as code names none and was not solved, or uses several of one name.
    /// </exception>
    /// <exception cref="SafeTensorsException">The file lacks a parameter, holds one that this module has not, or one has another shape or a wider type.</exception>
    public void Load(SafeTensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        CheckKnown();
        (string Name, Parameter Parameter)[] own = [.. NamedTensors()];
        SafeTensor? foreign = file.Tensors.FirstOrDefault(x => !own.Any(y => y.Name == x.Name));
        SafeTensorsException.ThrowIf(
            foreign is not null,
            file.Name, SafeTensorsReason.UnknownTensor,
            $"it holds '{foreign!.Name}', which this model does not have. The model's parameters and buffers are {string.Join(", ", own.Select(static x => x.Name))}.");
        (Parameter Parameter, Array Values)[] loaded = [.. own.Select(x => (x.Parameter, Values(file, x.Name, x.Parameter)))];
        foreach ((Parameter parameter, Array values) in loaded)
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

    private IEnumerable<(string Name, Parameter Parameter)> NamedTensors() => NamedParameters().Concat(NamedBuffers());

    private void CheckKnown()
    {
        if (WhyParametersAreUnknown is { } reason)
        {
            throw new InvalidOperationException(reason);
        }
    }

    private static Array Values(SafeTensorsFile file, string name, Parameter parameter)
    {
        SafeTensor tensor = file[name];
        SafeTensorsException.ThrowIf(
            !tensor.Shape.SequenceEqual(parameter.Shape.Lengths),
            file.Name, SafeTensorsReason.WrongShape,
            $"'{name}' has the shape {SafeTensor.Describe(tensor.Shape)} there and {parameter.Shape} in this model. The file belongs to a model of another size.");
        try
        {
            return parameter.DType == DType.Float32 ? tensor.ToSingles() : tensor.ToDoubles();
        }
        catch (SafeTensorsException e)
        {
            throw new SafeTensorsException(
                file.Name, SafeTensorsReason.WrongType,
                $"'{name}' is {tensor.Type.Name()} there, which this model of {parameter.DType.Name()} cannot hold without loss.",
                "Make the model with dtype: DType.Float64.", e);
        }
    }
}
