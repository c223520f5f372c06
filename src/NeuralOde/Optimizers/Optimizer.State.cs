namespace NeuralOde.Optimizers;

/// <content>Saving and restoring what an optimizer remembers, so that training resumes with the same bits.</content>
public abstract partial class Optimizer
{
    private const string StepCountName = "step_count";
    private const string LearningRateName = "learning_rate";
    private const string MemoryName = "memory.";

    /// <summary>Forgets everything that was remembered between steps, the number of steps included. The learning rate stays.</summary>
    public void Restart()
    {
        StepCount = 0;
        _states.ForEach(static x => Array.Clear(x.Memory));
    }

    /// <summary>What the optimizer remembers between steps: the number of steps, the learning rate, and the vectors of each parameter.</summary>
    /// <param name="prefix">Put before each name, such as <c>optimizer.</c> in a file that holds more.</param>
    /// <returns>
    /// <c>step_count</c> (I64), <c>learning_rate</c> (F64), and for each parameter <c>memory.NAME</c> of shape <c>[vectors, …parameter's shape]</c>
    /// in the parameter's type, NAME being the one within the module whose list was given, or the parameter's own. A second parameter of one name is <c>NAME#2</c>.
    /// </returns>
    /// <remarks>What was given to the constructor (decays, for example) is not among them: make the optimizer as it was made, then load.</remarks>
    public IReadOnlyList<SafeTensor> SaveState(string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(prefix);
        List<SafeTensor> state =
        [
            SafeTensor.Create<long>(prefix + StepCountName, [StepCount], []),
            SafeTensor.Create<double>(prefix + LearningRateName, [LearningRate], []),
        ];
        foreach ((string name, ParameterState x) in NamedStates())
        {
            state.Add(x.Memory is float[] singles
                ? SafeTensor.Create<float>(prefix + name, singles, MemoryShape(x.Parameter))
                : SafeTensor.Create<double>(prefix + name, (double[])x.Memory, MemoryShape(x.Parameter)));
        }

        return state;
    }

    /// <summary>Restores what <see cref="SaveState"/> gave. Everything is checked before anything is changed.</summary>
    /// <param name="state">The tensors, in any order.</param>
    /// <param name="prefix">What their names start with; tensors of other names are ignored.</param>
    /// <exception cref="SafeTensorsException">A tensor is missing, is of no parameter of this optimizer, or has another shape or type.</exception>
    public void LoadState(IEnumerable<SafeTensor> state, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(prefix);
        var given = state
            .Where(x => x.Name.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(x => x.Name[prefix.Length..], StringComparer.Ordinal);
        string? file = given.Values.FirstOrDefault()?.File;
        long stepCount = Read<long>(Take(StepCountName, []))[0];
        double learningRate = Read<double>(Take(LearningRateName, []))[0];
        (Array Memory, Array Values)[] memories =
        [
            .. NamedStates().Select(x =>
            {
                SafeTensor tensor = Take(x.Name, MemoryShape(x.State.Parameter));
                return (x.State.Memory, x.State.Memory is float[] ? (Array)Read<float>(tensor) : Read<double>(tensor));
            }),
        ];
        if (given.Count > 0)
        {
            throw new SafeTensorsException(
                given.Values.First().File, SafeTensorsReason.UnknownTensor,
                $"the state holds '{prefix}{given.Keys.First()}', which this optimizer does not have: it is of another model, or of another method.");
        }

        SafeTensorsException.ThrowIf(stepCount < 0, file, SafeTensorsReason.WrongValue, $"the number of steps, '{prefix}{StepCountName}', is {stepCount}; it must be at least 0.");
        if (!(learningRate >= 0 && double.IsFinite(learningRate)))
        {
            throw new SafeTensorsException(
                file, SafeTensorsReason.WrongValue,
                FormattableString.Invariant($"the learning rate, '{prefix}{LearningRateName}', is {learningRate}; it must be finite and at least 0."));
        }

        LearningRate = learningRate;
        StepCount = stepCount;
        foreach ((Array memory, Array values) in memories)
        {
            values.CopyTo(memory, 0);
        }

        SafeTensor Take(string name, int[] shape)
        {
            SafeTensorsException.ThrowIf(
                !given.Remove(name, out SafeTensor? tensor),
                file, SafeTensorsReason.MissingTensor, $"the state lacks '{prefix}{name}'; it is of another model, or of another method.");
            return tensor.Shape.SequenceEqual(shape)
                ? tensor
                : throw new SafeTensorsException(
                    tensor.File, SafeTensorsReason.WrongShape,
                    $"'{prefix}{name}' has the shape {SafeTensor.Describe(tensor.Shape)} in the state and {SafeTensor.Describe(shape)} in this optimizer.");
        }

        T[] Read<T>(SafeTensor tensor) where T : unmanaged, INumber<T>
        {
            try
            {
                return tensor.ToArray<T>();
            }
            catch (SafeTensorsException e)
            {
                throw new SafeTensorsException(
                    tensor.File, SafeTensorsReason.WrongType, $"'{tensor.Name}' has another element type than this optimizer: {tensor.Type.Name()}.", inner: e);
            }
        }
    }

    private int[] MemoryShape(Parameter parameter) => [MemoryCount, .. parameter.Shape];

    private IEnumerable<(string Name, ParameterState State)> NamedStates()
    {
        Dictionary<Parameter, string> names = new(ReferenceEqualityComparer.Instance);
        foreach ((string name, Parameter parameter) in _parameters is ParameterList list ? list.Named() : [])
        {
            names.TryAdd(parameter, name);
        }

        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        foreach (ParameterState state in States())
        {
            string name = names.GetValueOrDefault(state.Parameter, state.Parameter.Name);
            int count = seen[name] = seen.GetValueOrDefault(name) + 1;
            yield return (string.Create(CultureInfo.InvariantCulture, $"{MemoryName}{name}{(count > 1 ? $"#{count}" : "")}"), state);
        }
    }
}
