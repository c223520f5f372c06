namespace NeuralOde.Sensitivities;

/// <summary>The gradient by forward sensitivities: one for each component of the initial state, then for each parameter, then for each input that needs a gradient.</summary>
internal sealed class ForwardGradientSensitivity<T> : Sensitivity<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ForwardSensitivity<T> _joint;
    private readonly OdeProblem<T> _problem;
    private readonly Integrator<T> _integrator;
    private readonly ParameterTangent<T> _tangent;
    private readonly T[] _start;
    private readonly T[] _slope;

    public ForwardGradientSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps, AdjointNorm norm)
        : base(field, solver, steps)
    {
        int state = field.StateLength;
        long count = (long)state + field.GradientLength, length = state * (1 + count);
        ArgumentException.ThrowIf(
            length > Array.MaxLength,
            $"The forward gradient solves a state of {state} components with its derivatives by {count} numbers, {length} values in all, which is too much. "
                + $"Take the direct gradient.",
            nameof(field));
        if (field.IsStateful)
        {
            throw new NotSupportedException(
                "The forward gradient evaluates the field for state and derivatives together, so it cannot move running statistics. Take the direct gradient, or evaluation mode.");
        }

        _tangent = new ParameterTangent<T>(field);
        var problem = new OdeProblem<T>(field) { Jacobian = field.Jacobian };
        _joint = new ForwardSensitivity<T>(problem, state, (int)count, ByParameter, field.JacobianVectorProduct);
        _problem = _joint.ProblemFor(solver);
        ErrorNorm? counted = field.ErrorNorm ?? (norm == AdjointNorm.Full ? null : _joint.StateNorm);
        _integrator = new Integrator<T>(solver, ForAll(steps, (int)count), _joint.Length, errorNorm: counted);
        _start = _joint.Initial(new T[state]);
        for (int i = 0; i < state; i++)
        {
            _start[((1 + i) * state) + i] = T.One;
        }

        _slope = new T[state];
    }

    internal override IReadOnlyList<Parameter> BackwardBuffers => _tangent.Buffers;

    internal override bool NeedsRecording => false;

    private protected override SolveResult SolveForGradient(SolveMemory<T> memory, ReadOnlySpan<T> z0, ReadOnlySpan<double> times)
    {
        z0.CopyTo(_start);
        Span<T> joint = memory.Joint(times.Length * _joint.Length);
        SolveResult result = _integrator.Solve(_problem, _start, times, joint);
        for (int i = 0; i < times.Length; i++)
        {
            joint.Slice(i * _joint.Length, z0.Length).CopyTo(memory.Destination[(i * z0.Length)..]);
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override SolveStatistics BackwardCore(SolveMemory<T> memory, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, Span<double> timeGradients)
    {
        int length = Field.StateLength;
        Array.Clear(Gradient);
        initialGradient.Clear();
        for (int i = memory.TimeCount - 1; i >= 0; i--)
        {
            ReadOnlySpan<T> g = stateGradients.Slice(i * length, length);
            if (i == 0 && !timeGradients.IsEmpty)
            {
                // The initial state is given: moving t₀ only shortens the solve.
                timeGradients[0] = -TimeGradient(memory.Times[0], memory.State(0), initialGradient, _slope);
            }
            else if (!timeGradients.IsEmpty)
            {
                timeGradients[i] = TimeGradient(memory.Times[i], memory.State(i), g, _slope);
            }

            ReadOnlySpan<T> state = memory.Joint(memory.TimeCount * _joint.Length).Slice(i * _joint.Length, _joint.Length);
            for (int k = 0; k < _joint.ParameterCount; k++)
            {
                T product = Dot(g, _joint.Sensitivity(state, k));
                (k < length ? ref initialGradient[k] : ref Gradient[k - length]) += product;
            }
        }

        return default;
    }

    private void ByParameter(double t, ReadOnlySpan<T> z, int parameter, Span<T> destination)
    {
        if (parameter >= Field.StateLength)
        {
            _tangent.Evaluate(t, z, parameter - Field.StateLength, destination);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Dot(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
    {
        T sum = T.Zero;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    /// <summary>Absolute tolerances of the state's components, for each of its derivatives again.</summary>
    private static StepSizeControl ForAll(StepSizeControl steps, int count) => steps is AdaptiveSteps { AbsoluteTolerances: { } tolerances } adaptive
        ? adaptive with { AbsoluteTolerances = [.. Enumerable.Repeat(tolerances, 1 + count).SelectMany(static x => x)] }
        : steps;
}
