namespace NeuralOde.Reports;

/// <summary>One image of an <see cref="ImageGrid"/>.</summary>
/// <param name="Columns">Width in pixels.</param>
/// <param name="Rows">Height in pixels.</param>
/// <param name="Values">Brightness from 0 to 1, row by row from the top, <c>[Rows · Columns]</c>; a value beyond that counts as the nearest end, NaN as 0.</param>
/// <param name="Label">Text under the image; empty for none.</param>
public sealed record GridImage(int Columns, int Rows, IReadOnlyList<double> Values, string Label = "")
{
    /// <summary>Brightness from 0 to 1, row by row from the top, <c>[Rows · Columns]</c>.</summary>
    public IReadOnlyList<double> Values { get; init => field = ValueList.From(value); } = ValueList.From(Values);
}

/// <summary>Small images in rows, such as digits with their predictions.</summary>
public sealed record ImageGrid : Drawing
{
    private const double Pad = 10;
    private const double Gap = 8;
    private const double LabelSize = 12;

    /// <summary>The images, row by row.</summary>
    public IReadOnlyList<GridImage> Images { get; init => field = ValueList.From(value); } = ValueList.Of<GridImage>();

    /// <summary>Width of each image on the page in pixels.</summary>
    /// <value>Default 56.</value>
    public double ImageWidth { get; init; } = 56;

    /// <summary>Colors from brightness 0 to 1.</summary>
    /// <value>Default <see cref="ColorRamp.Grayscale"/>.</value>
    public ColorRamp Ramp { get; init; } = ColorRamp.Grayscale;

    /// <summary>Most images drawn; a note says how many are left out.</summary>
    /// <value>Default 200.</value>
    public int MaxImages { get; init; } = 200;

    internal override void Draw(Markup markup, double drawnWidth, string id, bool standalone)
    {
        ArgumentOutOfRangeException.ThrowIf(!(ImageWidth > 0), nameof(ImageWidth), ImageWidth, "An image's width must be positive.");
        GridImage[] shown = Images.Take(MaxImages).ToArray();
        int columns = Math.Max(1, (int)((drawnWidth - 2 * Pad + Gap) / (ImageWidth + Gap)));
        double tallest = shown.Length == 0 ? 1 : shown.Max(i => (double)i.Rows / i.Columns);
        int labels = shown.Any(i => i.Label.Length > 0) ? 18 : 0;
        double rowHeight = ImageWidth * tallest + labels + Gap;
        IReadOnlyList<string> titles = string.IsNullOrEmpty(Title) ? [] : TextMetrics.Wrap(Title, 15 * TextMetrics.Bold, drawnWidth - 2 * Pad, 3);
        double top = Pad + titles.Count * 20 + (titles.Count > 0 ? 6 : 0);
        string? note = Images.Count > shown.Length ? $"{Images.Count - shown.Length} of {Images.Count} images are not shown." : shown.Length == 0 ? "No data" : null;
        double height = top + (shown.Length + columns - 1) / columns * rowHeight + (note is null ? 0 : 22) + Pad - Gap;
        string described = shown.Length + " images" + (labels > 0 ? ": " + string.Join(", ", shown.Take(40).Select(i => i.Label)) : "") + ".";
        SvgText.OpenRoot(markup, drawnWidth, height, id, string.IsNullOrEmpty(Title) ? "Images" : Title, Description ?? described, standalone);
        for (int i = 0; i < titles.Count; i++)
        {
            SvgText.Draw(markup, titles[i], Pad, Pad + 14 + i * 20, 15, bold: true);
        }
        for (int i = 0; i < shown.Length; i++)
        {
            DrawImage(markup, shown[i], Pad + i % columns * (ImageWidth + Gap), top + i / columns * rowHeight);
        }
        if (note is not null)
        {
            SvgText.Draw(markup, note, Pad, height - Pad - 2, 12, drawnWidth - 2 * Pad, muted: true);
        }
        markup.Close();
    }

    private void DrawImage(Markup markup, GridImage image, double x, double y)
    {
        ArgumentException.ThrowIf(
            image.Columns < 1 || image.Rows < 1 || image.Values.Count != image.Columns * image.Rows,
            $"An image of {image.Columns} columns and {image.Rows} rows has {image.Values.Count} values; it must have one or more of each, and columns times rows values.");
        string uri = Png.DataUri(image.Columns, image.Rows, (column, row) => Ramp.Bytes(image.Values[row * image.Columns + column] is var v && double.IsNaN(v) ? 0 : v));
        double height = ImageWidth * image.Rows / image.Columns;
        markup.Empty("image", ("x", NumberText.Coordinate(x)), ("y", NumberText.Coordinate(y)),
            ("width", NumberText.Coordinate(ImageWidth)), ("height", NumberText.Coordinate(height)),
            ("style", "image-rendering:pixelated"), ("href", uri)).Raw("\n");
        SvgText.Draw(markup, image.Label, x + 0.5 * ImageWidth, y + height + 14, LabelSize, ImageWidth + Gap - 2, "middle");
    }
}
