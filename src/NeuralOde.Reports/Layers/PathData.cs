namespace NeuralOde.Reports;

/// <summary>
/// Builds the <c>d</c> of a path from absolute points. Steps are written relative to the point before, in whole
/// hundredths, so that nothing drifts and the text stays short.
/// </summary>
internal sealed class PathData
{
    // Far outside any plot, near enough that the hundredths stay exact.
    private const double Farthest = 1e6;
    private readonly StringBuilder _text = new();
    private long _x;
    private long _y;
    private char _last;

    public bool IsEmpty => _text.Length == 0;

    public PathData MoveTo(double toX, double toY)
    {
        (_x, _y) = (Hundredths(toX), Hundredths(toY));
        _text.Append('M');
        Append(_x, first: true);
        Append(_y, first: false);
        _last = 'M';
        return this;
    }

    public PathData LineTo(double toX, double toY)
    {
        (long nextX, long nextY) = (Hundredths(toX), Hundredths(toY));
        if (_last != 'l')
        {
            _text.Append('l');
        }
        Append(nextX - _x, first: _last != 'l');
        Append(nextY - _y, first: false);
        (_x, _y, _last) = (nextX, nextY, 'l');
        return this;
    }

    /// <summary>A dot: a line of no length, which a round cap makes visible.</summary>
    public PathData Dot(double atX, double atY)
    {
        MoveTo(atX, atY);
        _text.Append("h0");
        return this;
    }

    public PathData Circle(double centerX, double centerY, double radius)
    {
        MoveTo(centerX - radius, centerY);
        string r = NumberText.Coordinate(radius);
        string d = NumberText.Coordinate(2 * radius);
        _text.Append(CultureInfo.InvariantCulture, $"a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0-{d} 0z");
        return this;
    }

    public PathData ClosePath()
    {
        _text.Append('z');
        _last = 'z';
        return this;
    }

    public override string ToString() => _text.ToString();

    private static long Hundredths(double value) => (long)Math.Round(100 * Math.Clamp(value, -Farthest, Farthest));

    private void Append(long hundredths, bool first)
    {
        if (hundredths < 0)
        {
            _text.Append('-');
            hundredths = -hundredths;
        }
        else if (!first)
        {
            _text.Append(' ');
        }
        (long whole, long rest) = Math.DivRem(hundredths, 100);
        if (whole != 0 || rest == 0)
        {
            _text.Append(whole);
        }
        if (rest != 0)
        {
            _text.Append('.').Append((char)('0' + rest / 10));
            if (rest % 10 != 0)
            {
                _text.Append((char)('0' + rest % 10));
            }
        }
    }
}
