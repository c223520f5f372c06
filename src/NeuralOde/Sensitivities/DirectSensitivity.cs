using System.Numerics;
using NeuralOde.Solvers;

namespace NeuralOde.Sensitivities;

/// <summary>Discretize, then optimize: the reverse of the solver's own steps.</summary>
internal sealed class DirectSensitivity<T> : Sensitivity<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly CompiledVectorJacobianProduct<T> _product;
    private readonly DirectCheck<T>? _check;

    public DirectSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps, DirectGradient settings)
        : this(field, solver, steps, settings, new CompiledVectorJacobianProduct<T>(field))
    {
    }

    private DirectSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps, DirectGradient settings, CompiledVectorJacobianProduct<T> product)
        : base(field, solver, steps, product.Gradient)
    {
        _product = product;
        _check = steps is AdaptiveSteps adaptive && settings.CheckInterval > 0
            ? new DirectCheck<T>(field, solver, adaptive, product.Program, settings.CheckInterval)
            : null;
    }

    internal override IReadOnlyList<Tensors.Parameter> BackwardBuffers => _product.Buffers;

    private protected override bool NeedsRecording => true;

    private protected override SolveStatistics BackwardCore(SolveMemory<T> memory, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, Span<double> timeGradients)
    {
        Array.Clear(Gradient);
        SolveStatistics cost = Integrator.Transpose(memory.Recording, _product, stateGradients, initialGradient, timeGradients);
        if (_check?.IsDue() == true)
        {
            double error = _check.Run(memory, stateGradients, initialGradient, timeGradients, Gradient, ref cost, out bool isReplaced);
            Measured(error);
            if (isReplaced && !WarnAgain(GradientWarningReason.StepsTooLong))
            {
                Warn(DirectCheck<T>.Warning(error));
            }
        }

        return cost;
    }
}
