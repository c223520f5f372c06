using System.Collections.Concurrent;
using NeuralOde.Fields;

namespace NeuralOde.Sensitivities;

/// <summary>A vector field compiled for batches: each problem is a row of a tensor, with a time, steps and an end of its own.</summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <remarks>
/// Rows are evaluated 16 at a time, so a row has the same bits whatever is solved beside it. The field receives its time as a tensor <c>[rows, 1, …]</c> with as
/// many axes as the state, one time per row. Parameters are read live: it need not be compiled again when they change, but they must not change during a solve.
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
    private readonly Lock _oneAtATime = new();
    private readonly ConcurrentQueue<Program<T>> _idle = new();

    /// <summary>Compiles a field.</summary>
    /// <param name="field">The dynamics of any number of rows, each of which depends on itself alone.</param>
    /// <param name="stateShape">The shape of one problem's state, without an axis for the batch: <c>[state]</c>, for example.</param>
    /// <exception cref="ArgumentException">
    /// The field returns another shape than the state's, its parameters have another element type, or a row's derivative depends on the other rows.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The field reads values, draws random numbers or solves an equation while it is compiled, uses a parameter, buffer or module that is not within it, or moves
    /// running statistics.
    /// </exception>
    public CompiledBatchField(VectorField field, Shape stateShape)
    {
        ArgumentNullException.ThrowIfNull(field);
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

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(in LaneBlock<T> lanes)
    {
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
                ReadOnlySpan<T> component = lanes.State(i).Slice(first, Rows);
                for (int row = 0; row < Rows; row++)
                {
                    states[(row * _length) + i] = component[row];
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
            () => Program<T>.Compile(x => [Derivative(x[0], x[1])], new ProgramInput("t", _times), new ProgramInput("z", _states)),
            out IReadOnlyCollection<Module> modeReaders);
        _field.Discover([.. program.Parameters, .. program.Buffers], modeReaders);
        return program;
    }

    private Tensor Derivative(Tensor t, Tensor z)
    {
        Tensor f = _field.Forward(t, z) ?? throw new InvalidOperationException($"The vector field {_field.GetType().Name} returned null.");
        return f.Shape == _states
            ? f
            : throw new ArgumentException(
                $"The vector field returns shape {f.Shape} for states of shape {_states} and times of shape {_times}, one of each per row; dz/dt has the states' shape.");
    }

    /// <summary>Evaluates rows together, then each in another place among zeros: the bits must be the same.</summary>
    private void RequireRowsOfTheirOwn(Program<T> program)
    {
        var random = new RandomSource(0);
        double[] draws = random.Normal([Rows * (_length + 1)], dtype: DType.Float64).ToArray<double>();
        T[] times = [.. draws.Take(Rows).Select(T.CreateTruncating)];
        T[] states = [.. draws.Skip(Rows).Select(T.CreateTruncating)];
        times.CopyTo(program.Input(0));
        states.CopyTo(program.Input(1));
        program.Run();
        T[] together = program.Output(0).ToArray();
        for (int row = 0; row < Rows; row++)
        {
            int place = (row + 5) % Rows;
            program.Input(0).Clear();
            program.Input(1).Clear();
            program.Input(0)[place] = times[row];
            states.AsSpan(row * _length, _length).CopyTo(program.Input(1)[(place * _length)..]);
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
