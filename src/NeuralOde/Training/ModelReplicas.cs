using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.MicroBatches;
using NeuralOde.Sensitivities;

namespace NeuralOde.Training;

/// <summary>Copies of a model, one for each micro-batch of this process, whose normalizations over the batch wait for those of all others.</summary>
internal sealed class ModelReplicas : IDisposable
{
    private readonly Parameter[] _own;
    private readonly Dictionary<int, Replica> _replicas = [];
    private readonly LockStep _lockStep;

    /// <param name="model">The model; its modes stay as they are now.</param>
    /// <param name="microBatches">How many micro-batches there are.</param>
    /// <param name="communicator">The processes that share them; null for one.</param>
    /// <exception cref="NotSupportedException">The model cannot be cloned.</exception>
    public ModelReplicas(Module model, int microBatches, ICommunicator? communicator)
    {
        _lockStep = new LockStep(microBatches, communicator);
        _own = [.. model.Parameters, .. model.NamedBuffers().Select(static x => x.Buffer)];
        (int start, int end) = SumNode.Share(microBatches, communicator?.Rank ?? 0, communicator?.Size ?? 1);
        for (int i = start; i < end; i++)
        {
            Module copy = model.Clone();
            foreach (BatchNorm norm in copy.NamedModules().Select(static x => x.Module).OfType<BatchNorm>())
            {
                norm.Member = new MicroBatchMember(_lockStep, i, microBatches);
            }

            _replicas.Add(i, new Replica(copy, [.. copy.Parameters], [.. copy.NamedBuffers().Select(static x => x.Buffer)]));
        }
    }

    /// <summary>Refuses a model whose micro-batches would evaluate a field that normalizes over the batch at different times.</summary>
    /// <exception cref="TrainingException">There is such a field.</exception>
    public static void Check(Module model)
    {
        Module[] modules = [.. model.NamedModules().Select(static x => x.Module)];
        HashSet<Module> inStep = [.. modules.OfType<OdeBlock>().Where(static x => IsInStep(x.Steps, x.GradientMethod)).SelectMany(static x => Norms(x.Field))];
        if (modules.OfType<VectorField>().SelectMany(Norms).Any(x => !inStep.Contains(x)))
        {
            throw new TrainingException(
                TrainingFailureReason.MicroBatchesApart,
                "The statistics of the whole batch were asked for inside of a vector field whose micro-batches would be solved in steps of their own, and so evaluated at "
                    + "different times.",
                "Take an OdeBlock with fixed steps and the direct gradient or the backsolve adjoint, a normalization within each sample inside the field, or statistics of each "
                    + "micro-batch.");
        }

        static IEnumerable<BatchNorm> Norms(Module field) => field.NamedModules().Select(static x => x.Module).OfType<BatchNorm>();

        static bool IsInStep(StepSizeControl steps, GradientMethod gradient) =>
            steps is not AdaptiveSteps && gradient is DirectGradient or BacksolveAdjoint { Steps: not AdaptiveSteps };
    }

    /// <summary>The copy that computes a micro-batch of this process.</summary>
    public Replica this[int microBatch] => _replicas[microBatch];

    /// <summary>Computes the micro-batches of this process that have samples, each with its copy, which then has the model's values.</summary>
    /// <param name="samples">The number of samples of the batch.</param>
    /// <param name="work">Computes a micro-batch; says whether it succeeded.</param>
    public LockStepOutcome Run(int samples, Func<int, bool> work)
    {
        foreach (Replica replica in _replicas.Values)
        {
            foreach ((Parameter from, Parameter to) in _own.Zip(replica.Parameters.Concat(replica.Buffers)))
            {
                if (from.DType == DType.Float32)
                {
                    to.SetValues(from.AsSpan<float>());
                }
                else
                {
                    to.SetValues(from.AsSpan<double>());
                }

                to.ClearGradient();
            }
        }

        // Warnings are collected by threads.
        List<GradientWarnings> collected = [];
        LockStepOutcome outcome = _lockStep.Run(samples, i =>
        {
            using var warnings = GradientWarnings.Start();
            collected.Add(warnings);
            return work(i);
        });
        foreach (GradientWarnings warnings in collected)
        {
            foreach (GradientWarning warning in warnings.All)
            {
                GradientWarnings.Add(warning);
            }

            if (warnings.MeasuredError is { } error)
            {
                GradientWarnings.AddMeasured(error);
            }
        }

        return outcome;
    }

    public void Dispose() => _lockStep.Dispose();

    /// <summary>A copy of the model.</summary>
    /// <param name="Model">The copy.</param>
    /// <param name="Parameters">Its parameters, in the order of the model's.</param>
    /// <param name="Buffers">Its buffers, likewise.</param>
    public sealed record Replica(Module Model, Parameter[] Parameters, Parameter[] Buffers);
}
