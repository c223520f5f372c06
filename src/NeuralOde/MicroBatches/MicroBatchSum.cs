using System.Runtime.InteropServices;

namespace NeuralOde.MicroBatches;

/// <summary>
/// Sums of what the micro-batches of a batch give: gradients of a model's parameters and moves of its buffers, each times the micro-batch's share of the samples. Sums over
/// several processes are made slice by slice, each slice by one process, which has that slice of all partial sums; then all have all slices.
/// </summary>
/// <typeparam name="T">The element type of the parameters and buffers.</typeparam>
internal sealed class MicroBatchSum<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly DType s_dtype = typeof(T) == typeof(float) ? DType.Float32 : DType.Float64;

    private readonly Parameter[] _parameters;
    private readonly Parameter[] _buffers;
    private readonly T[][] _before;
    private readonly ICommunicator? _communicator;
    private readonly SumNode[][] _owned;
    private readonly int _slice;
    private readonly int _length;
    private readonly Stack<T[]> _free = new();
    private readonly List<T[]> _partial = [];
    private T[] _sent = [];
    private T[] _received = [];

    /// <param name="parameters">Whose gradients are added; others than those of this element type are left out.</param>
    /// <param name="buffers">Whose moves are added, likewise.</param>
    /// <param name="microBatches">How many micro-batches there are.</param>
    /// <param name="communicator">The processes; null for one.</param>
    public MicroBatchSum(IEnumerable<Parameter> parameters, IEnumerable<Parameter> buffers, int microBatches, ICommunicator? communicator)
    {
        _parameters = [.. parameters.Where(static x => x.DType == s_dtype)];
        _buffers = [.. buffers.Where(static x => x.DType == s_dtype)];
        _before = Array.ConvertAll(_buffers, static x => new T[x.ElementCount]);
        _communicator = communicator is { Size: > 1 } ? communicator : null;
        int size = _communicator?.Size ?? 1;
        _owned = [.. Enumerable.Range(0, size).Select(rank => SumNode.Owned(microBatches, rank, size))];
        int values = checked(_parameters.Sum(static x => x.ElementCount) + _buffers.Sum(static x => x.ElementCount));
        _slice = (values + size - 1) / size;
        _length = checked(_slice * size);
    }

    /// <summary>Remembers the buffers, before the micro-batches move them.</summary>
    public void Begin()
    {
        for (int i = 0; i < _buffers.Length; i++)
        {
            _buffers[i].MutableValues<T>().CopyTo(_before[i]);
        }
    }

    /// <summary>Sets the buffers to what they were.</summary>
    public void RestoreBuffers()
    {
        for (int i = 0; i < _buffers.Length; i++)
        {
            if (!_buffers[i].MutableValues<T>().SequenceEqual(_before[i]))
            {
                _buffers[i].SetValues<T>(_before[i]);
            }
        }
    }

    /// <summary>What one micro-batch gave; gradients and buffers are then ready for the next one.</summary>
    /// <param name="share">The share of the batch's samples that it has.</param>
    public T[] Take(double share)
    {
        T[] values = Take(share, _parameters, _buffers);
        RestoreBuffers();
        return values;
    }

    /// <summary>The same of a micro-batch that was computed with a copy of the model.</summary>
    /// <param name="share">The share of the batch's samples that it has.</param>
    /// <param name="parameters">All parameters of the copy.</param>
    /// <param name="buffers">All buffers of the copy.</param>
    public T[] Take(double share, IEnumerable<Parameter> parameters, IEnumerable<Parameter> buffers) =>
        Take(share, (Parameter[])[.. parameters.Where(static x => x.DType == s_dtype)], [.. buffers.Where(static x => x.DType == s_dtype)]);

    private T[] Take(double share, Parameter[] parameters, Parameter[] buffers)
    {
        T[] values = Rent();
        T factor = T.CreateTruncating(share);
        int at = 0;
        foreach (Parameter parameter in parameters)
        {
            Span<T> to = values.AsSpan(at, parameter.ElementCount);
            if (!parameter.HasGradient)
            {
                to.Clear();
            }
            else if (share == 1)
            {
                parameter.MutableGradient<T>().CopyTo(to);
            }
            else
            {
                Scale(parameter.MutableGradient<T>(), factor, to);
            }

            parameter.ClearGradient();
            at += parameter.ElementCount;
        }

        for (int i = 0; i < buffers.Length; i++)
        {
            Span<T> after = buffers[i].MutableValues<T>();
            for (int j = 0; j < after.Length; j++)
            {
                values[at + j] = factor * (after[j] - _before[i][j]);
            }

            at += after.Length;
        }

        return values;
    }

    /// <summary>What an empty micro-batch gives.</summary>
    public T[] Zeros()
    {
        T[] values = Rent();
        Array.Clear(values);
        return values;
    }

    /// <summary>Adds two sums; the second one's memory is free again.</summary>
    public T[] Add(T[] left, T[] right)
    {
        Map.Binary<T, AddOperator<T>>(left, right, left);
        _free.Push(right);
        return left;
    }

    /// <summary>Takes the sum of the next of the nodes that this process owns.</summary>
    public void Finish(T[] sum) => _partial.Add(sum);

    /// <summary>Forgets the sums of a step that failed.</summary>
    public void Drop()
    {
        _partial.ForEach(_free.Push);
        _partial.Clear();
    }

    /// <summary>Adds the sums of all processes, and gives them to the gradients and buffers.</summary>
    /// <param name="hasGradient">Whether a parameter got a gradient from any micro-batch.</param>
    public void Reduce(Func<Parameter, bool> hasGradient)
    {
        T[] total = _communicator is null ? _partial[0] : ReduceOverProcesses(_communicator);
        int at = 0;
        foreach (Parameter parameter in _parameters)
        {
            if (hasGradient(parameter))
            {
                total.AsSpan(at, parameter.ElementCount).CopyTo(parameter.MutableGradient<T>());
            }

            at += parameter.ElementCount;
        }

        for (int i = 0; i < _buffers.Length; i++)
        {
            ReadOnlySpan<T> move = total.AsSpan(at, _before[i].Length);
            if (move.IndexOfAnyExcept(T.Zero) >= 0)
            {
                Map.Binary<T, AddOperator<T>>(_before[i], move, _before[i]);
                _buffers[i].SetValues<T>(_before[i]);
            }

            at += move.Length;
        }

        Drop();
    }

    private T[] ReduceOverProcesses(ICommunicator communicator)
    {
        int size = communicator.Size, own = _partial.Count, all = _owned.Sum(static x => x.Length);
        Array.Resize(ref _sent, checked(_length * own));
        Array.Resize(ref _received, checked(Math.Max(_slice * all, _length)));
        for (int rank = 0; rank < size; rank++)
        {
            for (int node = 0; node < own; node++)
            {
                _partial[node].AsSpan(rank * _slice, _slice).CopyTo(_sent.AsSpan(((rank * own) + node) * _slice));
            }
        }

        int bytes = checked(_slice * Marshal.SizeOf<T>());
        communicator.Exchange(
            MemoryMarshal.AsBytes(_sent.AsSpan()),
            [.. Enumerable.Repeat(checked(own * bytes), size)],
            MemoryMarshal.AsBytes(_received.AsSpan(0, _slice * all)),
            [.. _owned.Select(x => checked(x.Length * bytes))]);
        var places = new Dictionary<SumNode, int>();
        foreach (SumNode node in _owned.SelectMany(static x => x))
        {
            places.Add(node, places.Count * _slice);
        }

        Memory<T> sum = _received.AsMemory(Combine(new SumNode(0, _owned[^1][^1].End)), _slice);
        sum.CopyTo(_sent);
        communicator.AllGather(MemoryMarshal.AsBytes(_sent.AsSpan(0, _slice)), MemoryMarshal.AsBytes(_received.AsSpan(0, _length)));
        return _received;

        int Combine(SumNode node)
        {
            if (places.TryGetValue(node, out int place))
            {
                return place;
            }

            int left = Combine(node.Left), right = Combine(node.Right);
            Span<T> into = _received.AsSpan(left, _slice);
            Map.Binary<T, AddOperator<T>>(into, _received.AsSpan(right, _slice), into);
            return left;
        }
    }

    private T[] Rent() => _free.TryPop(out T[]? values) ? values : new T[_length];

    private static void Scale(ReadOnlySpan<T> values, T factor, Span<T> to)
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = factor * values[i];
        }
    }
}
