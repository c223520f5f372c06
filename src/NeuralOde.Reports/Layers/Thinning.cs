namespace NeuralOde.Reports;

/// <summary>Leaves out points of a line that nobody can see.</summary>
internal static class Thinning
{
    /// <summary>How far, in pixels, a line may move by leaving out a point.</summary>
    public const double Tolerance = 0.06;

    /// <summary>
    /// Keeps of each run of points in one pixel column the first, the lowest, the highest and the last: the line then
    /// covers the same pixels (M4: Jugel, Jerzak, Hackenbroich, Markl 2014, "M4: A Visualization-Oriented Time Series Data Aggregation").
    /// </summary>
    public static List<(double X, double Y)> ByColumn(List<(double X, double Y)> points)
    {
        var kept = new List<(double X, double Y)>();
        Span<int> four = stackalloc int[4];
        for (int start = 0; start < points.Count;)
        {
            double column = Math.Floor(points[start].X);
            (int low, int high, int end) = (start, start, start);
            while (end < points.Count && Math.Floor(points[end].X) == column)
            {
                low = points[end].Y < points[low].Y ? end : low;
                high = points[end].Y > points[high].Y ? end : high;
                end++;
            }
            (four[0], four[1], four[2], four[3]) = (start, Math.Min(low, high), Math.Max(low, high), end - 1);
            for (int i = 0; i < 4; i++)
            {
                if (i == 0 || four[i] != four[i - 1])
                {
                    kept.Add(points[four[i]]);
                }
            }
            start = end;
        }
        return kept;
    }

    /// <summary>
    /// Leaves out points that lie within <see cref="Tolerance"/> of the line through those kept (Ramer 1972; Douglas and
    /// Peucker 1973).
    /// </summary>
    public static List<(double X, double Y)> ByDistance(List<(double X, double Y)> points)
    {
        if (points.Count < 3)
        {
            return points;
        }
        bool[] keep = new bool[points.Count];
        keep[0] = keep[^1] = true;
        var spans = new Stack<(int From, int To)>();
        spans.Push((0, points.Count - 1));
        while (spans.TryPop(out (int From, int To) span))
        {
            (int farthest, double distance) = (-1, Tolerance);
            for (int i = span.From + 1; i < span.To; i++)
            {
                double d = Distance(points[i], points[span.From], points[span.To]);
                if (d > distance)
                {
                    (farthest, distance) = (i, d);
                }
            }
            if (farthest >= 0)
            {
                keep[farthest] = true;
                spans.Push((span.From, farthest));
                spans.Push((farthest, span.To));
            }
        }
        return [.. points.Where((_, i) => keep[i])];
    }

    /// <summary>A line's points as they are drawn.</summary>
    public static List<(double X, double Y)> Line(List<(double X, double Y)> points, double columns)
    {
        // With only a few points per column nothing is hidden, and the first step would only cost.
        return ByDistance(points.Count > 4 * columns ? ByColumn(points) : points);
    }

    private static double Distance((double X, double Y) p, (double X, double Y) a, (double X, double Y) b)
    {
        // To the segment, not to its line: a trajectory may turn back.
        (double dx, double dy) = (b.X - a.X, b.Y - a.Y);
        double square = dx * dx + dy * dy;
        double w = square == 0 ? 0 : Math.Clamp(((p.X - a.X) * dx + (p.Y - a.Y) * dy) / square, 0, 1);
        (double ex, double ey) = (p.X - a.X - w * dx, p.Y - a.Y - w * dy);
        return Math.Sqrt(ex * ex + ey * ey);
    }
}
