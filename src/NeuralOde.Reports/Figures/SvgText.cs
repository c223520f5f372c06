namespace NeuralOde.Reports;

/// <summary>The parts that every picture has: root element, background, text.</summary>
internal static class SvgText
{
    public const string FontFamily = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
    public const string Paper = "#ffffff";
    public const string Muted = "#59636e";
    public const string Grid = "#e4e7eb";
    public const string AxisLine = "#8c959f";

    /// <summary>Opens the svg element, with title, description and background.</summary>
    public static void OpenRoot(Markup markup, double width, double height, string id, string title, string description, bool standalone)
    {
        (string w, string h) = (NumberText.Coordinate(width), NumberText.Coordinate(height));
        markup.Open("svg", ("xmlns", standalone ? "http://www.w3.org/2000/svg" : null), ("viewBox", $"0 0 {w} {h}"), ("width", w), ("height", h),
            ("role", "img"), ("aria-labelledby", $"{id}t {id}d"), ("font-family", FontFamily));
        markup.Raw("\n").Element("title", title, ("id", id + "t")).Element("desc", description, ("id", id + "d")).Raw("\n");
        markup.Empty("rect", ("class", "pap"), ("width", w), ("height", h), ("fill", Paper)).Raw("\n");
    }

    /// <summary>A line of text; <paramref name="room"/> cuts it and leaves the whole in a tool tip.</summary>
    public static void Draw(Markup markup, string text, double x, double y, double size, double room = double.PositiveInfinity,
        string? anchor = null, bool bold = false, bool muted = false, bool upwards = false)
    {
        if (text.Length == 0)
        {
            return;
        }
        string shown = TextMetrics.Ellipsis(text, bold ? size * TextMetrics.Bold : size, room);
        (string px, string py) = (NumberText.Coordinate(x), NumberText.Coordinate(y));
        markup.Open("text", ("x", px), ("y", py), ("font-size", NumberText.Coordinate(size)), ("text-anchor", anchor), ("font-weight", bold ? "600" : null),
            ("class", muted ? "mut" : "ink"), ("fill", muted ? Muted : Palette.Light(PaletteColor.Ink)), ("transform", upwards ? $"rotate(-90 {px} {py})" : null));
        if (shown != text)
        {
            markup.Element("title", text);
        }
        markup.Text(shown).Close();
    }
}
