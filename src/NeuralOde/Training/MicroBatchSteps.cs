using System.Runtime.InteropServices;
using System.Text;
using NeuralOde.MicroBatches;
using NeuralOde.Sensitivities;

namespace NeuralOde.Training;

/// <summary>
/// Training steps of a batch that is divided into micro-batches: computes those of this process, tells all processes how they went, and adds the gradients of all.
/// </summary>
internal sealed partial class MicroBatchSteps : IDisposable
{
    private const double Fine = 0;
    private const double Failed = 1;

    // Numbers that a process tells before those of its micro-batches: whether one failed, whether to stop, the length of its message, whether a check failed.
    private const int Head = 4;

    private readonly IMicroBatchTask _task;
    private readonly int _microBatches;
    private readonly ICommunicator? _communicator;
    private readonly SumNode[] _owned;
    private readonly Parameter[] _parameters;
    private readonly MicroBatchSum<float>? _single;
    private readonly MicroBatchSum<double>? _double;
    private readonly MicroBatchResult[] _results;
    private readonly bool[] _hasGradient;
    private NeuralOdeException? _failure;
    private bool _areAllChecked;
    private bool _hasCheckFailed;

    public MicroBatchSteps(IMicroBatchTask task, DataParallel options)
    {
        (_task, _microBatches) = (task, options.MicroBatches);
        _communicator = options.Communicator is { Size: > 1 } several ? several : null;
        if (options.SynchronizesStatistics)
        {
            _replicable = task as IReplicableTask ?? throw new ArgumentException(
                $"Statistics of micro-batches are synchronized by copies of the model, which only an {nameof(IReplicableTask)} takes; this task is none.", nameof(options));
            ModelReplicas.Check(task.Model);
        }

        _owned = SumNode.Owned(_microBatches, Rank, Size);
        _parameters = [.. task.Model.Parameters];
        Parameter[] buffers = [.. task.Model.NamedBuffers().Select(static x => x.Buffer)];
        bool Has(DType dtype) => _parameters.Concat(buffers).Any(x => x.DType == dtype);
        _single = Has(DType.Float32) ? new(_parameters, buffers, _microBatches, _communicator) : null;
        _double = Has(DType.Float64) ? new(_parameters, buffers, _microBatches, _communicator) : null;
        _results = new MicroBatchResult[_microBatches];
        _hasGradient = new bool[_parameters.Length];
    }

    /// <summary>Whether this process writes files and reports.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>Whether several processes take part.</summary>
    public bool IsShared => _communicator is not null;

    /// <summary>Whether any process was asked to stop, as of the last step.</summary>
    public bool IsStopping { get; private set; }

    private int Rank => _communicator?.Rank ?? 0;

    private int Size => _communicator?.Size ?? 1;

    /// <summary>A step; the parameters then have the batch's gradients, in every process.</summary>
    /// <param name="position">The position before it.</param>
    /// <param name="cancellationToken">Asks this process to stop after the step; it throws nothing.</param>
    /// <returns>The batch's loss.</returns>
    /// <exception cref="OdeSolveException">The solve of a micro-batch of this process failed.</exception>
    /// <exception cref="GradientException">The gradient of one of them is worthless.</exception>
    /// <exception cref="RemoteStepException">A micro-batch of another process failed.</exception>
    public double Run(TrainingPosition position, CancellationToken cancellationToken)
    {
        int samples = _task.Draw(position);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1, nameof(position));
        _single?.Begin();
        _double?.Begin();
        _failure = null;
        _hasCheckFailed = false;
        Array.Clear(_hasGradient);
        Array.Clear(_results);
        if (_replicable is not null)
        {
            ComputeTogether(_replicable, position, samples);
        }

        foreach (SumNode node in _owned)
        {
            (float[]? single, double[]? @double) = Compute(position, node, samples);
            _single?.Finish(single!);
            _double?.Finish(@double!);
        }

        Share(cancellationToken);
        _single?.Reduce(HasGradient);
        _double?.Reduce(HasGradient);
        double[] losses = new double[_microBatches];
        List<(MicroBatch, MicroBatchResult)> parts = [];
        for (int i = 0; i < _microBatches; i++)
        {
            var part = MicroBatch.Of(i, _microBatches, samples);
            if (part.Count > 0)
            {
                losses[i] = _results[i].Loss * ((double)part.Count / samples);
                parts.Add((part, _results[i]));
            }
        }

        double loss = new SumNode(0, _microBatches).Sum(losses);
        if (double.IsFinite(loss))
        {
            _task.Record(position, loss, parts);
        }

