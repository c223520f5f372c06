using System.Numerics;
using NeuralOde.Solvers;

namespace NeuralOde.Sensitivities;

/// <summary>Discretise, then optimise: the reverse of the solver's own steps.</summary>
internal sealed class DirectSensitivity<T> : Sensitivity<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly CompiledVectorJacobianProduct<T> _product;

    public DirectSensitivity(FieldPrograms<T> programs, OdeSolver solver, StepSizeControl steps)
        : base(programs, solver, steps)
    {
        _product = new CompiledVectorJacobianProduct<T>(programs);
        ParameterGradient = _product.ParameterGradient;
    }

    protected override bool NeedsRecording => true;

    public override void Backward(SolveMemory<T> memory, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, Span<double> timeGradients)
    {
        Array.Clear(ParameterGradient);
        BackwardStatistics = Integrator.Transpose(memory.Recording, _product, stateGradients, initialGradient, timeGradients);
    }
}
