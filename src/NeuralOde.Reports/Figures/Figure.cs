using System.Collections.Immutable;

namespace NeuralOde.Reports;

/// <summary>
/// Two axes and the layers drawn on them, in order. Immutable: every method returns a new figure with one more layer, so that
/// several figures can start from a common one. In all layers NaN marks a missing value, infinite values are left out,
/// and so are values that are not positive on a logarithmic axis, and magnitudes beyond 10³⁰⁰.
/// </summary>
/// <remarks>
/// The legend above the plot shows the layers that have a name.
/// Lines, bands, bars and points without a color each get the next of a palette that people with any common color vision tell apart.
/// Give series that share a figure different dashes or markers too, so that they differ without color.
/// </remarks>
public sealed record Figure : Drawing
{
    private readonly double _height = 400;

    /// <summary>The horizontal axis.</summary>
    /// <value>Default: no name, linear, range from the data.</value>
    public FigureAxis XAxis { get; init; } = new();

    /// <summary>The vertical axis.</summary>
    /// <value>Default: no name, linear, range from the data.</value>
    public FigureAxis YAxis { get; init; } = new();

    /// <summary>Height of the whole picture in pixels; the height of the plot alone in a <see cref="PanelGrid"/> is the grid's.</summary>
    /// <value>Default 400; at least 150.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 150 or above 10,000, or NaN.</exception>
    public double Height
    {
        get => _height;
        init => _height = value is >= 150 and <= 10_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A figure's height must be within 150 to 10,000 pixels.");
    }

    /// <summary>Whether a unit is as long on the x axis as on the y axis, as a phase portrait of like quantities wants it. It widens
    /// the horizontal range, or makes the picture less tall than <see cref="Height"/>, so that no space is empty above the data.</summary>
    /// <value>Default false. Without effect where an axis is logarithmic, and where one range is more than 50 times the other.</value>
    public bool EqualAspect { get; init; }

    // Layers are the same only if they are one object: two figures that were drawn apart are not equal.
    internal ValueList<FigureLayer> Layers { get; init; } = ValueList.Of<FigureLayer>();

    /// <summary>A line through points in their order. A value that is not finite breaks it.</summary>
    /// <param name="xs">Abscissas.</param>
    /// <param name="ys">Ordinates, as many as abscissas.</param>
    /// <param name="name">Name in the legend; null for none.</param>
    /// <param name="style">Color, width, dash, opacity; null for the defaults of <see cref="LineStyle"/>.</param>
    /// <returns>A figure with the line.</returns>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public Figure Line(IReadOnlyList<double> xs, IReadOnlyList<double> ys, string? name = null, LineStyle? style = null)
    {
        double[] x = FigureLayer.Copy(xs, nameof(xs));
        return With(new LineLayer(x, FigureLayer.Copy(ys, nameof(ys), x.Length, nameof(xs)), (style ?? new LineStyle()).Or(Next<LineLayer>(Palette.OfLines))) { Name = name });
    }

    /// <summary>Points in one color.</summary>
    /// <param name="xs">Abscissas.</param>
    /// <param name="ys">Ordinates, as many as abscissas.</param>
    /// <param name="name">Name in the legend; null for none.</param>
    /// <param name="style">Color, marker, size, opacity; null for the defaults of <see cref="PointStyle"/>.</param>
    /// <returns>A figure with the points.</returns>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public Figure Points(IReadOnlyList<double> xs, IReadOnlyList<double> ys, string? name = null, PointStyle? style = null)
    {
        double[] x = FigureLayer.Copy(xs, nameof(xs));
        return With(new PointsLayer(x, FigureLayer.Copy(ys, nameof(ys), x.Length, nameof(xs)),
            (style ?? new PointStyle()).Or(Next<PointsLayer>(Palette.OfPoints)), null, null, null)
        { Name = name });
    }

