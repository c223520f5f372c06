using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// Quadratures: the stages are too inaccurate to integrate over, so Gauss's formula with three nodes integrates over the dense output of a step that is kept.
/// </summary>
internal sealed partial class RosenbrockStepper<T>
{
    private static readonly double[] s_quadratureNodes = [0.5 - Math.Sqrt(0.15), 0.5, 0.5 + Math.Sqrt(0.15)];

    private readonly T[] _nodeState;
    private readonly T[] _nodeValue;
    private readonly T[] _integrands;
    private double _stepStart;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool CombineQuadratures(double h)
    {
        int n = StateLength, count = Length - n;
        for (int node = 0; count > 0 && node < s_quadratureNodes.Length; node++)
        {
            _lastIntegrandTime = _stepStart + (s_quadratureNodes[node] * h);
            InterpolateState(s_quadratureNodes[node], _nodeState);
            Evaluate(_lastIntegrandTime, _nodeState, _nodeValue);
            _nodeValue.AsSpan(n).CopyTo(_integrands.AsSpan(node * count));
            _badQuadrature = Reductions.FirstNotFinite<T>(_nodeValue.AsSpan(n));
            if (_badQuadrature >= 0)
            {
                return false;
            }
        }

        InterpolateQuadratures(1, h, _rows.Row(New, Length)[n..]);
        _badQuadrature = Reductions.FirstNotFinite<T>(_rows.Row(New, Length)[n..]);
        return _badQuadrature < 0;
    }

    /// <summary>The integral from the step's start over the parabola through the three integrands.</summary>
    private void InterpolateQuadratures(double theta, double h, Span<T> destination)
    {
        int count = Length - StateLength;
        ReadOnlySpan<T> before = _rows.Row(Old, Length)[StateLength..];
        for (int i = 0; i < count; i++)
        {
            destination[i] = before[i];
        }

        for (int node = 0; node < s_quadratureNodes.Length; node++)
        {
            double a = s_quadratureNodes[(node + 1) % 3], b = s_quadratureNodes[(node + 2) % 3], c = s_quadratureNodes[node];
            double integral = theta * ((theta * ((theta / 3) - ((a + b) / 2))) + (a * b));
            T weight = T.CreateTruncating(h * integral / ((c - a) * (c - b)));
            for (int i = 0; i < count; i++)
            {
                destination[i] += weight * _integrands[(node * count) + i];
            }
        }
    }
}
