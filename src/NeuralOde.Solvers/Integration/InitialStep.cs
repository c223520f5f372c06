using System.Numerics;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>A first step by the scale of the problem: Hairer, Nørsett, Wanner, <i>Solving Ordinary Differential Equations I</i>, II.4. It costs one evaluation.</summary>
internal sealed class InitialStep<T>(int length)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Derivative = 0, ProbeDerivative = 1, State = 2, Probe = 3;

    private readonly RowMemory<T> _rows = new(4, length);

    /// <param name="stepper">Started, with its derivative evaluated.</param>
    /// <param name="t">Initial time.</param>
    /// <param name="end">Final time.</param>
    /// <param name="maxStep">Largest step: the probe does not go further either.</param>
    /// <param name="scale">What errors are measured by.</param>
    /// <param name="order">Order of the method.</param>
    /// <returns>Length of the step, positive.</returns>
    public double Estimate(Stepper<T> stepper, double t, double end, double maxStep, ErrorMeasure scale, int order)
    {
        stepper.State.CopyTo(_rows.Row(State, length));
        stepper.Derivative.CopyTo(_rows.Row(Derivative, length));
        double interval = Math.Abs(end - t);
        double d0 = scale.Measure(_rows, [State], [1], 1, State, State);
        double d1 = scale.Measure(_rows, [Derivative], [1], 1, State, State);
        double h0 = d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : 0.01 * d0 / d1;
        h0 = Math.Min(h0, Math.Min(interval, maxStep));
        double signed = end > t ? h0 : -h0;
        CombineKernel.Run(ref _rows.Start, _rows.Offsets, [Derivative], [1], signed, ref _rows[State], ref _rows[Probe], stepper.StateLength);
        stepper.Evaluate(h0 == interval ? end : t + signed, _rows.Row(Probe, stepper.StateLength), _rows.Row(ProbeDerivative, length));
        double d2 = scale.Measure(_rows, [ProbeDerivative, Derivative], [1, -1], 1 / h0, State, State);
        double curvature = Math.Max(d1, d2);
        double h1 = curvature <= 1e-15 ? Math.Max(1e-6, h0 * 1e-3) : Math.Pow(0.01 / curvature, 1.0 / (order + 1));
        double h = Math.Min(100 * h0, h1);

        // Where the probe met a value that is not finite, the cautious guess must do; the loop shrinks it further if it has to.
        return h > 0 && double.IsFinite(h) ? Math.Min(h, interval) : h0 > 0 && double.IsFinite(h0) ? h0 : 1e-6 * interval;
    }
}
