namespace NeuralOde.Optimizers;

/// <summary>Moves parameters against their gradients.</summary>
/// <remarks>
/// <para>
/// As in PyTorch, gradients of several calls of <see cref="Tensor.Backward"/> add up, and a parameter that got none since the last step is left alone, with its memory and
/// weight decay. Unlike there, <see cref="Step(bool)"/> clears the gradients that it used, so that a loop needs no call for it.
/// </para>
/// <para>
/// Where two optimizers share parameters, the first one keeps the gradients for the second: <c>first.Step(keepGradients: true); second.Step();</c>. Where they do not, and
/// a loss reaches the parameters of both, gradients of the one that makes no step wait for its next; <see cref="ParameterList.ClearGradients"/> drops them.
/// </para>
/// </remarks>
public abstract partial class Optimizer
{
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly List<ParameterState> _states = [];
    private int _knownCount = -1;
    private bool _areGradientsDropped;

    /// <summary>Makes an optimizer.</summary>
    /// <param name="parameters">What is learned. A module's live list (<see cref="Module.Parameters"/>) may still grow.</param>
    /// <param name="learningRate">The step's size, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="learningRate"/> is negative or not finite.</exception>
    protected Optimizer(IReadOnlyList<Parameter> parameters, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        LearningRate = learningRate;
    }

    /// <summary>The step's size; a schedule may set it before each step.</summary>
    /// <value>At least 0.</value>
    public double LearningRate
    {
        get;
        set => field = double.IsFinite(value) && value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A learning rate is a finite number, at least 0.");
    }

    /// <summary>How many steps have been made.</summary>
    public long StepCount { get; private set; }

    /// <summary>How many vectors of a parameter's length the method remembers between steps.</summary>
    protected abstract int MemoryCount { get; }

    /// <summary>Moves every parameter that got a gradient since its gradient was last cleared, and clears the gradients.</summary>
    /// <param name="keepGradients">Whether the gradients stay as they are, for another optimizer or to add more to them.</param>
    /// <exception cref="InvalidOperationException">
    /// No parameter got a gradient since the last step: no loss was taken backward, or another optimizer used and cleared the gradients. Nothing is thrown after
    /// <see cref="ClipGradientNorm"/> has cleared gradients that were not finite: that step moves nothing.
    /// </exception>
    public void Step(bool keepGradients = false)
    {
        List<ParameterState> states = States();
        InvalidOperationException.ThrowIf(
            !_areGradientsDropped && states.Count > 0 && !states.Exists(static x => x.Parameter.HasGradient),
            "No parameter of this optimizer got a gradient since the last step. Call Backward on a loss that depends on them first. A step clears the gradients it used: "
                + "where two optimizers share parameters, let the first one keep them, Step(keepGradients: true).");
        _areGradientsDropped = false;
        StepCount++;
        foreach (ParameterState state in states)
        {
            if (!state.Parameter.HasGradient)
            {
                continue;
            }

            if (state.Parameter.DType == DType.Float32)
            {
                Step<float>(state);
            }
            else
            {
                Step<double>(state);
            }

            state.Parameter.MarkChanged();
            if (!keepGradients)
            {
                state.Parameter.ClearGradient();
            }
        }
    }

    /// <summary>The Euclidean norm of all gradients together.</summary>
    /// <returns>The norm; 0 where there are no gradients.</returns>
    public double GradientNorm()
    {
        double sum = 0;
        foreach (ParameterState state in States())
        {
            if (!state.Parameter.HasGradient)
            {
                continue;
            }

            sum += state.Parameter.DType == DType.Float32 ? Squares<float>(state.Parameter) : Squares<double>(state.Parameter);
        }

        return Math.Sqrt(sum);

        static double Squares<T>(Parameter parameter) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            double sum = 0;
            foreach (T x in parameter.MutableGradient<T>())
            {
                double value = double.CreateTruncating(x);
                sum += value * value;
            }

            return sum;
        }
    }

    /// <summary>Scales all gradients down together where their norm is above a bound (Pascanu et al. 2013).</summary>
    /// <param name="maxNorm">The bound, above 0.</param>
    /// <returns>The norm before. Where it is not finite, the gradients are cleared, for no direction can be made of them, and the next step moves nothing.</returns>
    public double ClipGradientNorm(double maxNorm)
    {
        ArgumentOutOfRangeException.ThrowIf(!(maxNorm > 0), nameof(maxNorm), maxNorm, "The bound on the gradient's norm is above 0.");
        double norm = GradientNorm();
        if (!double.IsFinite(norm))
        {
            States().ForEach(static x => x.Parameter.ClearGradient());
            _areGradientsDropped = true;
        }
        else if (norm > maxNorm)
        {
            foreach (ParameterState state in States())
            {
                if (state.Parameter.HasGradient)
                {
                    Scale(state.Parameter, maxNorm / norm);
                }
            }
        }

        return norm;
    }

    /// <summary>One parameter's move.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">The parameter's values, to be changed.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="memory">What the method remembers: <see cref="MemoryCount"/> vectors of that length, one after the other.</param>
    protected abstract void Update<T>(Span<T> values, ReadOnlySpan<T> gradient, Span<T> memory) where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    private static void Scale(Parameter parameter, double factor)
    {
        if (parameter.DType == DType.Float32)
        {
            Run<float>(parameter, factor);
        }
        else
        {
            Run<double>(parameter, factor);
        }

        static void Run<T>(Parameter parameter, double factor) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (ref T x in parameter.MutableGradient<T>())
            {
                x *= T.CreateTruncating(factor);
            }
        }
    }

    private void Step<T>(ParameterState state) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Update(state.Parameter.MutableValues<T>(), state.Parameter.MutableGradient<T>(), ((T[])state.Memory).AsSpan());

    private List<ParameterState> States()
    {
        // Counting a live list makes an enumerator; a parameter list of fixed length is counted for free.
        int count = _parameters is ParameterList list ? list.Version : _parameters.Count;
        if (count != _knownCount)
        {
            _knownCount = count;
            foreach (Parameter parameter in _parameters)
            {
                if (!_states.Exists(x => x.Parameter == parameter))
                {
                    int length = parameter.ElementCount * MemoryCount;
                    _states.Add(new ParameterState(parameter, parameter.DType == DType.Float32 ? new float[length] : new double[length]));
                }
            }
        }

        return _states;
    }

    private sealed record ParameterState(Parameter Parameter, Array Memory);
}
