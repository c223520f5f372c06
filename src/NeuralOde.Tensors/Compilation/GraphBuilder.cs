namespace NeuralOde.Tensors;

/// <summary>
/// Builds a graph without repetitions: asking for a node that exists returns it, an operation on constants is run at once,
/// and identities that are exact in floating point are applied on the way (<see cref="Simplification"/>).
/// </summary>
internal sealed class GraphBuilder(DType dtype)
{
    private readonly List<GraphNode> _nodes = [];
    private readonly Dictionary<OperationKey, GraphNode> _operations = [];
    private readonly Dictionary<Tensor, GraphNode> _captured = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(Shape Shape, long Bits), GraphNode> _scalars = [];

    /// <summary>The bytes of one element.</summary>
    public int ElementSize => dtype == DType.Float32 ? sizeof(float) : sizeof(double);

    /// <summary>All nodes, each after what it is made of.</summary>
    public IReadOnlyList<GraphNode> Nodes => _nodes;

    public GraphNode Input(int index, Shape shape) => Append(new GraphNode { Id = _nodes.Count, Kind = NodeKind.Input, Shape = shape, InputIndex = index, IsStatic = false });

    /// <summary>A captured tensor: a parameter is read live, any other is a constant.</summary>
    public GraphNode Capture(Tensor tensor)
    {
        ArgumentException.ThrowIf(
            tensor.DType != dtype,
            $"A program of {dtype.Name()} captures a tensor of {tensor.DType.Name()} {tensor.Shape}{(tensor is Parameter p ? $" (parameter '{p.Name}')" : "")}. "
                + $"Convert it first: one program has one element type.");
        Trace.CheckCapture(tensor);
        if (tensor is not Parameter && tensor.ElementCount == 1)
        {
            (Shape Shape, long) key = (tensor.Shape, BitConverter.DoubleToInt64Bits(tensor.ToExactScalar()));
            if (!_scalars.TryGetValue(key, out GraphNode? scalar))
            {
                _scalars[key] = scalar = Leaf(tensor, NodeKind.Constant);
            }

            return scalar;
        }

        if (!_captured.TryGetValue(tensor, out GraphNode? node))
        {
            _captured[tensor] = node = Leaf(tensor, tensor is Parameter ? NodeKind.Parameter : NodeKind.Constant);
        }

        return node;
    }

    public GraphNode Add(Operation operation, params GraphNode[] inputs) => Simplification.Apply(this, operation, inputs) ?? AddAsIs(operation, inputs);

    /// <summary>Adds an operation that must stay the way it is written, though it is like any other where it exists already or its inputs are constants.</summary>
    public GraphNode AddAsIs(Operation operation, params GraphNode[] inputs)
    {
        if (Array.TrueForAll(inputs, static x => x.Kind == NodeKind.Constant))
        {
            // Detached, so that nothing is recorded, neither on a tape nor in the trace of an outer function.
            return Capture(operation.Apply(Array.ConvertAll(inputs, static x => x.Tensor!.Detach())));
        }

        var key = new OperationKey(operation, inputs);
        if (!_operations.TryGetValue(key, out GraphNode? node))
        {
            Shape shape = operation.InferShape(Array.ConvertAll(inputs, static x => x.Shape));
            node = Append(new GraphNode
            {
                Id = _nodes.Count,
                Kind = NodeKind.Operation,
                Shape = shape,
                Operation = operation,
                Inputs = inputs,
                IsStatic = Array.TrueForAll(inputs, static x => x.IsStatic),
            });
            _operations[key] = node;
        }

        return node;
    }

    private GraphNode Leaf(Tensor tensor, NodeKind kind) => Append(new GraphNode { Id = _nodes.Count, Kind = kind, Shape = tensor.Shape, Tensor = tensor, IsStatic = true });

    private GraphNode Append(GraphNode node)
    {
        _nodes.Add(node);
        return node;
    }

    /// <summary>An operation and what it is applied to, equal where the value is.</summary>
    private readonly struct OperationKey(Operation operation, GraphNode[] inputs) : IEquatable<OperationKey>
    {
        private readonly Operation _operation = operation;
        private readonly GraphNode[] _inputs = inputs;

        public bool Equals(OperationKey other) => _operation.Equals(other._operation) && _inputs.AsSpan().SequenceEqual(other._inputs);

        public override bool Equals(object? obj) => obj is OperationKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.Add(_operation);
            foreach (GraphNode input in _inputs)
            {
                hash.Add(RuntimeHelpers.GetHashCode(input));
            }

            return hash.ToHashCode();
        }
    }
}
