using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>What an explicit step says of the field's Jacobian.</summary>
internal partial class RungeKuttaStepper<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override double SpectralRadius()
    {
        if (_tableau.StagePair is not { } pair)
        {
            return double.NaN;
        }

        ReadOnlySpan<T> first = Rows.Row(pair.First, StateLength), second = Rows.Row(pair.Second, StateLength);
        int[] indices = pair.Difference.Indices;
        double[] weights = pair.Difference.Weights;
        double slopes = 0, inputs = 0;
        for (int i = 0; i < StateLength; i++)
        {
            double slope = double.CreateTruncating(second[i] - first[i]), input = 0;
            for (int j = 0; j < indices.Length; j++)
            {
                input += weights[j] * double.CreateTruncating(Rows.Row(indices[j], StateLength)[i]);
            }

            slopes += slope * slope;
            inputs += input * input;
        }

        return Math.Sqrt(slopes / inputs) / Math.Abs(_size);
    }
}
