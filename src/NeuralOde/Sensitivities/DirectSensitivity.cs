using System.Numerics;
using NeuralOde.Solvers;

namespace NeuralOde.Sensitivities;

/// <summary>Discretize, then optimize: the reverse of the solver's own steps.</summary>
internal sealed class DirectSensitivity<T> : Sensitivity<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly CompiledVectorJacobianProduct<T> _product;

    public DirectSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps)
        : this(field, solver, steps, new CompiledVectorJacobianProduct<T>(field))
    {
    }

    private DirectSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps, CompiledVectorJacobianProduct<T> product)
        : base(field, solver, steps, product.Gradient) => _product = product;

    internal override IReadOnlyList<Tensors.Parameter> BackwardBuffers => _product.Buffers;

    private protected override bool NeedsRecording => true;

    private protected override SolveStatistics BackwardCore(SolveMemory<T> memory, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, Span<double> timeGradients)
    {
        Array.Clear(Gradient);
        return Integrator.Transpose(memory.Recording, _product, stateGradients, initialGradient, timeGradients);
    }
}
