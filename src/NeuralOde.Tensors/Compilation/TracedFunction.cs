namespace NeuralOde.Tensors;

/// <summary>What a function was seen to compute when it was called with symbolic tensors. Another call shows whether it captures something that has changed since.</summary>
internal sealed class TracedFunction
{
    private readonly Tensor[] _arguments;
    private readonly Dictionary<Tensor, double[]> _captures = new(ReferenceEqualityComparer.Instance);

    private TracedFunction(Tensor[] arguments, IReadOnlyList<Tensor> results, IReadOnlyList<BufferUpdate> updates)
    {
        _arguments = arguments;
        Results = results;
        Updates = updates;
    }

    public Tensor[] Arguments => _arguments;

    public IReadOnlyList<Tensor> Results { get; }

    public IReadOnlyList<BufferUpdate> Updates { get; }

    /// <summary>Calls a function with symbolic tensors.</summary>
    public static TracedFunction Of<T>(Func<Tensor[], IReadOnlyList<Tensor>> function, ProgramInput[] inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DType dtype = DTypes.Of<T>();
        using var trace = Trace.Begin();
        Tensor[] arguments = Array.ConvertAll(inputs, input => trace.Input(input.Shape, dtype));
        IReadOnlyList<Tensor> results = function(arguments)
            ?? throw new InvalidOperationException("The compiled function returned null; it returns its results, one tensor each, or an empty list.");
        return new TracedFunction(arguments, results, trace.Updates);
    }

    /// <summary>
    /// Whether the rows of an argument stay apart: row i of each result depends on row i alone, so that the Jacobian is block-diagonal. Read off the operations, so it holds for
    /// all values; what an operation is not known to keep apart is not.
    /// </summary>
    public bool KeepsRows(int argument)
    {
        // Whether a tensor depends on the argument; entered behind its inputs.
        Dictionary<Tensor, bool> depends = new(ReferenceEqualityComparer.Instance) { [_arguments[argument]] = true };
        var stack = new Stack<(Tensor Tensor, bool InputsAreKnown)>(Results.Select(static x => (x, false)));
        while (stack.TryPop(out (Tensor Tensor, bool InputsAreKnown) next))
        {
            Tensor tensor = next.Tensor;
            if (depends.ContainsKey(tensor))
            {
                continue;
            }

            if (!tensor.IsSymbolic || tensor.Operation is not { PassesGradient: true } operation)
            {
                depends[tensor] = false;
                continue;
            }

            if (!next.InputsAreKnown)
            {
                stack.Push((tensor, true));
                Array.ForEach(tensor.Inputs, input => stack.Push((input, false)));
                continue;
            }

            Shape[] shapes = Array.ConvertAll(tensor.Inputs, static x => x.Shape);
            for (int i = 0; i < shapes.Length; i++)
            {
                if (depends[tensor.Inputs[i]] && !operation.KeepsRows(i, shapes, tensor.Shape))
                {
                    return false;
                }
            }

            depends[tensor] = Array.Exists(tensor.Inputs, x => depends[x]);
        }

        return true;
    }

    /// <summary>Keeps copies of the tensors that are captured, which may lie in memory that is lent again (<see cref="TensorScope"/>), for a comparison later.</summary>
    /// <returns>This trace.</returns>
    public TracedFunction Remember()
    {
        var stack = new Stack<Tensor>(Results);
        var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
        while (stack.TryPop(out Tensor? tensor))
        {
            if (!seen.Add(tensor) || tensor is Parameter)
            {
                continue;
            }

            if (tensor.IsSymbolic)
            {
                Array.ForEach(tensor.Inputs, stack.Push);
            }
            else
            {
                _captures[tensor] = ValuesOf(tensor);
            }
        }

        return this;
    }

    /// <summary>Says what another trace of the same function computes otherwise; null if nothing. <see cref="Remember"/> comes first.</summary>
    public string? DifferenceFrom(TracedFunction later)
    {
        if (Results.Count != later.Results.Count)
        {
            return "it returns another number of results";
        }

        var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<(Tensor First, Tensor Second)>(Results.Zip(later.Results));
        while (stack.TryPop(out (Tensor First, Tensor Second) pair))
        {
            (Tensor first, Tensor second) = pair;
            if (!seen.Add(first) || (first is Parameter && ReferenceEquals(first, second)))
            {
                continue;
            }

            string? difference = first.IsSymbolic && second.IsSymbolic ? BetweenSymbolic(first, second, later) : BetweenCaptures(first, second);
            if (difference is not null)
            {
                return difference;
            }

            // What was computed at once is compared by its values alone, so that only what was written down is followed.
            for (int i = 0; first.IsSymbolic && i < first.Inputs.Length; i++)
            {
                stack.Push((first.Inputs[i], second.Inputs[i]));
            }
        }

        return null;
    }

    private string? BetweenSymbolic(Tensor first, Tensor second, TracedFunction later)
    {
        if (first.Operation is null || second.Operation is null)
        {
            return Array.IndexOf(_arguments, first) == Array.IndexOf(later._arguments, second) && first.Operation is null && second.Operation is null
                ? null
                : "it computes with other operations";
        }

        return first.Shape == second.Shape && first.Inputs.Length == second.Inputs.Length && AreSame(first.Operation, second.Operation)
            ? null
            : $"it computes '{second.Operation.Name}' {second.Shape} where it computed '{first.Operation.Name}' {first.Shape}";
    }

    /// <summary>Whether two operations do the same, as far as can be told: one of a user's own may be made anew each time.</summary>
    private static bool AreSame(Operation first, Operation second) => (first, second) switch
    {
        (Custom x, Custom y) => x.Definition.GetType() == y.Definition.GetType(),
        (Gather x, Gather y) => x.Indices.AsSpan().SequenceEqual(y.Indices),
        (ScatterAdd x, ScatterAdd y) => x.Indices.AsSpan().SequenceEqual(y.Indices),
        _ => first.Equals(second),
    };

    private string? BetweenCaptures(Tensor first, Tensor second)
    {
        if (first.IsSymbolic || second.IsSymbolic || first is Parameter || second is Parameter || first.Shape != second.Shape || first.DType != second.DType)
        {
            return $"it uses {Describe(second)} where it used {Describe(first)}";
        }

        (double[] before, double[] now) = (_captures[first], ValuesOf(second));
        return before.AsSpan().SequenceEqual(now)
            ? null
            : before.Length == 1
            ? string.Create(CultureInfo.InvariantCulture, $"a number that it captures was {before[0]:R} and is {now[0]:R} now")
            : $"a tensor {first.Shape} that it captures has other values now";
    }

    private static double[] ValuesOf(Tensor tensor) => tensor.ElementCount == 1 ? [tensor.ToExactScalar()] : tensor.ToDoubles();

    private static string Describe(Tensor tensor) => tensor switch
    {
        Parameter parameter => $"parameter '{parameter.Name}'",
        { IsSymbolic: true } => "something computed",
        _ => $"a captured tensor {tensor.Shape}",
    };
}
