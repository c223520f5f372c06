using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>What corrections and errors are measured by: the tolerances at the start of the step, as in CVODE.</summary>
internal sealed unsafe partial class NordsieckStepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // In the place of 1 / 0, for a component that is zero and has no absolute tolerance: no error of it is within tolerance, and none is none.
    private static readonly T s_largestWeight = T.CreateTruncating(typeof(T) == typeof(float) ? 1e18 : 1e150);

    private double[] _errors = [];

    public override double Movement() => Measure(Row(_z), Row(_start), -T.One);

    public override int FindWorst(double t, in StepPlan plan, out double share)
    {
        T* change = Row(_change), weights = Row(_weights);
        double sum = 0, largest = 0;
        int worst = -1;
        for (int i = 0; i < StateLength; i++)
        {
            double error = double.CreateTruncating(change[i] * weights[i]), square = error * error;
            sum += square;
            (largest, worst) = square > largest ? (square, i) : (largest, worst);
        }

        bool isKnown = worst >= 0 && double.IsFinite(sum);
        share = isKnown ? largest / sum : double.NaN;
        return isKnown ? worst : -1;
    }

    private void ComputeWeights()
    {
        T* weights = Row(_weights), z = Row(_start);
        Tolerances tolerances = Scale.Tolerances;
        NordsieckKernel.Weights(z, weights, T.CreateTruncating(tolerances.Absolute), T.CreateTruncating(tolerances.Relative), _length);
        ErrorNorm norm = Scale.Norm;
        if (tolerances.AbsoluteByComponent is not null || tolerances.Absolute == 0)
        {
            for (int i = norm.Start; i < norm.Start + norm.Length; i++)
            {
                double absolute = tolerances.AbsoluteByComponent?[i] ?? 0;
                double unit = absolute + (tolerances.Relative * Math.Abs(double.CreateTruncating(z[i])));
                weights[i] = T.Min(s_largestWeight, T.CreateTruncating(1 / unit));
            }
        }

        new Span<T>(weights, norm.Start).Clear();
        new Span<T>(weights + norm.Start + norm.Length, _length - norm.Start - norm.Length).Clear();
        _weightsAreKnown = true;
    }

    /// <summary>The norm of <c>x + c y</c>.</summary>
    private double Measure(T* x, T* y, T c)
    {
        T* weights = Row(_weights);
        if (Scale.Norm.Function is null)
        {
            return Math.Sqrt(NordsieckKernel.SumOfSquares(x, y, c, weights, _length) / Scale.Norm.Count);
        }

        ErrorNorm norm = Scale.Norm;
        if (_errors.Length != norm.Length)
        {
            _errors = new double[norm.Length];
        }

        for (int i = 0; i < norm.Length; i++)
        {
            int j = norm.Start + i;
            _errors[i] = double.CreateTruncating((x[j] + (c * y[j])) * weights[j]);
        }

        return norm.Function(_errors);
    }
}
