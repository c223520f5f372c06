namespace NeuralOde.Reports;

/// <summary>How a line is broken, so that lines differ without color too.</summary>
public enum LineDash
{
    /// <summary>Unbroken.</summary>
    Solid,

    /// <summary>Dashes.</summary>
    Dashed,

    /// <summary>Dots.</summary>
    Dotted,

    /// <summary>Dashes and dots in turn.</summary>
    DashDot,
}

/// <summary>How a line looks.</summary>
public sealed record LineStyle
{
    /// <summary>The color.</summary>
    /// <value>Default null: the palette's next color that no other line of the figure has; gray for a rule.</value>
    public PaletteColor? Color { get; init; }

    /// <summary>The width in pixels.</summary>
    /// <value>Default 2.</value>
    public double Width { get; init; } = 2;

    /// <summary>How it is broken.</summary>
    /// <value>Default <see cref="LineDash.Solid"/>.</value>
    public LineDash Dash { get; init; }

    /// <summary>From 0, invisible, to 1.</summary>
    /// <value>Default 1.</value>
    public double Opacity { get; init; } = 1;

    internal LineStyle Or(PaletteColor color) => Color is null ? this with { Color = color } : this;

    internal (string, string?)[] Attributes(bool closed = false) =>
    [
        ("class", Palette.Class(Color!.Value)),
        ("color", Palette.Light(Color!.Value)),
        ("stroke", "currentColor"),
        ("fill", closed ? "currentColor" : "none"),
        ("stroke-width", NumberText.Coordinate(Width)),
        ("stroke-dasharray", DashArray()),
        ("stroke-linejoin", "round"),
        ("stroke-linecap", Dash == LineDash.Dotted ? "round" : null),
        ("opacity", Opacity >= 1 ? null : NumberText.Coordinate(Math.Max(0, Opacity))),
    ];

    private string? DashArray()
    {
        double unit = Math.Max(1, Width);
        return Dash switch
        {
            LineDash.Solid => null,
            LineDash.Dashed => $"{NumberText.Coordinate(3.5 * unit)} {NumberText.Coordinate(2 * unit)}",
            LineDash.Dotted => $"0 {NumberText.Coordinate(2.2 * unit)}",
            LineDash.DashDot => $"{NumberText.Coordinate(4 * unit)} {NumberText.Coordinate(1.8 * unit)} {NumberText.Coordinate(unit)} {NumberText.Coordinate(1.8 * unit)}",
            _ => throw new InvalidOperationException($"{Dash} is not a member of LineDash."),
        };
    }
}