    /// <summary>Points colored by a value, such as time, with a color bar at the right of the plot. A figure has one color bar.</summary>
    /// <param name="xs">Abscissas.</param>
    /// <param name="ys">Ordinates, as many as abscissas.</param>
    /// <param name="values">What colors them, as many; a point whose value is missing takes the style's color.</param>
    /// <param name="colorAxis">Name, unit and range of the color bar.</param>
    /// <param name="name">Name in the legend; null for none.</param>
    /// <param name="style">Marker, size, opacity; null for the defaults of <see cref="PointStyle"/>.</param>
    /// <param name="ramp">The colors; null for <see cref="ColorRamp.Time"/>.</param>
    /// <returns>A figure with the points.</returns>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public Figure ColoredPoints(IReadOnlyList<double> xs, IReadOnlyList<double> ys, IReadOnlyList<double> values, FigureAxis colorAxis,
        string? name = null, PointStyle? style = null, ColorRamp? ramp = null)
    {
        ArgumentNullException.ThrowIfNull(colorAxis);
        double[] x = FigureLayer.Copy(xs, nameof(xs));
        return With(new PointsLayer(x, FigureLayer.Copy(ys, nameof(ys), x.Length, nameof(xs)), (style ?? new PointStyle()).Or(PaletteColor.Ink),
            FigureLayer.Copy(values, nameof(values), x.Length, nameof(xs)), colorAxis, ramp)
        { Name = name });
    }

    /// <summary>A vector field as arrows of one length, centerd on their points, in the direction of a trajectory on the page.</summary>
    /// <param name="xs">Abscissas, such as those of <see cref="ArrowGrid"/>.</param>
    /// <param name="ys">Ordinates, as many as abscissas.</param>
    /// <param name="us">Horizontal components of the field there, as many.</param>
    /// <param name="vs">Vertical components, as many.</param>
    /// <param name="name">Name in the legend; null for none.</param>
    /// <param name="style">Color, width, length, magnitude; null for the defaults of <see cref="ArrowStyle"/>.</param>
    /// <returns>A figure with the arrows; those of zero length are left out.</returns>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public Figure Arrows(IReadOnlyList<double> xs, IReadOnlyList<double> ys, IReadOnlyList<double> us, IReadOnlyList<double> vs,
        string? name = null, ArrowStyle? style = null)
    {
        double[] x = FigureLayer.Copy(xs, nameof(xs));
        return With(new ArrowsLayer(x, FigureLayer.Copy(ys, nameof(ys), x.Length, nameof(xs)), FigureLayer.Copy(us, nameof(us), x.Length, nameof(xs)),
            FigureLayer.Copy(vs, nameof(vs), x.Length, nameof(xs)), style ?? new ArrowStyle())
        { Name = name });
    }

    /// <summary>A transparent band between two curves, such as an interval of confidence.</summary>
    /// <param name="xs">Abscissas.</param>
    /// <param name="lower">Lower edge, as many.</param>
    /// <param name="upper">Upper edge, as many.</param>
    /// <param name="name">Name in the legend; null for none.</param>
    /// <param name="color">Its color; null for the palette's next color that no other band of the figure has, blue first.</param>
    /// <returns>A figure with the band.</returns>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public Figure Band(IReadOnlyList<double> xs, IReadOnlyList<double> lower, IReadOnlyList<double> upper, string? name = null, PaletteColor? color = null)
    {
        double[] x = FigureLayer.Copy(xs, nameof(xs));
        return With(new BandLayer(x, FigureLayer.Copy(lower, nameof(lower), x.Length, nameof(xs)), FigureLayer.Copy(upper, nameof(upper), x.Length, nameof(xs)),
            color ?? Next<BandLayer>(Palette.OfLines))
        { Name = name });
    }

    /// <summary>Shades a stretch of the horizontal axis, such as held-out times, under all other layers.</summary>
    /// <param name="from">One end; −∞ for the axis's left end.</param>
    /// <param name="to">The other end; +∞ for the axis's right end.</param>
    /// <param name="name">Name in the legend; null for none.</param>
    /// <returns>A figure with the region.</returns>
    public Figure Shade(double from, double to, string? name = null) => With(new ShadeLayer(from, to) { Name = name });

    /// <summary>A line across the plot at one height.</summary>
    /// <param name="y">The height.</param>
    /// <param name="name">Name in the legend; null for none.</param>
    /// <param name="style">Its look; null for thin gray dashes.</param>
    /// <returns>A figure with the line.</returns>
    public Figure HorizontalRule(double y, string? name = null, LineStyle? style = null) =>
        With(new RuleLayer(y, vertical: false, (style ?? RuleStyle).Or(PaletteColor.Gray)) { Name = name });

    /// <summary>A line across the plot at one abscissa.</summary>
    /// <param name="x">The abscissa.</param>
    /// <param name="name">Name in the legend; null for none.</param>
    /// <param name="style">Its look; null for thin gray dashes.</param>
    /// <returns>A figure with the line.</returns>
    public Figure VerticalRule(double x, string? name = null, LineStyle? style = null) =>
        With(new RuleLayer(x, vertical: true, (style ?? RuleStyle).Or(PaletteColor.Gray)) { Name = name });

    /// <summary>Bars that stand on zero; bars of several layers stand side by side.</summary>
    /// <param name="xs">Their middles: on an axis of categories 0, 1, 2, ….</param>
    /// <param name="heights">Their heights, as many.</param>
    /// <param name="name">Name in the legend; null for none.</param>
    /// <param name="color">Their color; null for the palette's next color that no other bars of the figure have, blue first.</param>
    /// <returns>A figure with the bars.</returns>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public Figure Bars(IReadOnlyList<double> xs, IReadOnlyList<double> heights, string? name = null, PaletteColor? color = null)
    {
        double[] x = FigureLayer.Copy(xs, nameof(xs));
        return With(new BarsLayer(x, FigureLayer.Copy(heights, nameof(heights), x.Length, nameof(xs)), color ?? Next<BarsLayer>(Palette.OfLines)) { Name = name });
    }

    /// <summary>A heat map under all other layers, with a color bar.</summary>
    /// <param name="values">
    /// Cells as [row, column]; the first row lies lowest. A value that is not finite leaves its cell empty (in maps above 400 cells, at the ramp's
    /// lowest color).
    /// </param>
    /// <param name="bounds">Where the cells lie; for axes of categories <see cref="HeatBounds.Categories"/>.</param>
    /// <param name="colorAxis">Name, unit and range of the color bar.</param>
    /// <param name="text">What to write in a cell, where it fits and cells are at most 400; null for nothing.</param>
    /// <param name="ramp">The colors; null for <see cref="ColorRamp.Amount"/>.</param>
    /// <returns>A figure with the heat map.</returns>
    /// <exception cref="ArgumentException">The bounds are empty or not finite.</exception>
    public Figure Heat(double[,] values, HeatBounds bounds, FigureAxis colorAxis, Func<double, string>? text = null, ColorRamp? ramp = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(colorAxis);
        return double.IsFinite(bounds.XMax - bounds.XMin) && double.IsFinite(bounds.YMax - bounds.YMin) && bounds.XMax > bounds.XMin && bounds.YMax > bounds.YMin
            ? With(new HeatLayer((double[,])values.Clone(), bounds, colorAxis, ramp, text))
            : throw new ArgumentException($"The bounds {bounds} must be finite, and each minimum below its maximum.", nameof(bounds));
    }

    internal override IReadOnlyList<Figure> Sources => [this];

    internal string Describe() => Layers.Count == 0 ? "Nothing is drawn." : string.Join("; ", Layers.Select(l => l.Describe())) + ".";

    internal override void Draw(Markup markup, double drawnWidth, string id, bool standalone) =>
        new PanelLayout(drawnWidth, [this], this) { TotalHeight = Height }.Draw(markup, id, standalone);

    private static LineStyle RuleStyle { get; } = new() { Color = PaletteColor.Gray, Width = 1.5, Dash = LineDash.Dashed };

    // The first color that fewest layers of this kind have: all differ until the palette is used up.
    private PaletteColor Next<TLayer>(ImmutableArray<PaletteColor> palette) where TLayer : FigureLayer =>
        palette.MinBy(color => Layers.Count(l => l is TLayer && l.OwnColor == color));

    private Figure With(FigureLayer layer) => this with { Layers = ValueList.Of<FigureLayer>([.. Layers, layer]) };
}
