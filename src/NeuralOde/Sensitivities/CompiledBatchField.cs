using System.Collections.Concurrent;
using NeuralOde.Fields;

namespace NeuralOde.Sensitivities;

/// <summary>A vector field compiled for batches: each problem is a row of a tensor, with a time, steps and an end of its own.</summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <remarks>
/// Rows are evaluated 16 at a time, so a row has the same bits whatever is solved beside it. The field receives its time as a tensor <c>[rows, 1, …]</c> with as
/// many axes as the state, one time per row. Parameters are read live: it need not be compiled again when they change, but they must not change during a solve.
/// What a problem has of its own beside that, a rate or a conditioning vector, is an input of the field (<see cref="FieldInputs"/>), whose values are the problem's parameters
/// (<see cref="OdeBatch{T}.Parameters"/>), input after input.
/// It is compiled for the modes (training or evaluation) that the field's modules have at that moment. It may be called from several threads at once;
/// each of them compiles the field once more.
/// </remarks>
public sealed class CompiledBatchField<T> : IBatchField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Blocks of lanes are multiples of this, and networks' matrix products are near their best with it.
    private const int Rows = 16;

    private readonly VectorField _field;
    private readonly Shape _states;
    private readonly Shape _times;
    private readonly int _length;
    private readonly FieldInput[] _inputs;
    private readonly Lock _oneAtATime = new();
    private readonly ConcurrentQueue<Program<T>> _idle = new();

    /// <summary>Compiles a field.</summary>
    /// <param name="field">The dynamics of any number of rows, each of which depends on itself alone.</param>
    /// <param name="stateShape">The shape of one problem's state, without an axis for the batch: <c>[state]</c>, for example.</param>
    /// <param name="inputs">
    /// What the field reads by name and each problem has for itself; none by default. A shape is that of one problem's values, without an axis for the batch: the field receives
    /// <c>[rows, …]</c>, for example a number per row, <c>[1]</c>, as <c>[rows, 1]</c>.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The field returns another shape than the state's, its parameters have another element type, a row's derivative depends on the other rows, an input is not read, has no
    /// values or a name twice, or is a time.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The field reads values, draws random numbers or solves an equation while it is compiled, uses a parameter, buffer or module that is not within it, or moves
    /// running statistics.
    /// </exception>
    public CompiledBatchField(VectorField field, Shape stateShape, IReadOnlyList<FieldInput>? inputs = null)
    {
        ArgumentNullException.ThrowIfNull(field);
        _inputs = [.. inputs ?? []];
        if (_inputs.FirstOrDefault(static x => x.IsTime || x.Shape.ElementCount == 0) is { } unfit)
        {
            throw new ArgumentException(
                $"The input '{unfit.Name}' "
                    + $"{(unfit.IsTime ? "is a time, which a problem of a batch cannot have: its parameters have the state's element type" : "has no values")}.", nameof(inputs));
        }

        if (_inputs.GroupBy(static x => x.Name).FirstOrDefault(static x => x.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"The input '{twice.Key}' is there twice.", nameof(inputs));
        }

        ParameterLength = _inputs.Sum(static x => x.Shape.ElementCount);
        _field = field;
        StateShape = stateShape;
        _states = new Shape([Rows, .. stateShape]);
        _times = new Shape([Rows, .. Enumerable.Repeat(1, stateShape.Rank)]);
        _length = stateShape.ElementCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(_length, 1, nameof(stateShape));
        Program<T> program = Compile();
        if (program.MovesBuffers)
        {
            throw new InvalidOperationException(
                "The vector field moves running statistics, which would be those of all rows together: call SwitchToEvaluation() on it before it is compiled.");
        }

        RequireRowsOfTheirOwn(program);
        _idle.Enqueue(program);
    }

    /// <summary>The shape of one problem's state.</summary>
    public Shape StateShape { get; }

    /// <summary>Number of parameters of each problem: the values of its inputs, one input after the other.</summary>
    public int ParameterLength { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The problems have another number of parameters.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(in LaneBlock<T> lanes)
    {
        if (lanes.ParameterCount != ParameterLength)
        {
            throw new ArgumentException(
                $"The problems have {lanes.ParameterCount} parameters; the field's inputs take "
                    + $"{ParameterLength}{(_inputs.Length == 0 ? "" : $": {string.Join(", ", _inputs.AsEnumerable())}")}.", nameof(lanes));
        }

        Program<T> program = Rent();
        Span<T> times = program.Input(0), states = program.Input(1);
        for (int first = 0; first < lanes.Count; first += Rows)
        {
            if (lanes.IsActive.Slice(first, Rows).IndexOf(true) < 0)
            {
                continue;
            }

            for (int row = 0; row < Rows; row++)
            {
                times[row] = T.CreateTruncating(lanes.Times[first + row]);
            }

            for (int i = 0; i < _length; i++)
            {
                CopyToRows(lanes.State(i).Slice(first, Rows), states, i, _length);
            }

            for (int k = 0, parameter = 0; k < _inputs.Length; k++)
            {
                Span<T> values = program.Input(2 + k);
                int width = values.Length / Rows;
                for (int i = 0; i < width; i++, parameter++)
                {
                    CopyToRows(lanes.Parameter(parameter).Slice(first, Rows), values, i, width);
                }
            }

            program.Run();
            ReadOnlySpan<T> output = program.Output(0);
            for (int i = 0; i < _length; i++)
            {
                Span<T> component = lanes.Derivative(i).Slice(first, Rows);
                for (int row = 0; row < Rows; row++)
                {
                    component[row] = output[(row * _length) + i];
                }
            }
        }

        // Not where an exception left it in the middle.
        _idle.Enqueue(program);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyToRows(ReadOnlySpan<T> component, Span<T> rows, int index, int width)
    {
        for (int row = 0; row < Rows; row++)
        {
            rows[(row * width) + index] = component[row];
        }
    }

    private Program<T> Rent()
    {
        if (_idle.TryDequeue(out Program<T>? program))
        {
            return program;
        }

        lock (_oneAtATime)
        {
            return Compile();
        }
    }

    private Program<T> Compile()
    {
        Program<T> program = Module.WatchModes(
            () => Program<T>.Compile(
                x => [Derivative(x)],
                [new ProgramInput("t", _times), new ProgramInput("z", _states), .. _inputs.Select(static x => new ProgramInput(x.Name, new Shape([Rows, .. x.Shape])))]),
            out IReadOnlyCollection<Module> modeReaders);
        _field.Discover([.. program.Parameters, .. program.Buffers], modeReaders);
        return program;
    }

    private Tensor Derivative(Tensor[] x)
    {
        var inputs = new FieldInputs();
        for (int i = 0; i < _inputs.Length; i++)
        {
            inputs[_inputs[i].Name] = x[2 + i];
        }

        Tensor f = _field.Forward(x[0], x[1], inputs) ?? throw new InvalidOperationException($"The vector field {_field.GetType().Name} returned null.");
        if (inputs.Unread.FirstOrDefault() is { } unread)
        {
            throw new ArgumentException($"The vector field {_field.GetType().Name} does not read the input '{unread}'.", nameof(inputs));
        }

        return f.Shape == _states
            ? f
            : throw new ArgumentException(
                $"The vector field returns shape {f.Shape} for states of shape {_states} and times of shape {_times}, one of each per row; dz/dt has the states' shape.");
    }

    /// <summary>Evaluates rows together, then each in another place among zeros: the bits must be the same.</summary>
    private void RequireRowsOfTheirOwn(Program<T> program)
    {
        var random = new RandomSource(0);
        int count = 2 + _inputs.Length;
        var values = new T[count][];
        for (int k = 0; k < count; k++)
        {
            double[] draws = random.Normal([program.Input(k).Length], dtype: DType.Float64).ToArray<double>();
            values[k] = [.. draws.Select(T.CreateTruncating)];
            values[k].CopyTo(program.Input(k));
        }

        program.Run();
        T[] together = program.Output(0).ToArray();
        for (int row = 0; row < Rows; row++)
        {
            int place = (row + 5) % Rows;
            for (int k = 0; k < count; k++)
            {
                int width = values[k].Length / Rows;
                program.Input(k).Clear();
                values[k].AsSpan(row * width, width).CopyTo(program.Input(k)[(place * width)..]);
            }

            program.Run();
            if (!program.Output(0).Slice(place * _length, _length).SequenceEqual(together.AsSpan(row * _length, _length)))
            {
                throw new ArgumentException(
                    $"The derivative of a row depends on the other rows (row {row} of {Rows} differs where it stands alone), so that rows cannot have steps of their own. "
                        + "Solve them as one state by OdeBlock, or take out what mixes rows.",
                    "field");
            }
        }
    }
}
