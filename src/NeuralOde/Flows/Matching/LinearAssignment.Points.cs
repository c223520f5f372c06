using NeuralOde.Vectors;

namespace NeuralOde.Flows.Matching;

// Pairs of points.
public sealed unsafe partial class LinearAssignment
{
    /// <summary>Pairs two sets of points so that the sum of their squared Euclidean distances is the least: their optimal transport.</summary>
    /// <typeparam name="T">The points' element type; distances are in double precision.</typeparam>
    /// <param name="points">The points of the rows, one after the other: <c>[count, dimension]</c>.</param>
    /// <param name="others">The points of the columns, in the same way.</param>
    /// <param name="dimension">The number of coordinates of a point, at least 1.</param>
    /// <param name="partners">Set to the partner of each point among the others.</param>
    /// <returns>The sum of the squared distances.</returns>
    /// <exception cref="ArgumentException">The number of values is not <c>count · dimension</c>, or a value is not finite or too large to be squared.</exception>
    /// <remarks>
    /// The pairs with the least Σ|x − y|² have the largest Σx·y, which does not change where a coordinate is multiplied in one set and divided in the other by the same number, and
    /// to which shifts add a constant. So both sets are first brought to one center and one spread: where the clouds lie on one another, paths are fewer and shorter.
    /// </remarks>
    public double Pair<T>(ReadOnlySpan<T> points, ReadOnlySpan<T> others, int dimension, Span<int> partners)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentException.ThrowIf(
            points.Length != (long)Count * dimension || others.Length != points.Length,
            $"{Count} points with {dimension} coordinates have {(long)Count * dimension} values; got {points.Length} and {others.Length}.", nameof(points));
        for (int k = 0; k < dimension; k++)
        {
            (double center, double spread) = Moments(points, dimension, k);
            (double otherCenter, double otherSpread) = Moments(others, dimension, k);
            double scale = spread > 0 && otherSpread > 0 ? Math.Sqrt(otherSpread / spread) : 1;

            // One coordinate of all columns at a time, so that a row of costs is whole vectors; what holds the coordinates is free until a solve starts.
            double* coordinates = _memory.Distances.Address;
            for (int j = 0; j < Count; j++)
            {
                coordinates[j] = (double.CreateTruncating(others[(j * dimension) + k]) - otherCenter) / scale;
            }

            for (int i = 0; i < Count; i++)
            {
                double coordinate = (double.CreateTruncating(points[(i * dimension) + k]) - center) * scale;
                VectorDispatch.Run<double, DistanceRow>(new DistanceRow(_memory.Row(i), coordinates, Count, coordinate, k == 0), SimdWidths.Best);
            }
        }

        Solve(partners);
        return SquaredDistance(points, others, dimension, partners);
    }

    private static double SquaredDistance<T>(ReadOnlySpan<T> points, ReadOnlySpan<T> others, int dimension, ReadOnlySpan<int> partners)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double sum = 0;
        for (int i = 0; i < partners.Length; i++)
        {
            ReadOnlySpan<T> point = points.Slice(i * dimension, dimension), partner = others.Slice(partners[i] * dimension, dimension);
            for (int k = 0; k < dimension; k++)
            {
                double difference = double.CreateTruncating(point[k]) - double.CreateTruncating(partner[k]);
                sum += difference * difference;
            }
        }

        return sum;
    }

    /// <summary>The mean of a coordinate, and its standard deviation.</summary>
    private (double Center, double Spread) Moments<T>(ReadOnlySpan<T> points, int dimension, int coordinate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double sum = 0, squares = 0;
        for (int i = coordinate; i < points.Length; i += dimension)
        {
            sum += double.CreateTruncating(points[i]);
        }

        double mean = sum / Count;
        for (int i = coordinate; i < points.Length; i += dimension)
        {
            double difference = double.CreateTruncating(points[i]) - mean;
            squares += difference * difference;
        }

        ArgumentException.ThrowIf(
            !double.IsFinite(squares), $"Coordinates are finite numbers, small enough to be squared; coordinate {coordinate} of some point is not.", nameof(points));
        return (mean, Math.Sqrt(squares / Count));
    }

    /// <summary>Adds one coordinate's part to a row of squared distances.</summary>
    private readonly struct DistanceRow(double* row, double* coordinates, int count, double point, bool isFirst) : IVectorKernel<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector>() where TVector : struct, ISimdVector<TVector, double>
        {
            TVector from = TVector.Create(point);
            int j = 0;
            for (; j <= count - TVector.Count; j += TVector.Count)
            {
                TVector difference = TVector.Load(coordinates + j) - from;
                TVector square = difference * difference;
                TVector.Store(isFirst ? square : TVector.Load(row + j) + square, row + j);
            }

            int rest = count - j;
            if (rest > 0)
            {
                TVector difference = TVector.LoadPartial(coordinates + j, rest) - from;
                TVector square = difference * difference;
                TVector.StorePartial(isFirst ? square : TVector.LoadPartial(row + j, rest) + square, row + j, rest);
            }
        }
    }
}
