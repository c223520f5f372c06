using System.Runtime.InteropServices;
using System.Text;
using NeuralOde.MicroBatches;
using NeuralOde.Sensitivities;

namespace NeuralOde.Training;

/// <summary>
/// Training steps of a batch that is divided into micro-batches: computes those of this process, tells all processes how they went, and adds the gradients of all.
/// </summary>
internal sealed class MicroBatchSteps
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

    /// <summary>A number of process 0, for all.</summary>
    public double? OfFirst(double? value)
    {
        if (_communicator is null || value is null)
        {
            return value;
        }

        Span<double> all = stackalloc double[Size];
        _communicator.AllGather(MemoryMarshal.AsBytes<double>([value.Value]), MemoryMarshal.AsBytes(all));
        return all[0];
    }

    /// <summary>Asks all processes whether one was asked to stop.</summary>
    public void AskToStop(bool isStopping)
    {
        if (_communicator is null)
        {
            return;
        }

        Span<double> all = new double[Size];
        _communicator.AllGather(MemoryMarshal.AsBytes<double>([isStopping ? 1 : 0]), MemoryMarshal.AsBytes(all));
        IsStopping = all.IndexOfAnyExcept(0.0) >= 0;
    }

    /// <summary>Makes sure that all processes have the same model at the same place.</summary>
    /// <exception cref="TrainingException">They do not.</exception>
    public void CheckAgreement(int iteration)
    {
        if (_communicator is null)
        {
            return;
        }

        Span<ulong> all = new ulong[2 * Size];
        ulong print = _parameters.Aggregate(14695981039346656037, static (sum, x) => x.DType == DType.Float32 ? Print(sum, x.AsSpan<float>()) : Print(sum, x.AsSpan<double>()));
        _communicator.AllGather(MemoryMarshal.AsBytes<ulong>([(ulong)iteration, print]), MemoryMarshal.AsBytes(all));
        for (int rank = 1; rank < Size; rank++)
        {
            if (all[2 * rank] != all[0] || all[(2 * rank) + 1] != all[1])
            {
                throw new TrainingException(
                    TrainingFailureReason.ProcessesDiffer,
                    all[2 * rank] != all[0]
                        ? $"Process {rank} is at iteration {all[2 * rank]}, and process 0 at {all[0]}."
                        : $"Process {rank} has other parameters than process 0 at iteration {iteration}.",
                    "All processes must start from the same settings, data and checkpoint, and run the same program on processors of the same kind.");
            }
        }
    }

    /// <summary>Fowler, Noll and Vo's hash over words of eight bytes.</summary>
    private static ulong Print<T>(ulong sum, ReadOnlySpan<T> values) where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            sum = (sum ^ word) * 1099511628211;
        }

        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
        {
            sum = (sum ^ rest) * 1099511628211;
        }

        return sum;
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

        try
        {
            SharedChecks.Begin(((long)position.Iteration * _microBatches) + node.Start, _areAllChecked);
            MicroBatchResult result = _task.Step(position, part);
            InvalidOperationException.ThrowIf(
                (result.Measures?.Length ?? 0) != _task.MeasureCount,
                $"The task gives {result.Measures?.Length ?? 0} measures of a micro-batch; its {nameof(IMicroBatchTask.MeasureCount)} is {_task.MeasureCount}.");
            _results[node.Start] = result;
        }
        catch (NeuralOdeException e) when (e is OdeSolveException or GradientException)
        {
            _failure = e;
        }
        finally
        {
            _hasCheckFailed |= SharedChecks.End();
        }

        for (int i = 0; i < _parameters.Length; i++)
        {
            _hasGradient[i] |= _parameters[i].HasGradient;
        }

        double share = (double)part.Count / samples;
        return (_single?.Take(share), _double?.Take(share));
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
