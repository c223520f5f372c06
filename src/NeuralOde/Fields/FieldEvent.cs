namespace NeuralOde.Fields;

/// <summary>
/// Something that happens during a solve of an <see cref="Blocks.EventOdeBlock"/>: a function of time and state crosses zero, or a given time is reached. It may end the solve
/// or make the state jump. Function and jump are made of tensor operations; what they learn is among the block's parameters.
/// </summary>
/// <example>
/// <code>
/// // A bouncing ball, [height, velocity], whose restitution is learned.
/// var restitution = new Parameter(Tensor.From(0.9), "restitution");
/// var bounce = new FieldEvent((t, z) => z.Slice(0, 0, 1))
/// {
///     Direction = EventDirection.Falling,
///     Jump = VectorField.Define((t, z) => z * Tensor.Concatenate([Tensor.From(1.0), -restitution])),
/// };
/// var ball = new EventOdeBlock(VectorField.Define((t, z) => Tensor.Concatenate([z.Slice(0, 1, 1), Tensor.From(-9.81)])), bounce);
/// EventSolution solution = ball.Solve(Tensor.From(1.0, 0.0), [0, 2]);
/// </code>
/// </example>
public sealed class FieldEvent : Module
{
    /// <summary>Makes an event where a function of time and state crosses zero.</summary>
    /// <param name="function">From time (a scalar) and state to a tensor of one element, made of tensor operations.</param>
    /// <param name="modules">Modules whose parameters the function uses.</param>
    public FieldEvent(Func<Tensor, Tensor, Tensor> function, params Module[] modules)
    {
        ArgumentNullException.ThrowIfNull(function);
        Condition = AddModule("condition", VectorField.Define((t, z) => Spread(function(t, z), z.Shape), modules));
    }

    /// <summary>Makes an event where a function of time, state and inputs crosses zero.</summary>
    /// <param name="function">From time (a scalar), state and inputs to a tensor of one element, made of tensor operations.</param>
    /// <param name="modules">Modules whose parameters the function uses.</param>
    public FieldEvent(Func<Tensor, Tensor, FieldInputs, Tensor> function, params Module[] modules)
    {
        ArgumentNullException.ThrowIfNull(function);
        Condition = AddModule("condition", VectorField.Define((t, z, inputs) => Spread(function(t, z, inputs), z.Shape), modules));
    }

    /// <summary>Makes an event at given times: doses, for example.</summary>
    /// <param name="times">Finite times in any order, all different. Those outside the interval that is solved are left out; the initial time counts.</param>
    /// <exception cref="ArgumentException">A time is not finite, or occurs twice.</exception>
    public FieldEvent(params double[] times)
    {
        ArgumentNullException.ThrowIfNull(times);
        _ = new OdeEvent<double>(times);
        Times = Tensor.From(times);
    }

    /// <summary>Makes an event at times that may require a gradient, or be learned as a <see cref="Parameter"/>. They are read anew at each solve.</summary>
    /// <param name="times">A vector of finite times in any order, all different when a solve starts.</param>
    /// <exception cref="ArgumentException">The times are not a vector.</exception>
    public FieldEvent(Tensor times)
    {
        ArgumentNullException.ThrowIfNull(times);
        Times = times.Rank == 1 ? times : throw new ArgumentException($"Times are a vector; got shape {times.Shape}.", nameof(times));
        if (times is Parameter parameter)
        {
            AddParameter("times", parameter);
        }
    }

    private FieldEvent(VectorField? condition, Tensor? times)
    {
        Condition = condition is null ? null : AddModule("condition", condition);
        Times = times;
    }

    /// <summary>Name, for messages.</summary>
    /// <value>None by default.</value>
    public string Name { get; init; } = "";

    /// <summary>Which crossings of zero count, as the solve goes.</summary>
    /// <value><see cref="EventDirection.Either"/> by default.</value>
    public EventDirection Direction { get; init; }

    /// <summary>Whether the event ends the solve. States at later times are then not a number.</summary>
    /// <value>Default false.</value>
    public bool IsTerminal { get; init; }

    /// <summary>The state after the event, from its time and the state before; it may read inputs, such as a dose.</summary>
    /// <value>Default null: the state stays.</value>
    public VectorField? Jump
    {
        get;
        init => field = value is null ? null : AddModule("jump", value);
    }

    /// <summary>The function whose zeros are meant, with its one value in all components of the state; null for an event at given times.</summary>
    internal VectorField? Condition { get; }

    /// <summary>The given times; null for an event of a function.</summary>
    internal Tensor? Times { get; }

    private static Tensor Spread(Tensor value, Shape shape) => value is not null && value.ElementCount == 1
        ? value.Reshape([1]).BroadcastTo(new Shape([shape.ElementCount])).Reshape(shape)
        : throw new ArgumentException($"An event function gives one number, which crosses zero; this one gave shape {value?.Shape}.");

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner)
    {
        ArgumentNullException.ThrowIfNull(cloner);
        return Times is Parameter
            ? throw new NotSupportedException("An event at times that are a parameter cannot be cloned: the clone would share them. Make another one as this one was made.")
            : new FieldEvent(Condition is null ? null : cloner.Clone(Condition), Times)
            {
                Name = Name,
                Direction = Direction,
                IsTerminal = IsTerminal,
                Jump = Jump is null ? null : cloner.Clone(Jump),
            };
    }
}
