using NeuralOde.Fields;

namespace NeuralOde.Sensitivities;

/// <summary>Solves a compiled field with events, and takes the direct gradient through solve, events and jumps.</summary>
internal sealed class EventSolve<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly CompiledEvent<T>[] _events;
    private readonly CompiledEvent<T>.Part _field;
    private readonly Integrator<T> _integrator;

    public EventSolve(VectorField field, IReadOnlyList<FieldEvent> events, Shape state, IReadOnlyList<FieldInput> inputs, OdeSolver solver, StepSizeControl steps)
    {
        _field = new CompiledEvent<T>.Part(field, state, inputs);
        _events = [.. events.Select(x => new CompiledEvent<T>(x, state, inputs))];
        Parts = [_field, .. _events.SelectMany(static x => x.Parts)];
        Inputs = inputs;
        Parameters = [.. Parts.SelectMany(static x => x.Field.Parameters).Distinct()];
        _integrator = new Integrator<T>(solver, steps, state.ElementCount, errorNorm: _field.Field.ErrorNorm);
        if (inputs.FirstOrDefault(x => !Parts.Any(part => part.Field.Reads(x.Name))) is { } unread)
        {
            throw new ArgumentException($"Neither the vector field nor an event reads the input '{unread.Name}'.", nameof(inputs));
        }
    }

    /// <summary>The field, then the events' functions and jumps.</summary>
    public IReadOnlyList<CompiledEvent<T>.Part> Parts { get; }

    /// <summary>What they take beside time and state.</summary>
    public IReadOnlyList<FieldInput> Inputs { get; }

    /// <summary>All parameters that they use.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>What happened in the last solve.</summary>
    public IReadOnlyList<EventOccurrence<T>> Occurrences => _integrator.Occurrences;

    /// <summary>Sets the values of the inputs of all parts.</summary>
    public void SetInputs(ReadOnlySpan<T> inputs, ReadOnlySpan<double> times)
    {
        foreach (CompiledEvent<T>.Part part in Parts)
        {
            part.Field.SetInputs(inputs, times);
        }
    }

    public SolveResult Solve(ReadOnlySpan<T> z0, ReadOnlySpan<double> times, Span<T> states, SolveRecording<T>? recording)
    {
        foreach (CompiledEvent<T>.Part part in Parts)
        {
            part.Field.CountSolve();
        }

        var problem = new OdeProblem<T>(_field.Field)
        {
            Jacobian = _field.Field.Jacobian,
            JacobianBlockLength = _field.Field.JacobianBlockLength,
            Events = [.. _events.Select(static x => x.Make())],
        };
        return _integrator.Solve(problem, z0, times, states, recording);
    }

    /// <summary>Takes the gradient; <see cref="Gradient"/> then gives its parts.</summary>
    public SolveStatistics Transpose(
        SolveRecording<T> recording, ReadOnlySpan<double> times, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, EventGradients<T> events)
    {
        foreach (CompiledEvent<T>.Part part in Parts)
        {
            Array.Clear(part.Product.Gradient);
        }

        NotFiniteGradient.RefuseIn(stateGradients, times, _field.Field.StateShape);
        return _integrator.Transpose(recording, _field.Product, stateGradients, initialGradient, [], events);
    }

    /// <summary>The gradient by a parameter, or by an input of a name.</summary>
    public T[] Gradient(object of, int length)
    {
        var sum = new T[length];
        foreach (CompiledEvent<T>.Part part in Parts)
        {
            part.AddGradient(of, sum);
        }

        return sum;
    }
}
