using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace NeuralOde.Reports.Tests;

/// <summary>Reads what was written, as a browser would.</summary>
internal static class SvgReading
{
    /// <summary>A piece of text with the rectangle that it takes by the library's own, wide, estimate.</summary>
    internal sealed record PlacedText(string Text, double Left, double Top, double Right, double Bottom)
    {
        public bool Overlaps(PlacedText other)
        {
            return Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;
        }
    }

    public static XElement Parse(string markup)
    {
        using var reader = XmlReader.Create(new StringReader(markup), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XElement.Load(reader);
    }

    public static IEnumerable<XElement> Named(this XElement root, string name) => root.Descendants().Where(e => e.Name.LocalName == name);

    public static string? Find(this XElement element, string attribute)
    {
        return element.AncestorsAndSelf().Select(e => e.Attribute(attribute)?.Value).FirstOrDefault(v => v is not null);
    }

    public static double Number(this XElement element, string attribute, double otherwise = double.NaN)
    {
        return element.Find(attribute) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }

    /// <summary>The text shown, without tool tips.</summary>
    public static string Shown(this XElement text) => string.Concat(text.Nodes().OfType<XText>().Select(t => t.Value));

    public static IReadOnlyList<PlacedText> Texts(XElement svg)
    {
        return [.. svg.Named("text").Select(Place)];
    }

    /// <summary>All numbers of a path, as absolute points; arcs are not understood.</summary>
    public static List<(double X, double Y)> Points(string path)
    {
        var points = new List<(double X, double Y)>();
        (double x, double y, bool relative) = (0.0, 0.0, false);
        var numbers = new List<double>();
        foreach (System.Text.RegularExpressions.Match token in System.Text.RegularExpressions.Regex.Matches(path, @"[Ml]|-?(\d+\.?\d*|\.\d+)"))
        {
            if (token.Value is "M" or "l")
            {
                relative = token.Value == "l";
                continue;
            }
            numbers.Add(double.Parse(token.Value, CultureInfo.InvariantCulture));
            if (numbers.Count == 2)
            {
                (x, y) = relative ? (x + numbers[0], y + numbers[1]) : (numbers[0], numbers[1]);
                points.Add((x, y));
                numbers.Clear();
            }
        }
        return points;
    }

    private static PlacedText Place(XElement element)
    {
        string text = element.Shown();
        double size = element.Number("font-size");
        double width = TextMetrics.Width(text, size) * (element.Attribute("font-weight") is null ? 1 : TextMetrics.Bold);
        (double x, double y) = (element.Number("x"), element.Number("y"));
        double before = element.Find("text-anchor") switch { "middle" => 0.5, "end" => 1.0, _ => 0.0 } * width;
        // Ascent 0.8 and descent 0.22 of the size hold all letters and digits of the common faces.
        return element.Attribute("transform") is null
            ? new PlacedText(text, x - before, y - 0.8 * size, x - before + width, y + 0.22 * size)
            : new PlacedText(text, x - 0.8 * size, y - width + before, x + 0.22 * size, y + before);
    }
}
