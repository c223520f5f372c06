using NeuralOde.Fields;

namespace NeuralOde.Sensitivities;

/// <summary>
/// Solves with one compiled field and one method, and takes gradients through the solve: the layer below <see cref="Blocks.OdeBlock"/>, over spans and without a
/// tape. Made by <see cref="GradientMethod.Create"/> or <see cref="Blocks.OdeBlock.Compile"/>.
/// </summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <remarks>
/// Everything is allocated at construction and at the first solve of each size; after that a forward and a backward pass allocate nothing. Not thread-safe. The methods
/// are this library's: a type of one's own cannot derive from it yet.
/// </remarks>
/// <example>
/// <code>
/// var field = new CompiledField&lt;double&gt;(network.AsField(), [batch, 2]);
/// Sensitivity&lt;double&gt; sensitivity = GradientMethod.Direct.Create(field, new Tsit5(), new AdaptiveSteps());
/// SolveMemory&lt;double&gt; memory = sensitivity.Rent();
/// sensitivity.Forward(memory, z0, times, forGradient: true).ThrowIfFailed();
/// sensitivity.Backward(memory, stateGradients: gradientOf(memory.States), initialGradient, timeGradients: []);
/// sensitivity.AddParameterGradients();
/// </code>
/// </example>
public abstract class Sensitivity<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Integrator<T> _integrator;
    private readonly Stack<SolveMemory<T>> _spare = new();
    private OdeProblem<T>? _problem;
    private readonly List<GradientWarning> _warnings = [];

    private protected Sensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps, T[]? gradient = null, Integrator<T>? integrator = null)
    {
        if (solver.NeedsPositions && field.Positions is null)
        {
            throw new ArgumentException(
                $"'{solver.Name}' moves positions and velocities in turn, and this field does not say which components are positions. Take a separable "
                    + $"{nameof(HamiltonianField)}, a "
                    + $"{nameof(SecondOrderField)} whose acceleration takes no velocities, or override {nameof(VectorField)}.{nameof(VectorField.PositionsOf)}; other fields "
                    + $"take another method, such as {nameof(GaussLegendre4)}, which is symplectic for any energy.",
                nameof(solver));
        }

        Field = field;
        _integrator = integrator ?? new Integrator<T>(solver, steps, field.StateLength, errorNorm: field.ErrorNorm);
        Gradient = gradient ?? new T[field.GradientLength];
    }

    /// <summary>The dynamics.</summary>
    public CompiledField<T> Field { get; }

    /// <summary>The parameters' gradient of the last backward pass: that of one of <see cref="CompiledField{T}.Parameters"/> after that of the other.</summary>
    public ReadOnlySpan<T> ParameterGradient => Gradient.AsSpan(0, Field.ParameterLength);

    /// <summary>What was wrong with gradients so far: the first warning of each reason.</summary>
    public virtual IReadOnlyList<GradientWarning> Warnings => _warnings;

    /// <summary>What a method that chooses chose, and why, as a sentence; null for other methods, and before the first gradient.</summary>
    public virtual string? Choice => null;

    /// <summary>The relative error of the gradient that was checked last; null while none was, or where there was nothing to compare with.</summary>
    public double? MeasuredError { get; private set; }

    /// <summary>The buffers that the backward pass reads: one that changes between a solve and its gradient would make it that of another function.</summary>
    internal abstract IReadOnlyList<Parameter> BackwardBuffers { get; }

    /// <summary>The gradient of parameters, then of inputs, <see cref="CompiledField{T}.GradientLength"/> values.</summary>
    internal T[] Gradient { get; }

    private protected Integrator<T> Integrator => _integrator;

    /// <summary>Whether the forward pass has to keep the solver's steps for the backward pass.</summary>
    internal abstract bool NeedsRecording { get; }

    /// <summary>The most bytes that the steps of one solve may take; null for no limit.</summary>
    /// <param name="times">The output times.</param>
    internal virtual long? BudgetFor(ReadOnlySpan<double> times) => null;

    /// <summary>Whether only the end of a solve is kept, and its steps are taken back.</summary>
    internal virtual bool KeepsEndOnly => false;

    /// <summary>Prepares what is kept of the evaluations of a solve.</summary>
    internal virtual void Keep(SolveMemory<T> memory, bool forGradient)
    {
    }

    /// <summary>The field that is solved.</summary>
    internal virtual IVectorField<T> SolvedField => Field;

    /// <summary>Takes memory for one solve. Hand it back when its gradient has been taken, or keep it for the next solve.</summary>
    /// <returns>The memory, new or used before.</returns>
    public SolveMemory<T> Rent() => _spare.TryPop(out SolveMemory<T>? memory) ? memory : new SolveMemory<T>();

    /// <summary>Hands memory back.</summary>
    /// <param name="memory">What <see cref="Rent"/> gave, once.</param>
    public void Return(SolveMemory<T> memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        _spare.Push(memory);
    }

    /// <summary>Solves; the states at the times are then in the memory.</summary>
    /// <param name="memory">Where to. What it held is lost.</param>
    /// <param name="z0">The state at the first time, flat and row-major.</param>
    /// <param name="times">At least two times, strictly rising or strictly falling.</param>
    /// <param name="forGradient">Whether <see cref="Backward"/> is to follow.</param>
    /// <param name="inputs">
    /// The values of the field's inputs that are no times, those of one after those of the other. They are kept in the memory for <see cref="Backward"/>.
    /// </param>
    /// <param name="timeInputs">The same of those that are times.</param>
    /// <returns>How the solve ended, where, and what it cost. Nothing is thrown where it failed.</returns>
    /// <exception cref="ArgumentException">The state or the inputs have another length, or the times are not so.</exception>
    public SolveResult Forward(
        SolveMemory<T> memory, ReadOnlySpan<T> z0, ReadOnlySpan<double> times, bool forGradient, ReadOnlySpan<T> inputs = default, ReadOnlySpan<double> timeInputs = default)
    {
        ArgumentNullException.ThrowIfNull(memory);
        Field.CountSolve();
        Field.SetInputs(inputs, timeInputs);
        memory.Prepare(times, Field.StateLength, inputs, timeInputs);
        if (forGradient && NeedsRecording)
        {
            memory.Limit(BudgetFor(times), KeepsEndOnly);
        }

        Keep(memory, forGradient);
        SolveResult result = forGradient ? SolveForGradient(memory, z0, times) : Solve(memory, z0, times, null);
        memory.MeanStep = result.IsSuccess && result.Statistics.AcceptedSteps > 0 ? Math.Abs(times[^1] - times[0]) / result.Statistics.AcceptedSteps : null;
        memory.ReadVersions = forGradient && result.IsSuccess ? ReadVersions() : null;
        return result;
    }

    /// <summary>Solves for a gradient.</summary>
    private protected virtual SolveResult SolveForGradient(SolveMemory<T> memory, ReadOnlySpan<T> z0, ReadOnlySpan<double> times) =>
        Solve(memory, z0, times, NeedsRecording ? memory.Recording : null);

    private SolveResult Solve(SolveMemory<T> memory, ReadOnlySpan<T> z0, ReadOnlySpan<double> times, SolveRecording<T>? recording)
    {
        // Implicit methods take the field's own derivative; it is compiled when one first asks.
        _problem ??= Problem();
        return _integrator.Solve(_problem, z0, times, memory.Destination, recording);
    }

    /// <summary>Takes the gradient through the solve that is in the memory.</summary>
    /// <param name="memory">A forward pass for a gradient that succeeded.</param>
    /// <param name="stateGradients">∂L/∂z(tᵢ), <c>[times, state]</c>.</param>
    /// <param name="initialGradient">Destination of dL/dz(t₀), the first row of <paramref name="stateGradients"/> included.</param>
    /// <param name="timeGradients">Destination of dL/dtᵢ, or empty.</param>
    /// <returns>What it cost.</returns>
    /// <exception cref="InvalidOperationException">
    /// The memory has no forward pass for a gradient that succeeded, or a parameter or buffer changed since: the gradient would be that of another function.
    /// </exception>
    /// <exception cref="OdeSolveException">A solve backward in time failed.</exception>
    /// <exception cref="GradientException">The loss's gradient is not finite, or this one is not, or it is worthless.</exception>
    public SolveStatistics Backward(SolveMemory<T> memory, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, Span<double> timeGradients)
    {
        ArgumentNullException.ThrowIfNull(memory);

        if (memory.ReadVersions is not { } versions)
        {
            throw new InvalidOperationException("There is no solve in this memory to take a gradient through: solve with forGradient: true, and see that it succeeded.");
        }

        if (versions != ReadVersions())
        {
            throw new InvalidOperationException(
                "A parameter or buffer of the field changed after the solve and before its gradient, so the gradient would be wrong. "
                    + "Take the gradient before the optimizer's step, and before a buffer is set.");
        }

        // Another solve may have set others since.
        Field.SetInputs(memory.Inputs, memory.TimeInputs);
        NotFiniteGradient.RefuseIn(stateGradients, memory.Times, Field.StateShape);
        SolveStatistics cost = BackwardCore(memory, stateGradients, initialGradient, timeGradients);
        int component = NotFiniteGradient.IndexIn<T>(initialGradient);
        if (component >= 0)
        {
            (double time, component) = FindNotFinite(memory, stateGradients) ?? (memory.Times[0], component);
            throw NotFiniteGradient.At(time, component, Field.StateShape);
        }

        return NotFiniteGradient.IndexIn<T>(Gradient) < 0 ? cost : throw NotFiniteGradient.OfParameters();
    }

    /// <summary>Finds where the gradient of the last backward pass stopped being finite, if the method can tell.</summary>
    private protected virtual (double Time, int Component)? FindNotFinite(SolveMemory<T> memory, ReadOnlySpan<T> stateGradients) => null;

    /// <summary>The gradient of the last backward pass with respect to one input.</summary>
    /// <param name="name">The input's name.</param>
    /// <returns>As many values as the input has, row-major; overwritten by the next backward pass.</returns>
    /// <exception cref="ArgumentException">The field was compiled without an input of this name, or without its gradient.</exception>
    public ReadOnlySpan<T> InputGradient(string name)
    {
        int start = Field.ParameterLength;
        foreach (FieldInput input in Field.InputSpan)
        {
            if (input.Name == name && input.NeedsGradient)
            {
                return Gradient.AsSpan(start, input.Shape.ElementCount);
            }

            start += input.NeedsGradient ? input.Shape.ElementCount : 0;
        }

        throw new ArgumentException($"The field was compiled without an input '{name}' that needs a gradient.", nameof(name));
    }

    /// <summary>Why gradients cannot be differentiated again, as whole sentences; null where they can.</summary>
    internal virtual string? WhyNoSecondOrder => "Take the direct gradient (GradientMethod.Direct): it is that of the steps, and they can be differentiated twice.";

    /// <summary>The derivative of gradients along a direction, where there is no reason why not.</summary>
    internal virtual SecondOrderSolve<T> SecondOrder => throw new NotSupportedException(WhyNoSecondOrder);

    /// <summary>The gradient of the last backward pass with respect to one parameter; zeros for a parameter that the field does not use.</summary>
    internal ReadOnlySpan<T> GradientOf(Parameter parameter)
    {
        int start = 0;
        foreach (Parameter known in Field.ParameterSpan)
        {
            if (known == parameter)
            {
                return Gradient.AsSpan(start, known.ElementCount);
            }

            start += known.ElementCount;
        }

        return new T[parameter.ElementCount];
    }

    /// <summary>Adds the parameters' gradient of the last backward pass to the parameters' own.</summary>
    public void AddParameterGradients()
    {
        int start = 0;
        foreach (Parameter parameter in Field.ParameterSpan)
        {
            parameter.AddToGradient<T>(Gradient.AsSpan(start, parameter.ElementCount));
            start += parameter.ElementCount;
        }
    }

    private OdeProblem<T> Problem()
    {
        PositionLayout? positions = Field.Positions;
        return new OdeProblem<T>(SolvedField)
        {
            Jacobian = Field.Jacobian,
            JacobianBlockLength = Field.JacobianBlockLength,
            PositionCount = positions?.PositionCount,
            RowLength = positions?.RowLength,
            IsSecondOrder = positions?.IsSecondOrder ?? false,
        };
    }

    /// <summary>The sum of the versions of what the backward pass reads.</summary>
    private long ReadVersions()
    {
        long sum = 0;
        foreach (Parameter parameter in Field.ParameterSpan)
        {
            sum += parameter.Version;
        }

        for (int i = 0; i < BackwardBuffers.Count; i++)
        {
            sum += BackwardBuffers[i].Version;
        }

        return sum;
    }

    /// <inheritdoc cref="Backward"/>
    private protected abstract SolveStatistics BackwardCore(
        SolveMemory<T> memory, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, Span<double> timeGradients);

    /// <summary>Keeps the error of a gradient that was checked.</summary>
    private protected void Measured(double error)
    {
        MeasuredError = double.IsNaN(error) ? null : error;
        if (MeasuredError is not null)
        {
            GradientWarnings.AddMeasured(error);
        }
    }

    /// <summary>Tells of a fault.</summary>
    private protected void Warn(GradientWarning warning)
    {
        _warnings.Add(warning);
        GradientWarnings.Add(warning);
    }

    /// <summary>Tells of a fault in the words of the first time, if this is not the first time.</summary>
    private protected bool WarnAgain(GradientWarningReason reason)
    {
        foreach (GradientWarning known in _warnings)
        {
            if (known.Reason == reason)
            {
                GradientWarnings.Add(known);
                return true;
            }
        }

        return false;
    }

    /// <summary><c>g · f(t, z)</c>: how the loss changes when an observation's time moves.</summary>
    private protected double TimeGradient(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> g, Span<T> scratch)
    {
        Field.ForwardOnly.Evaluate(t, z, scratch);
        double sum = 0;
        for (int i = 0; i < g.Length; i++)
        {
            sum += double.CreateTruncating(g[i]) * double.CreateTruncating(scratch[i]);
        }

        return sum;
    }
}
