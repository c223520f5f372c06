namespace NeuralOde.Tensors;

/// <summary>
/// A function of tensors, compiled for fixed shapes: a flat list of kernel calls over memory that is allocated once.
/// Running it allocates nothing.
/// </summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <remarks>
/// The function is called once, with symbolic tensors, and the operations that it makes are written down (traced). Parameters
/// that it uses are read live at every run; other captured tensors and all numbers are constants. C# control flow is
/// followed once, while tracing. Moves of buffers (<see cref="Parameter.MoveTowards"/>) are done at the end of every run. An instance holds the memory of its
/// intermediate values, so it is not thread-safe.
/// </remarks>
public sealed class Program<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ProgramInput[] _inputs;
    private readonly Buffer<T>[] _inputBuffers;
    private readonly Buffer<T>[] _outputBuffers;
    private readonly Shape[] _outputShapes;
    private readonly Instruction[] _refresh;
    private readonly Instruction[] _body;
    private readonly DividedBody? _divided;
    private readonly string _text;
    private readonly Parameter[] _parameters;
    private readonly Parameter[] _read;
    private readonly Instruction[] _onKept;
    private readonly WideProgram<T>? _wide;
    private readonly Buffer<T>[] _wideBuffers;
    private long _anyVersion = -1;
    private long _versions = -1;

    internal Program(ProgramInput[] inputs, ProgramLayout<T> layout, WideProgram<T>? wide = null)
    {
        _inputs = inputs;
        _wide = wide;
        _wideBuffers = layout.Inputs;

        // A wide input is written in double precision only, as a part of the program may read it so.
        _inputBuffers = [.. inputs.Select((x, i) => x.IsWide ? new Buffer<T>([], 0, 0) : layout.Inputs[i])];
        _outputBuffers = layout.Outputs;
        _outputShapes = layout.OutputShapes;
        _refresh = layout.Refresh;
        _body = layout.Body;
        _divided = DividedBody.Create(_body);
        _read = layout.Parameters;
        Parameter[] all = wide is null ? _read : [.. _read.Union(wide.Parameters)];
        _parameters = Array.FindAll(all, static x => x.IsTrainable);
        Buffers = [.. all.Where(static x => !x.IsTrainable).Concat(layout.Updated).Distinct()];
        _text = wide is null ? layout.Text : $"at every run, first: {wide}then: {layout.Text}";
        ArenaLength = layout.ArenaLength;
        MovesBuffers = layout.Updated.Length > 0;
        Kept = layout.Kept;
        _onKept = layout.OnKept;
    }

    /// <summary>Whether a run moves buffers (<see cref="Parameter.MoveTowards"/>), so that one more is not the same.</summary>
    public bool MovesBuffers { get; }

    /// <summary>The arguments, in order.</summary>
    public IReadOnlyList<ProgramInput> Inputs => _inputs;

    /// <summary>The shapes of the results, in order.</summary>
    public IReadOnlyList<Shape> OutputShapes => _outputShapes;

    /// <summary>The trainable parameters that the function uses, in the order in which it first does.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>The parameters that are not trainable and that the function reads, then those that it only moves.</summary>
    public IReadOnlyList<Parameter> Buffers { get; }

    /// <summary>The parameters that are not trainable and that the function reads.</summary>
    internal IEnumerable<Parameter> ReadBuffers => _read.Concat(_wide?.Parameters ?? []).Where(static x => !x.IsTrainable);

    /// <summary>How many kernel calls one run makes.</summary>
    public int InstructionCount => _body.Length;

    /// <summary>The number of elements of the memory that arguments, results and intermediate values share.</summary>
    public int ArenaLength { get; }

    /// <summary>Compiles a function.</summary>
    /// <param name="function">From symbolic tensors, one per input, to the results.</param>
    /// <param name="inputs">The arguments' names and shapes.</param>
    /// <returns>The program.</returns>
    /// <exception cref="ArgumentException">An operation's shapes do not fit, or element types are mixed.</exception>
    /// <exception cref="InvalidOperationException">
    /// The function reads the value of a symbolic tensor, captures a tensor with a gradient history, reads the value of a parameter, or returns
    /// <see langword="null"/>.
    /// </exception>
    public static Program<T> Compile(Func<Tensor[], IReadOnlyList<Tensor>> function, params ProgramInput[] inputs) => CompileInTiles(TileGroups.TileBytes, function, inputs);

    /// <summary>The same with tiles of another size than the cache asks for, so that tests need no long operands to have many.</summary>
    internal static Program<T> CompileInTiles(int tileBytes, Func<Tensor[], IReadOnlyList<Tensor>> function, ProgramInput[] inputs)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        return Compile(TracedFunction.Of<T>(function, inputs), inputs, tileBytes);
    }

    /// <summary>Compiles a function that was traced.</summary>
    internal static Program<T> Compile(TracedFunction traced, ProgramInput[] inputs, int? tileBytes = null) =>
        ProgramCompiler.Compile<T>(traced.Arguments, traced.Results, traced.Updates, inputs, tileBytes ?? TileGroups.TileBytes);

    /// <summary>The memory of one argument, to be written before <see cref="Run"/>. It keeps its values between runs.</summary>
    /// <param name="index">Which argument.</param>
    /// <returns>Its elements in row-major order; empty for one that is wide, which <see cref="SetWide(int, double)"/> writes.</returns>
    public Span<T> Input(int index) => _inputBuffers[index].Span;

    /// <summary>Writes an argument that is wide (<see cref="ProgramInput.IsWide"/>) and has one element. It keeps its value between runs.</summary>
    /// <param name="index">Which argument.</param>
    /// <param name="value">The value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetWide(int index, double value)
    {
        _wideBuffers[index].Span[0] = T.CreateTruncating(value);
        if (_wide is not null)
        {
            _wide.Input(index)[0] = value;
        }
    }

    /// <summary>Writes an argument that is wide (<see cref="ProgramInput.IsWide"/>). It keeps its values between runs.</summary>
    /// <param name="index">Which argument.</param>
    /// <param name="values">As many values as it has elements, row-major.</param>
    /// <exception cref="ArgumentException">The number of values is another, or the argument is not wide.</exception>
    public void SetWide(int index, ReadOnlySpan<double> values)
    {
        ProgramInput input = _inputs[index];
        if (!input.IsWide || values.Length != input.Shape.ElementCount)
        {
            throw new ArgumentException(
                $"Argument '{input.Name}' is {(input.IsWide ? "" : "not ")}wide and has {input.Shape.ElementCount} values; got {values.Length}.", nameof(values));
        }

        Span<T> rounded = _wideBuffers[index].Span;
        for (int i = 0; i < values.Length; i++)
        {
            rounded[i] = T.CreateTruncating(values[i]);
        }

        if (_wide is not null)
        {
            values.CopyTo(_wide.Input(index));
        }
    }

    /// <summary>One result of the last <see cref="Run"/>.</summary>
    /// <param name="index">Which result.</param>
    /// <returns>Its elements in row-major order; the next run overwrites them.</returns>
    public ReadOnlySpan<T> Output(int index) => _outputBuffers[index].Span;

    /// <summary>Computes the results from the arguments and the parameters as they are now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run()
    {
        if (_anyVersion != Parameter.AnyVersion)
        {
            Refresh();
        }

        _wide?.Run();
        if (_divided is not null)
        {
            _divided.Run();
            return;
        }

        foreach (Instruction instruction in _body)
        {
            instruction.Run();
        }
    }

    /// <summary>The program as text, one line per instruction, with the shape of each value and its place in memory.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => _text;

    /// <summary>The arguments and results that lie outside of the program's arena, in the order of <see cref="KeptPlaces"/>; empty for a program without such.</summary>
    internal Buffer<T> Kept { get; private set; }

    /// <summary>The results from some on in one stretch, each on a cache line of its own; between them are zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<T> OutputsFrom(int first) => _outputBuffers[first].Until(_outputBuffers[^1]).Span;

    /// <summary>Reads and writes them elsewhere from now on, in memory that never moves and starts on a cache line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void KeepAt(Buffer<T> place)
    {
        MemoryMove move = Kept.To(place);
        foreach (Instruction instruction in _onKept)
        {
            instruction.Follow(move);
        }

        Follow(_inputBuffers, move);
        Follow(_outputBuffers, move);
        Kept = place;
    }

    private static void Follow(Buffer<T>[] buffers, in MemoryMove move)
    {
        for (int i = 0; i < buffers.Length; i++)
        {
            buffers[i] = buffers[i].After(move);
        }
    }

    /// <summary>The body, for tests that run it in other ways.</summary>
    internal Instruction[] Body => _body;

    private void Refresh()
    {
        _anyVersion = Parameter.AnyVersion;
        long versions = 0;
        foreach (Parameter parameter in _read)
        {
            versions += parameter.Version;
        }

        if (versions == _versions)
        {
            return;
        }

        _versions = versions;
        foreach (Instruction instruction in _refresh)
        {
            instruction.Run();
        }
    }
}
