using NeuralOde.Fields;
using NeuralOde.Sensitivities;
using NeuralOde.Tensors.Operations;

namespace NeuralOde.Blocks;

/// <summary>
/// An ordinary differential equation with events: where a function crosses zero or a time is reached, the state may jump, or the solve end. States, event times and the states at
/// events are differentiable in the initial state, the inputs, the given times of events, and the parameters of field, event functions and jumps.
/// </summary>
/// <remarks>
/// Gradients are the direct ones, of the steps that were made; the time of an event follows the state by the implicit function theorem (R. T. Q. Chen, B. Amos, M. Nickel, ICLR
/// 2021). A batch is one state: an event of one row makes the whole batch jump. Calls from several threads are right, and wait for one another.
/// </remarks>
public sealed class EventOdeBlock : Module
{
    private readonly Lock _oneAtATime = new();
    private readonly ProgramCache<(Shape Shape, DType DType, string Modes, InputShapes Inputs), object> _compiled = new();

    /// <summary>Makes the block.</summary>
    /// <param name="field">The dynamics between events.</param>
    /// <param name="events">What may happen.</param>
    /// <exception cref="ArgumentException">There is no event.</exception>
    public EventOdeBlock(VectorField field, params IReadOnlyList<FieldEvent> events)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(events);
        ArgumentException.ThrowIf(events.Count == 0, $"There is no event. Without one take {nameof(OdeBlock)}.", nameof(events));
        Field = AddModule("field", field);
        Events = [.. events.Select((x, i) => AddModule(FormattableString.Invariant($"event{i}"), x))];
    }

    /// <summary>The dynamics between events.</summary>
    public VectorField Field { get; }

    /// <summary>What may happen.</summary>
    public IReadOnlyList<FieldEvent> Events { get; }

    /// <summary>The method that integrates.</summary>
    /// <value>Default <see cref="SolverDefaults.Solver"/>.</value>
    public OdeSolver Solver
    {
        get;
        init => field = value.HasTranspose && !value.NeedsPositions
            ? value
            : throw new ArgumentException(
                $"Gradients through events need the transpose of the steps, which {value.Name} does not have here. Take an explicit method or Kvaerno5.", nameof(value));
    }
    = SolverDefaults.Solver;

    /// <summary>How the steps are chosen.</summary>
    /// <value>Default <see cref="SolverDefaults.Steps"/>.</value>
    public StepSizeControl Steps { get; init; } = SolverDefaults.Steps;

    /// <summary>Solves to a list of times.</summary>
    /// <param name="z0">The state at the first time, of any shape with at least one element.</param>
    /// <param name="times">At least two times, strictly rising or strictly falling. The first is where <paramref name="z0"/> holds.</param>
    /// <param name="inputs">What field, event functions and jumps take beside time and state; nothing if not given.</param>
    /// <returns>The states, and what happened.</returns>
    /// <exception cref="ArgumentException">The state is empty, the times are not so, or a function returns another shape or reads inputs that were not given.</exception>
    /// <exception cref="OdeSolveException">The solve failed; the message says where and why.</exception>
    public EventSolution Solve(Tensor z0, ReadOnlySpan<double> times, FieldInputs? inputs = null)
    {
        ArgumentNullException.ThrowIfNull(z0);
        InvalidOperationException.ThrowIf(z0.IsSymbolic, "An ODE solve cannot run inside a compiled function: how many steps it takes depends on values.");
        ArgumentException.ThrowIf(z0.ElementCount == 0, $"There is nothing to solve for a state of shape {z0.Shape}: it has no elements.", nameof(z0));
        (string, Tensor)[] given = inputs is null ? [] : [.. inputs.Select(static x => (x.Key, x.Value))];
        lock (_oneAtATime)
        {
            return z0.DType == DType.Float32 ? Solve<float>(z0, times.ToArray(), given) : Solve<double>(z0, times.ToArray(), given);
        }
    }

    private EventSolution Solve<T>(Tensor z0, double[] times, (string Name, Tensor Tensor)[] inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        EventSolve<T> solve = Compile<T>(z0, inputs);
        T[] values = [.. inputs.Where(x => x.Tensor.DType == z0.DType).SelectMany(static x => x.Tensor.ToArray<T>())];
        double[] timeValues = [.. inputs.Where(x => x.Tensor.DType != z0.DType).SelectMany(static x => x.Tensor.ToDoubles())];
        Tensor[] eventTimes = [.. Events.Select(static x => x.Times).OfType<Tensor>().Distinct()];
        IEnumerable<Parameter> buffers = solve.Parts.SelectMany(static x => x.Field.Forward.Buffers).Distinct();
        Tensor[] leaves = [z0, .. solve.Parameters, .. eventTimes, .. inputs.Select(static x => x.Tensor), .. buffers];
        bool isRecorded = GradientMode.IsEnabled && Array.Exists(leaves, static x => x.RequiresGradient);
        SolveRecording<T>? recording = isRecorded ? new SolveRecording<T>() : null;
        int length = z0.ElementCount;
        var states = new T[times.Length * length];
        solve.SetInputs(values, timeValues);
        SolveResult result = solve.Solve(z0.AsSpan<T>(), times, states, recording);
        SolveMeter.AddForward(result.Statistics);
        result.ThrowIfFailed();
        EventOccurrence<T>[] occurrences = [.. solve.Occurrences];

        // One tensor on the tape, of which the others are parts.
        List<T> all = [.. states];
        all.AddRange(occurrences.Select(static x => T.CreateTruncating(x.Time)));
        Array.ForEach(occurrences, x => all.AddRange(x.StateBefore));
        Array.ForEach(occurrences, x => all.AddRange(x.StateAfter));
        Tensor flat = Recorded.Apply("event_ode_solve", Tensor.From(all.ToArray()), leaves, cotangent =>
        {
            if (GradientMode.IsEnabled)
            {
                throw new NotSupportedException("The gradient of a gradient through events is not available (createGraph: true).");
            }

            lock (_oneAtATime)
            {
                solve.SetInputs(values, timeValues);
                return Backward(solve, recording!, times, occurrences, cotangent.AsSpan<T>(), states.Length, z0, eventTimes, leaves.Length);
            }
        });
        int count = occurrences.Length, at = states.Length;
        var one = new Shape([count, .. z0.Shape]);
        return new EventSolution(
            flat.Slice(0, 0, at).Reshape(new Shape([times.Length, .. z0.Shape])),
            [.. occurrences.Select(static x => x.Index)],
            Part(at, new Shape([count])),
            Part(at + count, one),
            Part(at + count + (count * length), one),
            result);

        Tensor Part(int start, Shape shape) => count == 0 ? Tensor.Zeros(shape, z0.DType) : flat.Slice(0, start, shape.ElementCount).Reshape(shape);
    }

    private EventSolve<T> Compile<T>(Tensor z0, (string Name, Tensor Tensor)[] inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        FieldInput[] described = Array.ConvertAll(inputs, x => new FieldInput(x.Name, x.Tensor.Shape) { IsTime = x.Tensor.DType != z0.DType });
        if (_compiled.TryGet((z0.Shape, z0.DType, Modes, new InputShapes(described)), out object known))
        {
            return (EventSolve<T>)known;
        }

        var solve = new EventSolve<T>(Field, Events, z0.Shape, described, Solver, Steps);
        _compiled.Add((z0.Shape, z0.DType, Modes, new InputShapes(described)), solve);
        return solve;
    }

    private Tensor?[] Backward<T>(
        EventSolve<T> solve,
        SolveRecording<T> recording,
        double[] times,
        EventOccurrence<T>[] occurrences,
        ReadOnlySpan<T> cotangent,
        int stateLength,
        Tensor z0,
        Tensor[] eventTimes,
        int leafCount)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = z0.ElementCount, count = occurrences.Length, at = stateLength;
        var events = new EventGradients<T>(count, length);
        for (int i = 0; i < count; i++)
        {
            events.Times[i] = double.CreateTruncating(cotangent[at + i]);
            cotangent.Slice(at + count + (i * length), length).CopyTo(events.StateBefore(i));
            cotangent.Slice(at + count + ((count + i) * length), length).CopyTo(events.StateAfter(i));
        }

        var initial = new T[length];
        SolveMeter.AddBackward(solve.Transpose(recording, times, cotangent[..stateLength], initial, events));
        List<Tensor?> gradients = [Tensor.From(initial, z0.Shape)];
        gradients.AddRange(solve.Parameters.Select(x => Tensor.From(solve.Gradient(x, x.ElementCount), x.Shape)));
        gradients.AddRange(eventTimes.Select(x => TimesGradient(x, occurrences, events)));
        foreach (FieldInput input in solve.Inputs)
        {
            var gradient = Tensor.From(solve.Gradient(input.Name, input.Shape.ElementCount), input.Shape);
            gradients.Add(input.IsTime ? gradient.ToDouble() : gradient);
        }

        return [.. gradients, .. new Tensor?[leafCount - gradients.Count]];
    }

    /// <summary>The gradient by given times, of the occurrences at each.</summary>
    private Tensor TimesGradient<T>(Tensor times, EventOccurrence<T>[] occurrences, EventGradients<T> events)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] values = times.ToDoubles(), gradient = new double[values.Length];
        for (int i = 0; i < occurrences.Length; i++)
        {
            if (Events[occurrences[i].Index].Times == times)
            {
                gradient[Array.IndexOf(values, occurrences[i].Time)] += events.GivenTimes[i];
            }
        }

        var result = Tensor.From(gradient);
        return times.DType == DType.Float32 ? result.ToSingle() : result;
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner)
    {
        ArgumentNullException.ThrowIfNull(cloner);
        return new EventOdeBlock(cloner.Clone(Field), [.. Events.Select(cloner.Clone)]) { Solver = Solver, Steps = Steps };
    }
}
