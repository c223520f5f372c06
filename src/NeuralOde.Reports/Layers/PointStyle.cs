namespace NeuralOde.Reports;

/// <summary>The shape of a point, so that series differ without color too.</summary>
public enum PointMarker
{
    /// <summary>A filled circle.</summary>
    Disc,

    /// <summary>An open circle.</summary>
    Ring,

    /// <summary>A diagonal cross.</summary>
    Cross,

    /// <summary>An upright cross.</summary>
    Plus,

    /// <summary>A filled square.</summary>
    Square,

    /// <summary>A filled square on its corner.</summary>
    Diamond,

    /// <summary>A filled triangle.</summary>
    Triangle,
}

/// <summary>How points look.</summary>
public sealed record PointStyle
{
    /// <summary>The color, where values do not decide it.</summary>
    /// <value>Default null: <see cref="PaletteColor.Ink"/> for a figure's first points, then the palette's next color that no other points have.</value>
    public PaletteColor? Color { get; init; }

    /// <summary>The shape.</summary>
    /// <value>Default <see cref="PointMarker.Disc"/>.</value>
    public PointMarker Marker { get; init; }

    /// <summary>The diameter in pixels.</summary>
    /// <value>Default 5.</value>
    public double Size { get; init; } = 5;

    /// <summary>From 0, invisible, to 1.</summary>
    /// <value>Default 1.</value>
    public double Opacity { get; init; } = 1;

    internal PointStyle Or(PaletteColor color) => Color is null ? this with { Color = color } : this;

    internal bool IsOpen => Marker is PointMarker.Ring or PointMarker.Cross or PointMarker.Plus;

    /// <summary>Attributes of a path of such points, in a named color or one of a ramp.</summary>
    internal (string, string?)[] Attributes(string? rampColor = null) =>
    [
        ("class", rampColor is null ? Palette.Class(Color!.Value) : null),
        ("color", rampColor ?? Palette.Light(Color!.Value)),
        ("stroke", "currentColor"),
        ("fill", IsOpen ? "none" : "currentColor"),
        ("stroke-width", NumberText.Coordinate(Marker == PointMarker.Disc ? Size : IsOpen ? 1.6 : 0.5)),
        ("stroke-linecap", "round"),
        ("opacity", Opacity >= 1 ? null : NumberText.Coordinate(Math.Max(0, Opacity))),
    ];

    internal void Append(PathData path, double x, double y)
    {
        double r = 0.5 * Size;
        switch (Marker)
        {
            case PointMarker.Disc:
                path.Dot(x, y);
                break;
            case PointMarker.Ring:
                path.Circle(x, y, r);
                break;
            case PointMarker.Cross:
                path.MoveTo(x - 0.8 * r, y - 0.8 * r).LineTo(x + 0.8 * r, y + 0.8 * r).MoveTo(x - 0.8 * r, y + 0.8 * r).LineTo(x + 0.8 * r, y - 0.8 * r);
                break;
            case PointMarker.Plus:
                path.MoveTo(x - r, y).LineTo(x + r, y).MoveTo(x, y - r).LineTo(x, y + r);
                break;
            case PointMarker.Square:
                path.MoveTo(x - 0.85 * r, y - 0.85 * r).LineTo(x + 0.85 * r, y - 0.85 * r).LineTo(x + 0.85 * r, y + 0.85 * r).LineTo(x - 0.85 * r, y + 0.85 * r).ClosePath();
                break;
            case PointMarker.Diamond:
                path.MoveTo(x, y - 1.2 * r).LineTo(x + 1.2 * r, y).LineTo(x, y + 1.2 * r).LineTo(x - 1.2 * r, y).ClosePath();
                break;
            case PointMarker.Triangle:
                path.MoveTo(x, y - 1.1 * r).LineTo(x + 1.1 * r, y + 0.9 * r).LineTo(x - 1.1 * r, y + 0.9 * r).ClosePath();
                break;
            default:
                throw new InvalidOperationException($"{Marker} is not a member of PointMarker.");
        }
    }
}
