using NeuralOde.Modules;
using NeuralOde.Tensors;

namespace NeuralOde.Training;

/// <summary>A copy of a module's parameters and buffers, to go back to.</summary>
public sealed class ParameterSnapshot
{
    private readonly (Parameter Parameter, Array Values)[] _values;

    /// <summary>Copies the values.</summary>
    /// <param name="parameters">Which parameters.</param>
    public ParameterSnapshot(IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _values = [.. parameters.Select(x => (x, x.DType == DType.Float32 ? (Array)x.ToArray<float>() : x.ToArray<double>()))];
    }

    /// <summary>Copies a module's values.</summary>
    /// <param name="module">Whose parameters and buffers.</param>
    public ParameterSnapshot(Module module)
        : this((module ?? throw new ArgumentNullException(nameof(module))).Parameters.Concat(module.NamedBuffers().Select(static x => x.Buffer)))
    {
    }

    /// <summary>Puts the values back.</summary>
    public void Restore()
    {
        foreach ((Parameter parameter, Array values) in _values)
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
}
