using System.Numerics;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Modules;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Blocks;

/// <summary>
/// A layer whose output is the solution of an ordinary differential equation: <c>dz/dt = f(t, z, θ)</c> from an initial state to any
/// list of times, differentiable in the initial state, the parameters and the times (Chen et al. 2018, arXiv 1806.07366).
/// </summary>
/// <remarks>The field is compiled once for each shape of the state, each element type, and for training and evaluation where its modules differ in them. Not for use on two threads at once.</remarks>
public sealed class OdeBlock : Module
{
    private readonly Dictionary<(Shape Shape, DType DType, string Modes), object> _compiled = [];

    /// <summary>Makes the layer.</summary>
    /// <param name="field">The dynamics.</param>
    public OdeBlock(VectorField field)
    {
        ArgumentNullException.ThrowIfNull(field);
        Field = AddModule("field", field);
    }

    /// <summary>The dynamics.</summary>
    public VectorField Field { get; }

    /// <summary>The method that integrates.</summary>
    /// <value>Default <see cref="Dopri5"/>.</value>
    public OdeSolver Solver { get; init; } = new Dopri5();

    /// <summary>How the steps are chosen.</summary>
    /// <value>
    /// Default: <see cref="AdaptiveSteps"/> with relative tolerance 1e-5 and absolute tolerance 1e-7. A method without an error estimate needs <see cref="FixedSteps"/>.
    /// </value>
    public StepSizeControl Steps { get; init; } = new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-7 };

    /// <summary>How gradients are taken through the solve.</summary>
    /// <value>Default <see cref="GradientMethod.Direct"/>.</value>
    public GradientMethod Gradient { get; init; } = GradientMethod.Direct;

    /// <summary>What the last forward pass cost.</summary>
    public SolveStatistics ForwardStatistics { get; private set; }

    /// <summary>What the last backward pass cost.</summary>
    public SolveStatistics BackwardStatistics { get; private set; }

    /// <summary>Solves to a list of times.</summary>
    /// <param name="z0">The state at the first time, of any shape with at least one element; by convention <c>[batch, state]</c>.</param>
    /// <param name="times">At least two times, strictly rising or strictly falling. The first is where <paramref name="z0"/> holds.</param>
    /// <returns>The states at all times, the first included: <c>[times, …shape of z0]</c>.</returns>
    /// <exception cref="ArgumentException">The state is empty, the times are not strictly monotone, the field returns another shape than the state's, or its parameters have another element type.</exception>
    /// <exception cref="InvalidOperationException">The method has no error estimate and no <see cref="FixedSteps"/> were given, or the field reads values while it is compiled.</exception>
    /// <exception cref="OdeSolveException">The solve failed; the message says where and why.</exception>
    public Tensor Forward(Tensor z0, params ReadOnlySpan<double> times) => Forward(z0, times.ToArray(), null);

    /// <summary>Solves to a list of times that may require a gradient themselves.</summary>
    /// <param name="z0">The state at the first time.</param>
    /// <param name="times">A vector of at least two times, strictly rising or strictly falling, of either element type.</param>
    /// <inheritdoc cref="Forward(Tensor, ReadOnlySpan{double})"/>
    public Tensor Forward(Tensor z0, Tensor times)
    {
        ArgumentNullException.ThrowIfNull(times);
        return times.Rank == 1
            ? Forward(z0, times.ToDoubles(), times)
            : throw new ArgumentException($"Times are a vector; got shape {times.Shape}.", nameof(times));
    }

    internal Sensitivity<T> Compile<T>(Shape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!_compiled.TryGetValue((shape, DTypes.Of<T>(), Field.Modes), out object? compiled))
        {
            if (!Solver.IsAdaptive && Steps is AdaptiveSteps)
            {
                throw new InvalidOperationException(
                    $"'{Solver.Name}' has no error estimate to choose steps by. Say the steps: new OdeBlock(field) {{ Solver = …, Steps = FixedSteps.OfLength(0.05) }}, or take a method that has one, such as Dopri5.");
            }

            compiled = Gradient.Create(new FieldPrograms<T>(Field, shape), Solver, Steps);

            // The modes are asked for again: compiling shows which modules have any.
            _compiled[(shape, DTypes.Of<T>(), Field.Modes)] = compiled;
        }

        return (Sensitivity<T>)compiled;
    }

    private Tensor Forward(Tensor z0, double[] times, Tensor? timesTensor)
    {
        ArgumentNullException.ThrowIfNull(z0);
        if (z0.IsSymbolic)
        {
            throw new InvalidOperationException("An ODE solve cannot stand inside a compiled function: how many steps it takes depends on values. Solve outside, or extend the state and let one solve do both.");
        }

        if (z0.ElementCount == 0)
        {
            throw new ArgumentException($"There is nothing to solve for a state of shape {z0.Shape}: it has no elements.", nameof(z0));
        }

        return z0.DType == DType.Float32 ? Solve<float>(z0, times, timesTensor) : Solve<double>(z0, times, timesTensor);
    }

    private Tensor Solve<T>(Tensor z0, double[] times, Tensor? timesTensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Sensitivity<T> sensitivity = Compile<T>(z0.Shape);
        Parameter[] parameters = sensitivity.Programs.Parameters;
        bool wantsGradient = GradientMode.IsEnabled && (z0.RequiresGradient || parameters.Length > 0 || timesTensor is { RequiresGradient: true });
        SolveMemory<T> memory = sensitivity.Rent();
        SolveResult result = sensitivity.Forward(memory, z0.AsSpan<T>(), times, wantsGradient);
        ForwardStatistics = result.Statistics;
        result.ThrowIfFailed();
        Tensor value = Tensor.From<T>(memory.States, new Shape([times.Length, .. z0.Shape]));
        if (!wantsGradient)
        {
            sensitivity.Return(memory);
            return value;
        }

        bool taken = false;
        Tensor[] inputs = timesTensor is null ? [z0, .. parameters] : [z0, .. parameters, timesTensor];
        return Custom(value, inputs, cotangent =>
        {
            if (GradientMode.IsEnabled)
            {
                throw new NotSupportedException("The gradient of a gradient through an ODE solve is not available (createGraph: true).");
            }

            if (taken)
            {
                throw new InvalidOperationException("The gradient through this solve was taken already, and its memory reused. Call Forward again, or add the losses up and call Backward once.");
            }

            taken = true;
            Tensor[] gradients = Backward(sensitivity, memory, cotangent, timesTensor);
            sensitivity.Return(memory);
            return gradients;
        });
    }

    private static Tensor Custom(Tensor value, Tensor[] inputs, Func<Tensor, Tensor?[]> backward) => Tensors.Operations.Custom.Apply("ode_solve", value, inputs, backward);

    private Tensor[] Backward<T>(Sensitivity<T> sensitivity, SolveMemory<T> memory, Tensor cotangent, Tensor? timesTensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        FieldPrograms<T> programs = sensitivity.Programs;
        var initial = Storage<T>.Allocate(programs.StateLength);
        double[] times = timesTensor is { RequiresGradient: true } ? new double[memory.TimeCount] : [];
        sensitivity.Backward(memory, cotangent.AsSpan<T>(), initial.Span, times);
        BackwardStatistics = sensitivity.BackwardStatistics;
        List<Tensor> gradients = [new Tensor(programs.StateShape, initial)];
        int start = 0;
        foreach (Parameter parameter in programs.Parameters)
        {
            gradients.Add(Tensor.From<T>(sensitivity.ParameterGradient.AsSpan(start, parameter.ElementCount), parameter.Shape));
            start += parameter.ElementCount;
        }

        if (timesTensor is not null)
        {
            Tensor gradient = times.Length > 0 ? Tensor.From(times) : Tensor.Zeros(timesTensor.Shape, DType.Float64);
            gradients.Add(timesTensor.DType == DType.Float32 ? gradient.ToSingle() : gradient);
        }

        return [.. gradients];
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new OdeBlock(cloner.Clone(Field)) { Solver = Solver, Steps = Steps, Gradient = Gradient };
}
