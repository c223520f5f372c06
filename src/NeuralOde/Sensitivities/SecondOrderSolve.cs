using NeuralOde.Fields;

namespace NeuralOde.Sensitivities;

/// <summary>
/// The derivative of a direct gradient along a direction. With Φ the discrete map from initial state, parameters and inputs x to the states, a gradient is
/// <c>g = c·Φ'(x)</c>; of a direction w it needs <c>Φ'(x) w</c>, which is its derivative by c, and <c>c·Φ''(x) w</c>, that by x: the state and its tangent are
/// solved together by the same steps, and their solve is transposed.
/// </summary>
internal sealed class SecondOrderSolve<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly CompiledField<T> _field;
    private readonly CompiledField<T> _joint;
    private readonly OdeSolver _solver;
    private readonly StepSizeControl _steps;
    private readonly CompiledVectorJacobianProduct<T> _product;

    /// <param name="field">The dynamics.</param>
    /// <param name="solver">The method.</param>
    /// <param name="steps">Its steps.</param>
    public SecondOrderSolve(CompiledField<T> field, OdeSolver solver, StepSizeControl steps)
    {
        (_field, _solver, _steps) = (field, solver, steps);
        InvalidOperationException.ThrowIf(
            !field.IsInItsModes,
            "A module of the field was switched between training and evaluation after the solve, so the gradient of its gradient would be that of another field.");
        var tangent = new TangentField(field.Source, field.StateShape, field.Parameters, field.Inputs);
        _joint = new CompiledField<T>(tangent, new Shape([2, .. field.StateShape]), tangent.Inputs);
        _product = new CompiledVectorJacobianProduct<T>(_joint);
    }

    /// <summary>The buffers that it reads.</summary>
    public IReadOnlyList<Parameter> Buffers => _product.Buffers;

    /// <summary>Solves, and differentiates.</summary>
    /// <param name="solve">What was solved.</param>
    /// <param name="cotangents">c, <c>[times, state]</c>.</param>
    /// <param name="direction">w, of the initial state, then of parameters, then of inputs that need a gradient.</param>
    /// <param name="tangents">Destination of <c>Φ'(x) w</c>, <c>[times, state]</c>.</param>
    /// <param name="gradient">Destination of <c>c·Φ''(x) w</c>, laid out as the direction.</param>
    /// <exception cref="OdeSolveException">The solve failed: state or tangent are not finite.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(SolvedSteps<T> solve, ReadOnlySpan<T> cotangents, ReadOnlySpan<T> direction, Span<T> tangents, Span<T> gradient)
    {
        // In units of the largest component, which suits the iterations of implicit methods.
        int length = _field.StateLength, times = solve.Times.Length;
        T size = AdjointSolve<T>.Largest(direction);
        if (size == T.Zero)
        {
            tangents.Clear();
            gradient.Clear();
            return;
        }

        T[] unit = [.. direction];
        for (int i = 0; i < unit.Length; i++)
        {
            unit[i] /= size;
        }

        (T[] inputs, double[] timeInputs) = Inputs(solve, unit);
        StepSizeControl steps = _steps is FixedSteps ? _steps : GivenSteps.At(solve.Nodes);
        var sensitivity = new DirectSensitivity<T>(_joint, _solver, steps, _product);
        SolveMemory<T> memory = sensitivity.Rent();
        sensitivity.Forward(memory, [.. solve.InitialState, .. unit.AsSpan(0, length)], solve.Times, forGradient: true, inputs, timeInputs).ThrowIfFailed();
        var jointCotangents = new T[2 * cotangents.Length];
        for (int i = 0; i < times; i++)
        {
            Scaled(memory.State(i)[length..], size, tangents.Slice(i * length, length));
            cotangents.Slice(i * length, length).CopyTo(jointCotangents.AsSpan(((2 * i) + 1) * length));
        }

        var initial = new T[2 * length];
        sensitivity.Backward(memory, jointCotangents, initial, []);
        Scaled(initial.AsSpan(0, length), size, gradient);
        int start = length;
        foreach (Parameter parameter in _field.ParameterSpan)
        {
            Scaled(sensitivity.GradientOf(parameter), size, gradient[start..]);
            start += parameter.ElementCount;
        }

        foreach (FieldInput input in _field.InputSpan)
        {
            if (input.NeedsGradient)
            {
                Scaled(sensitivity.InputGradient(input.Name), size, gradient[start..]);
                start += input.Shape.ElementCount;
            }
        }
    }

    /// <summary>The values of the joint field's inputs, without times, and the times.</summary>
    private (T[] Inputs, double[] Times) Inputs(SolvedSteps<T> solve, ReadOnlySpan<T> direction)
    {
        List<T> inputs = [.. solve.Inputs, .. new T[_field.StateLength], .. direction.Slice(_field.StateLength, _field.ParameterLength)];
        List<double> times = [.. solve.TimeInputs];
        int start = _field.StateLength + _field.ParameterLength;
        foreach (FieldInput input in _field.InputSpan)
        {
            if (!input.NeedsGradient)
            {
                continue;
            }

            ReadOnlySpan<T> part = direction.Slice(start, input.Shape.ElementCount);
            start += part.Length;
            foreach (T value in part)
            {
                if (input.IsTime)
                {
                    times.Add(double.CreateTruncating(value));
                }
                else
                {
                    inputs.Add(value);
                }
            }
        }

        return ([.. inputs], [.. times]);
    }

    private static void Scaled(ReadOnlySpan<T> values, T factor, Span<T> destination)
    {
        for (int i = 0; i < values.Length; i++)
        {
            destination[i] = values[i] * factor;
        }
    }
}
