using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>The transpose of an Adams–Bashforth step, with or without a corrector, and of the Runge–Kutta steps that start it.</summary>
internal sealed class AdamsBashforthTranspose<T>(AdamsBashforthStepper<T> stepper, int order, bool corrects)
    : RungeKuttaTranspose<T>(stepper, RungeKutta4.Coefficients, nodeRing: order + 1)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AdamsBashforthStepper<T> _stepper = stepper;
    private readonly int _order = order;
    private readonly double[] _weights = new double[order];
    private readonly double[] _nodes = new double[order];
    private readonly double[] _projections = new double[order];

    // What dense output adds to the cotangent of the derivative at the predicted state.
    private readonly T[] _predictedBar = new T[stepper.StateLength];
    private bool _predictedIsActive;
    private readonly nint[] _rows = new nint[order];
    private readonly int[] _indices = [.. Enumerable.Range(0, order)];

    /// <summary>
    /// <c>z_{n+1} = z_n + h Σ w_j f_{n−j}</c> transposed; with a corrector, <c>z_{n+1} = z_n + h (v_0 f(y) + Σ v_j f_{n+1−j})</c> at the predicted
    /// state <c>y = z_n + h Σ w_j f_{n−j}</c>.
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
        bool endIsActive = !IsZero(StateBar);
        if (endIsActive)
        {
            TransposeFormula(recording, step, corrects, StateBar);
        }

        if (corrects && (endIsActive || _predictedIsActive))
        {
            double h = recording.StepSize(step);
            AddScaled(StateCotangent, endIsActive ? h * _weights[0] : 0, StageBar, isActive: false);
            if (_predictedIsActive)
            {
                AddScaled(_predictedBar, 1, StageBar, isActive: true);
                Array.Clear(_predictedBar);
                _predictedIsActive = false;
            }

            PredictedState(recording, step, h);
            double timeBar = Multiply(field, recording.EndTime(step + 1), Cotangents.Row(StageInput, StateLength), StageBar, InputBar);
            if (DifferentiatesTimes)
            {
                AddTimeCotangent(step + 1, timeBar);
            }

            TransposeFormula(recording, step, false, InputBar);
            AddScaled(Cotangents.Row(InputBar, StateLength), 1, StateBar, isActive: true);
        }

        AddDenseOrigin();
    }

    /// <summary><c>z_n + h Σ w_j(θ) f_j</c> transposed, with the formula's rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddDenseCotangent(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        if (recording.Tag(step) != AdamsBashforthStepper<T>.MultistepTag)
        {
            base.AddDenseCotangent(recording, step, theta, cotangent);
            return;
        }

        double h = recording.StepSize(step);
        _stepper.RecordedNodes(recording, step, corrects, _nodes);
        AdamsWeights.Compute(_nodes, theta, derivative: false, _weights);
        AddToDenseOrigin(cotangent);
        int shift = corrects ? 1 : 0;
        for (int j = shift; j < _order; j++)
        {
            AddToNode(step - j + shift, h * _weights[j], cotangent);
        }

        for (int i = 0; i < cotangent.Length && corrects; i++)
        {
            _predictedBar[i] += T.CreateTruncating(h * _weights[0]) * cotangent[i];
            _predictedIsActive = true;
        }
    }

    public override void Begin(SolveRecording<T> recording, bool differentiateTimes)
    {
        base.Begin(recording, differentiateTimes);
        Array.Clear(_predictedBar);
        _predictedIsActive = false;
    }

    /// <summary>
    /// The increment is the integral of the polynomial p through (s_j, f_j); moving a node alone changes it by −p′(s_j) ∫ ℓ_j, moving the ends of the integral
    /// by p(t_{n+1}) and −p(t_n). Leaves the formula's weights, and adds nothing to the predicted derivative, which belongs to no node.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransposeFormula(SolveRecording<T> recording, int step, bool isCorrector, int row)
    {
        double h = recording.StepSize(step);
        int shift = isCorrector ? 1 : 0;
        _stepper.RecordedNodes(recording, step, isCorrector, _nodes);
        if (DifferentiatesTimes)
        {
            AdamsWeights.Compute(_nodes, 1, derivative: true, _weights);
            for (int j = 0; j < _order; j++)
            {
                ref T derivative = ref Unsafe.Add(ref recording.Start, AdamsBashforthStepper<T>.RecordedRow(recording, step, j, isCorrector));
                _projections[j] = Reductions.Dot(MemoryMarshal.CreateReadOnlySpan(ref derivative, StateLength), Cotangents.Row(row, StateLength));
                AddTimeCotangent(step + 1, _weights[j] * _projections[j]);
            }

            AddTimeCotangent(step, -_projections[shift]);
        }

        AdamsWeights.Compute(_nodes, 1, derivative: false, _weights);
        for (int j = 0; j < _order; j++)
        {
            if (j >= shift)
            {
                AddToNode(step - j + shift, row, h * _weights[j]);
            }

            if (DifferentiatesTimes)
            {
                AddTimeCotangent(step - j + shift, -_weights[j] * AdamsWeights.SlopeAtNode(_nodes, _projections, j));
            }
        }
    }

    private void PredictedState(SolveRecording<T> recording, int step, double h)
    {
        _stepper.RecordedNodes(recording, step, false, _nodes);
        AdamsWeights.Compute(_nodes, 1, derivative: false, _weights);
        for (int j = 0; j < _order; j++)
        {
            _rows[j] = AdamsBashforthStepper<T>.RecordedRow(recording, step, j, false);
        }

        CombineKernel.Run(
            ref recording.Start, _rows, _indices, _weights, h, ref MemoryMarshal.GetReference(recording.Row(step, 0)), ref Cotangents[StageInput], StateLength);
    }
}