        return loss;
    }

    private bool HasGradient(Parameter parameter) => _hasGradient[Array.IndexOf(_parameters, parameter)];

    private (float[]? Single, double[]? Double) Compute(TrainingPosition position, SumNode node, int samples)
    {
        if (!node.IsLeaf)
        {
            (float[]? single, double[]? @double) = Compute(position, node.Left, samples);
            (float[]? rightSingle, double[]? rightDouble) = Compute(position, node.Right, samples);
            return (_single?.Add(single!, rightSingle!), _double?.Add(@double!, rightDouble!));
        }

        var part = MicroBatch.Of(node.Start, _microBatches, samples);

        // After a failure nothing more counts; the other processes wait for the news.
        if (part.Count == 0 || _failure is not null)
        {
            return (_single?.Zeros(), _double?.Zeros());
        }

        if (_replicable is not null)
        {
            return _computed[node.Start];
        }

        if (!TryStep(((long)position.Iteration * _microBatches) + node.Start, node.Start, () => _task.Step(position, part)))
        {
            return (_single?.Zeros(), _double?.Zeros());
        }

        for (int i = 0; i < _parameters.Length; i++)
        {
            _hasGradient[i] |= _parameters[i].HasGradient;
        }

        double share = (double)part.Count / samples;
        return (_single?.Take(share), _double?.Take(share));
    }

    /// <summary>Computes a micro-batch, and keeps what it gave; a failure is kept as well.</summary>
    /// <param name="number">The number of the gradient, by which checks are due.</param>
    /// <param name="microBatch">Which one.</param>
    /// <param name="step">Computes it.</param>
    private bool TryStep(long number, int microBatch, Func<MicroBatchResult> step)
    {
        try
        {
            SharedChecks.Begin(number, _areAllChecked);
            MicroBatchResult result = step();
            InvalidOperationException.ThrowIf(
                (result.Measures?.Length ?? 0) != _task.MeasureCount,
                $"The task gives {result.Measures?.Length ?? 0} measures of a micro-batch; its {nameof(IMicroBatchTask.MeasureCount)} is {_task.MeasureCount}.");
            _results[microBatch] = result;
            return true;
        }
        catch (NeuralOdeException e) when (e is OdeSolveException or GradientException)
        {
            _failure = e;
            return false;
        }
        finally
        {
            _hasCheckFailed |= SharedChecks.End();
        }
    }

    /// <summary>Tells all processes of losses, measures, failures and requests to stop.</summary>
    private void Share(CancellationToken cancellationToken)
    {
        _areAllChecked = _hasCheckFailed;
        if (_communicator is null)
        {
            ThrowIfFailed();
            return;
        }

        int width = 1 + _task.MeasureCount, most = (_microBatches + Size - 1) / Size, flags = Head + (most * width);
        double[] mine = new double[flags + _parameters.Length], all = new double[mine.Length * Size];
        byte[] message = Encoding.UTF8.GetBytes(_failure?.Problem ?? "");
        (mine[0], mine[1], mine[2]) = (_failure is null ? Fine : Failed, cancellationToken.IsCancellationRequested ? 1 : 0, message.Length);
        mine[3] = _hasCheckFailed ? 1 : 0;
        (int start, int end) = SumNode.Share(_microBatches, Rank, Size);
        for (int i = start; i < end; i++)
        {
            int at = Head + ((i - start) * width);
            mine[at] = _results[i].Loss;
            _results[i].Measures?.CopyTo(mine, at + 1);
        }

        for (int i = 0; i < _parameters.Length; i++)
        {
            mine[flags + i] = _hasGradient[i] ? 1 : 0;
        }

        _communicator.AllGather(MemoryMarshal.AsBytes<double>(mine), MemoryMarshal.AsBytes(all.AsSpan()));
        IsStopping = false;
        int firstFailed = -1, longest = 0;
        for (int rank = Size - 1; rank >= 0; rank--)
        {
            ReadOnlySpan<double> its = all.AsSpan(rank * mine.Length, mine.Length);
            firstFailed = its[0] != Fine ? rank : firstFailed;
            IsStopping |= its[1] != 0;
            _areAllChecked |= its[3] != 0;
            longest = Math.Max(longest, (int)its[2]);
            (start, end) = SumNode.Share(_microBatches, rank, Size);
            for (int i = start; i < end; i++)
            {
                int at = Head + ((i - start) * width);
                _results[i] = new MicroBatchResult(its[at], its.Slice(at + 1, width - 1).ToArray());
            }

            for (int i = 0; i < _parameters.Length; i++)
            {
                _hasGradient[i] |= its[flags + i] != 0;
            }
        }

        if (firstFailed >= 0)
        {
            Array.Resize(ref message, longest);
            byte[] messages = new byte[longest * Size];
            _communicator.AllGather(message, messages);
            _failure ??= new RemoteStepException(Encoding.UTF8.GetString(messages, firstFailed * longest, (int)all[(firstFailed * mine.Length) + 2]));
        }

        ThrowIfFailed();
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            _single?.Drop();
            _double?.Drop();
            throw _failure;
        }
    }
}
