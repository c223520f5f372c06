using System.Numerics;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Sensitivities;

/// <summary>
/// Solves with one field, solver and shape of state, and takes gradients through the solve by one method. Everything is allocated
/// at construction and at the first solve of each size; after that a forward and a backward pass allocate nothing.
/// </summary>
internal abstract class Sensitivity<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Integrator<T> _integrator;
    private readonly CompiledField<T> _field;
    private CompiledField<T>? _fieldOfBackward;
    private readonly Stack<SolveMemory<T>> _spare = new();

    protected Sensitivity(FieldPrograms<T> programs, OdeSolver solver, StepSizeControl steps)
    {
        Programs = programs;
        _integrator = new Integrator<T>(solver, steps, programs.StateLength, errorNorm: programs.ErrorNorm);
        _field = new CompiledField<T>(programs.Forward);
        ParameterGradient = new T[programs.ParameterLength];
    }

    public FieldPrograms<T> Programs { get; }

    /// <summary>The parameters' gradient of the last backward pass, parameter after parameter.</summary>
    public T[] ParameterGradient { get; protected init; }

    /// <summary>The cost of the last forward pass.</summary>
    public SolveStatistics ForwardStatistics { get; private set; }

    /// <summary>The cost of the last backward pass.</summary>
    public SolveStatistics BackwardStatistics { get; protected set; }

    protected Integrator<T> Integrator => _integrator;

    /// <summary>Whether the forward pass has to keep the solver's steps for the backward pass.</summary>
    protected abstract bool NeedsRecording { get; }

    /// <summary>Memory for one forward pass; hand it back when its gradient has been taken.</summary>
    public SolveMemory<T> Rent() => _spare.TryPop(out SolveMemory<T>? memory) ? memory : new SolveMemory<T>();

    public void Return(SolveMemory<T> memory) => _spare.Push(memory);

    /// <summary>Solves; the states at the times are then in the memory.</summary>
    public SolveResult Forward(SolveMemory<T> memory, ReadOnlySpan<T> z0, ReadOnlySpan<double> times, bool forGradient)
    {
        memory.Prepare(times, Programs.StateLength);
        SolveResult result = _integrator.Solve(_field, z0, times, memory.States, forGradient && NeedsRecording ? memory.Recording : null);
        ForwardStatistics = result.Statistics;
        return result;
    }

    /// <summary>Takes the gradient through the solve that is in the memory.</summary>
    /// <param name="memory">A forward pass for a gradient.</param>
    /// <param name="stateGradients">∂L/∂z(tᵢ), <c>[times, state]</c>.</param>
    /// <param name="initialGradient">Destination of dL/dz(t₀), the first row of <paramref name="stateGradients"/> included.</param>
    /// <param name="timeGradients">Destination of dL/dtᵢ, or empty.</param>
    public abstract void Backward(SolveMemory<T> memory, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, Span<double> timeGradients);

    /// <summary>Adds the parameters' gradient of the last backward pass to the parameters' own.</summary>
    public void AddParameterGradients()
    {
        int start = 0;
        foreach (Parameter parameter in Programs.Parameters)
        {
            parameter.AddToGradient<T>(ParameterGradient.AsSpan(start, parameter.ElementCount));
            start += parameter.ElementCount;
        }
    }

    /// <summary><c>g · f(t, z)</c>: how the loss changes when an observation's time moves.</summary>
    protected double TimeGradient(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> g, Span<T> scratch)
    {
        _fieldOfBackward ??= new CompiledField<T>(Programs.ForwardOnly);
        _fieldOfBackward.Evaluate(t, z, scratch);
        double sum = 0;
        for (int i = 0; i < g.Length; i++)
        {
            sum += double.CreateTruncating(g[i]) * double.CreateTruncating(scratch[i]);
        }

        return sum;
    }
}
