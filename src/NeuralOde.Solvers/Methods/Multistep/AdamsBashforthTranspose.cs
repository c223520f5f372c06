using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The transpose of an Adams–Bashforth step, and of the Runge–Kutta steps that start it.</summary>
internal sealed class AdamsBashforthTranspose<T>(AdamsBashforthStepper<T> stepper, int order) : RungeKuttaTranspose<T>(stepper, RungeKutta4.Coefficients, nodeRing: order)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AdamsBashforthStepper<T> _stepper = stepper;
    private readonly int _order = order;
    private readonly double[] _weights = new double[order];
    private readonly double[] _nodes = new double[order];
    private readonly double[] _projections = new double[order];

    /// <summary>
    /// <c>z_{n+1} = z_n + h Σ w_j f_{n−j}</c> transposed. The increment is the integral of the polynomial p through (s_j, f_j); moving a node alone changes it by
    /// −p′(s_j) ∫ ℓ_j, moving the ends of the integral by p(t_{n+1}) and −p(t_n).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransposeStep(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field)
    {
        if (recording.Tag(step) != AdamsBashforthStepper<T>.MultistepTag)
        {
            base.TransposeStep(recording, step, field);
            return;
        }

        FlushNode(recording, step + 1, field);
        if (IsZero(StateBar))
        {
            return;
        }

        double h = recording.StepSize(step);
        _stepper.RecordedNodes(recording, step, _nodes);
        AdamsWeights.Compute(_nodes, 1, derivative: false, _weights);
        for (int j = 0; j < _order; j++)
        {
            AddToNode(step - j, StateBar, h * _weights[j]);
        }

        if (!DifferentiatesTimes)
        {
            return;
        }

        for (int j = 0; j < _order; j++)
        {
            _projections[j] = Reductions.Dot(recording.Row(step - j, 1), StateCotangent);
        }

        AddTimeCotangent(step, -_projections[0]);
        for (int j = 0; j < _order; j++)
        {
            AddTimeCotangent(step - j, -_weights[j] * AdamsWeights.SlopeAtNode(_nodes, _projections, j));
        }

        AdamsWeights.Compute(_nodes, 1, derivative: true, _weights);
        for (int j = 0; j < _order; j++)
        {
            AddTimeCotangent(step + 1, _weights[j] * _projections[j]);
        }
    }
}
