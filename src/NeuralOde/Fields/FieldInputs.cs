using System.Collections;

namespace NeuralOde.Fields;

/// <summary>
/// What a field takes beside time and state, by name: control values, conditioning vectors, noise. Inputs are given with each solve and may change from one to the next without
/// compiling again; the loss's gradient reaches them as it reaches the initial state.
/// </summary>
/// <remarks>
/// A field reads them while it is compiled, through <see cref="VectorField.Inputs"/> or as the third argument of a function given to
/// <see cref="VectorField.Define(Func{Tensor, Tensor, FieldInputs, Tensor}, IReadOnlyList{Parameter}, Modules.Module[])"/>. One program serves all solves whose inputs have
/// the same names and shapes, in the same order. Inputs have the state's element type; one in double precision with a state in single precision is a time
/// (<see cref="FieldInput.IsTime"/>). A solve copies the values: what happens to these inputs afterwards changes neither it nor its gradient.
/// </remarks>
/// <example>
/// <code>
/// var field = VectorField.Define((t, z, inputs) => network.Forward(z) + inputs["force"]);
/// Tensor states = new OdeBlock(field).Forward(z0, [0, 1, 2], new FieldInputs { ["force"] = force });
/// </code>
/// </example>
public sealed class FieldInputs : IEnumerable<KeyValuePair<string, Tensor>>
{
    private static readonly FieldInputs s_none = new();

    [ThreadStatic]
    private static FieldInputs? s_current;

    private readonly OrderedDictionary<string, Tensor> _tensors;

    // What was read, shared with the copies that wrapping fields hand on.
    private readonly HashSet<string> _read;

    /// <summary>Makes an empty set of inputs.</summary>
    public FieldInputs()
        : this([], [])
    {
    }

    private FieldInputs(OrderedDictionary<string, Tensor> tensors, HashSet<string> read)
    {
        _tensors = tensors;
        _read = read;
    }

    /// <summary>The number of inputs.</summary>
    public int Count => _tensors.Count;

    /// <summary>The names, in the order in which they were given.</summary>
    public IReadOnlyList<string> Names => [.. _tensors.Keys];

    /// <summary>The inputs of the field that is evaluated on this thread now.</summary>
    internal static FieldInputs Current => s_current ?? s_none;

    /// <summary>The input of a name.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">There is none of this name when it is read, or the name is empty when it is set.</exception>
    public Tensor this[string name]
    {
        get => TryGet(name) ?? throw new ArgumentException(
            $"The field reads the input '{name}', which was not given; {(Count == 0 ? "no inputs were" : $"given were '{string.Join("', '", _tensors.Keys)}'")}. "
                + $"Give it with the solve: Forward(z0, times, new FieldInputs {{ [\"{name}\"] = … }}).",
            nameof(name));
        set
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
            ArgumentNullException.ThrowIfNull(value);
            if (this == s_none)
            {
                throw new InvalidOperationException("A field changes no inputs of its own. Hand others on to a field within it: Forward(t, z, Inputs.With(name, tensor)).");
            }

            _tensors[name] = value;
        }
    }

    /// <summary>The input of a name, where a field can do without.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The input; null if it was not given.</returns>
    public Tensor? TryGet(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        _read.Add(name);
        return _tensors.GetValueOrDefault(name);
    }

    /// <summary>The input of a name, of the one shape that the field takes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The shape.</param>
    /// <returns>The input.</returns>
    /// <exception cref="ArgumentException">It was not given, or has another shape.</exception>
    public Tensor Get(string name, Shape shape)
    {
        Tensor tensor = this[name];
        return tensor.Shape == shape
            ? tensor
            : throw new ArgumentException($"The field takes an input '{name}' of shape {shape}; got {tensor.Shape}.", nameof(name));
    }

    /// <summary>These inputs with one more, or another one in place of one: what a field that wraps another one may hand on to it.</summary>
    /// <param name="name">The name.</param>
    /// <param name="tensor">The tensor.</param>
    /// <returns>Other inputs; these do not change.</returns>
    public FieldInputs With(string name, Tensor tensor) => new(new OrderedDictionary<string, Tensor>(_tensors), _read) { [name] = tensor };

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator() => _tensors.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Makes these the inputs of the fields that are evaluated on this thread, until the returned object is disposed.</summary>
    internal Scope Use()
    {
        FieldInputs? before = s_current;
        s_current = this;
        return new Scope(before);
    }

    /// <summary>Those that were not read since they were made.</summary>
    internal IEnumerable<string> Unread => _tensors.Keys.Where(x => !_read.Contains(x));

    /// <summary>Those that were asked for, given or not.</summary>
    internal IEnumerable<string> Read => _read;

    internal readonly ref struct Scope(FieldInputs? before) : IDisposable
    {
        private readonly FieldInputs? _before = before;

        public void Dispose() => s_current = _before;
    }
}
