using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Sensitivities;

namespace NeuralOde.Training;

/// <summary>
/// Repeats one training step on trajectories: solve, loss, gradient, optimizer. The loss is compiled like the field, so that a step
/// allocates nothing once each number of times has been seen.
/// </summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <remarks>It gives the gradients of <see cref="OdeBlock.Forward(Tensor, ReadOnlySpan{double})"/> and <see cref="Tensor.Backward"/>, without their garbage.</remarks>
public sealed class TrajectoryTrainer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const string LossAdvice = "A weight that changes belongs into a Parameter with isTrainable: false, which is read live: set it by SetValues.";

    private readonly Func<Tensor, Tensor, Tensor> _loss;
    private readonly Optimizer? _optimizer;
    private readonly OdeBlock _ode;
    private readonly SolveMemory<T> _memory;
    private Sensitivity<T> _sensitivity;
    private readonly ProgramCache<int, (Program<T> Program, CaptureGuard Captures)> _lossPrograms = new();
    private readonly T[] _initialGradient;
    private readonly FieldInput[] _inputs;
    private Parameter[] _lossParameters = [];

    /// <summary>Prepares the step: compiles the field with its vector-Jacobian product.</summary>
    /// <param name="ode">The model.</param>
    /// <param name="stateShape">The shape of the initial states, by convention <c>[batch, state]</c>.</param>
    /// <param name="loss">
    /// From predicted states, <c>[times, …state shape]</c>, and observations, <c>[times, …observed shape]</c>, to a scalar. It may use parameters of its own
    /// (a decoder, a noise level): they get their gradients too.
    /// </param>
    /// <param name="optimizer">Moves the parameters; none where only gradients are wanted.</param>
    /// <param name="observedShape">The shape of one time's observations; the state's if not given.</param>
    /// <param name="inputs">What the field takes beside time and state; nothing if not given.</param>
    /// <exception cref="ArgumentException">The field returns another shape than the state's, or reads other inputs than these.</exception>
    public TrajectoryTrainer(
        OdeBlock ode, Shape stateShape, Func<Tensor, Tensor, Tensor> loss, Optimizer? optimizer = null, Shape? observedShape = null, IReadOnlyList<FieldInput>? inputs = null)
    {
        ArgumentNullException.ThrowIfNull(ode);
        ArgumentNullException.ThrowIfNull(loss);
        _loss = loss;
        _optimizer = optimizer;
        _ode = ode;
        _inputs = inputs is null ? [] : [.. inputs];
        _sensitivity = ode.Compile<T>(stateShape, _inputs);
        _memory = _sensitivity.Rent();
        _initialGradient = new T[stateShape.ElementCount];
        StateShape = stateShape;
        ObservedShape = observedShape ?? stateShape;
    }

    /// <summary>The shape of the initial states.</summary>
    public Shape StateShape { get; }

    /// <summary>The shape of one time's observations.</summary>
    public Shape ObservedShape { get; }

    /// <summary>The gradient of the last step's loss with respect to the initial states.</summary>
    public ReadOnlySpan<T> InitialGradient => _initialGradient;

    /// <summary>What the last step's solve cost.</summary>
    public SolveStatistics ForwardStatistics { get; private set; }

    /// <summary>What the last step's gradient cost.</summary>
    public SolveStatistics BackwardStatistics { get; private set; }

    /// <summary>Solves, measures, takes the gradient, and lets the optimizer move the parameters.</summary>
    /// <param name="initial">Initial states, as many values as <see cref="StateShape"/> has elements.</param>
    /// <param name="times">At least two times, strictly rising or falling.</param>
    /// <param name="observed">Observations, <c>[times, …<see cref="ObservedShape"/>]</c>.</param>
    /// <param name="inputs">The values of the field's inputs that are no times, those of one after those of the other, each row-major.</param>
    /// <param name="timeInputs">The same of those that are times.</param>
    /// <returns>The loss before the move.</returns>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    /// <exception cref="OdeSolveException">The solve failed.</exception>
    public double Step(
        ReadOnlySpan<T> initial, ReadOnlySpan<double> times, ReadOnlySpan<T> observed, ReadOnlySpan<T> inputs = default, ReadOnlySpan<double> timeInputs = default)
    {
        ArgumentException.ThrowIf(
            observed.Length != times.Length * ObservedShape.ElementCount,
            $"{times.Length} times of observations {ObservedShape} are {times.Length * ObservedShape.ElementCount} values, not {observed.Length}.", nameof(observed));
        // Looked up anew: the field may have been switched between training and evaluation.
        _sensitivity = _ode.Compile<T>(StateShape, _inputs);
        SolveResult result = _sensitivity.Forward(_memory, initial, times, forGradient: true, inputs, timeInputs);
        ForwardStatistics = result.Statistics;
        result.ThrowIfFailed();
        Program<T> program = LossProgram(times.Length);
        _memory.States.CopyTo(program.Input(0));
        observed.CopyTo(program.Input(1));
        program.Run();
        BackwardStatistics = _sensitivity.Backward(_memory, program.Output(1), _initialGradient, []);
        _sensitivity.AddParameterGradients();
        for (int i = 0; i < _lossParameters.Length; i++)
        {
            _lossParameters[i].AddToGradient(program.Output(i + 2));
        }

        _optimizer?.Step();
        return double.CreateTruncating(program.Output(0)[0]);
    }

    /// <summary>The gradient of the last step's loss with respect to one of the field's inputs.</summary>
    /// <param name="name">The input's name.</param>
    /// <returns>As many values as the input has, row-major; overwritten by the next step.</returns>
    /// <exception cref="ArgumentException">There is no such input, or it was declared without a gradient.</exception>
    public ReadOnlySpan<T> InputGradient(string name) => _sensitivity.InputGradient(name);

    private Program<T> LossProgram(int timeCount)
    {
        if (!_lossPrograms.TryGet(timeCount, out (Program<T> Program, CaptureGuard Captures) entry))
        {
            ProgramInput[] inputs = [new("predicted", new([timeCount, .. StateShape])), new("observed", new([timeCount, .. ObservedShape]))];

            // Compiled once without its gradient, to see which parameters it uses.
            var traced = TracedFunction.Of<T>(x => [Scalar(x)], inputs);
            _lossParameters = [.. Program<T>.Compile(traced, inputs).Parameters];
            var program = Program<T>.Compile(
                x =>
                {
                    Tensor loss = Scalar(x);
                    return [loss, .. Gradients.Of(loss, [x[0], .. _lossParameters])];
                },
                inputs);
            entry = (program, new CaptureGuard("loss", LossAdvice, traced, () => TracedFunction.Of<T>(x => [Scalar(x)], inputs)));
            _lossPrograms.Add(timeCount, entry);
        }

        entry.Captures.Use();
        return entry.Program;
    }

    private Tensor Scalar(Tensor[] x)
    {
        Tensor loss = _loss(x[0], x[1]);
        return loss.ElementCount == 1
            ? loss
            : throw new ArgumentException($"A loss is a scalar; this one has shape {loss.Shape}. Take its mean or sum.");
    }
}
