using System.Globalization;
using System.Text;

namespace NeuralOde.Reports;

/// <summary>
/// Builds the <c>d</c> of a path from absolute points. Steps are written relative to the point before, in whole
/// hundredths, so that nothing drifts and the text stays short.
/// </summary>
internal sealed class PathData
{
    // Far outside any plot, near enough that the hundredths stay exact.
    private const double Farthest = 1e6;
    private readonly StringBuilder text = new();
    private long x;
    private long y;
    private char last;

    public bool IsEmpty => text.Length == 0;

    public PathData MoveTo(double toX, double toY)
    {
        (x, y) = (Hundredths(toX), Hundredths(toY));
        text.Append('M');
        Append(x, first: true);
        Append(y, first: false);
        last = 'M';
        return this;
    }

    public PathData LineTo(double toX, double toY)
    {
        var (nextX, nextY) = (Hundredths(toX), Hundredths(toY));
        if (last != 'l')
        {
            text.Append('l');
        }
        Append(nextX - x, first: last != 'l');
        Append(nextY - y, first: false);
        (x, y, last) = (nextX, nextY, 'l');
        return this;
    }

    /// <summary>A dot: a line of no length, which a round cap makes visible.</summary>
    public PathData Dot(double atX, double atY)
    {
        MoveTo(atX, atY);
        text.Append("h0");
        return this;
    }

    public PathData Circle(double centerX, double centerY, double radius)
    {
        MoveTo(centerX - radius, centerY);
        var r = NumberText.Coordinate(radius);
        var d = NumberText.Coordinate(2 * radius);
        text.Append(CultureInfo.InvariantCulture, $"a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0-{d} 0z");
        return this;
    }

    public PathData ClosePath()
    {
        text.Append('z');
        last = 'z';
        return this;
    }

    public override string ToString() => text.ToString();

    private static long Hundredths(double value)
    {
        return (long)Math.Round(100 * Math.Clamp(value, -Farthest, Farthest));
    }

    private void Append(long hundredths, bool first)
    {
        if (hundredths < 0)
        {
            text.Append('-');
            hundredths = -hundredths;
        }
        else if (!first)
        {
            text.Append(' ');
        }
        var (whole, rest) = Math.DivRem(hundredths, 100);
        if (whole != 0 || rest == 0)
        {
            text.Append(whole);
        }
        if (rest != 0)
        {
            text.Append('.').Append((char)('0' + rest / 10));
            if (rest % 10 != 0)
            {
                text.Append((char)('0' + rest % 10));
            }
        }
    }
}
