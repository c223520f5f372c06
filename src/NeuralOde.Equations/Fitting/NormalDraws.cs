using NeuralOde.Tensors;

namespace NeuralOde.Equations.Fitting;

/// <summary>Draws from a normal distribution through the eigenvectors of its covariance.</summary>
internal sealed class NormalDraws
{
    private readonly double[] _values;
    private readonly double[][] _vectors;
    private readonly double[] _normal;

    public NormalDraws(double[] covariance, int count)
    {
        (_values, _vectors) = Symmetric.Eigen(covariance, count);
        _normal = new double[count];
    }

    /// <summary>Adds a draw of mean 0 to some elements of a point.</summary>
    /// <param name="point">The point, which is changed.</param>
    /// <param name="places">Which elements, in the order of the covariance.</param>
    /// <param name="inflation">A factor of the standard deviations.</param>
    /// <param name="random">Where the draws come from.</param>
    public void AddTo(double[] point, int[] places, double inflation, RandomSource random)
    {
        random.FillNormal<double>(_normal);
        for (int k = 0; k < _normal.Length; k++)
        {
            double size = Math.Sqrt(Math.Max(_values[k], 0)) * inflation * _normal[k];
            for (int i = 0; i < _normal.Length; i++)
            {
                point[places[i]] += size * _vectors[k][i];
            }
        }
    }
}
