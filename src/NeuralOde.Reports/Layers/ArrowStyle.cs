namespace NeuralOde.Reports;

/// <summary>What shows an arrow's magnitude. Arrows have one length: long ones would hide their neighbors.</summary>
public enum ArrowMagnitude
{
    /// <summary>Stronger arrows are less transparent, in four steps.</summary>
    Opacity,

    /// <summary>Nothing: only directions are shown.</summary>
    None,
}

/// <summary>How a vector field's arrows look.</summary>
public sealed record ArrowStyle
{
    /// <summary>The color.</summary>
    /// <value>Default <see cref="PaletteColor.Gray"/>.</value>
    public PaletteColor Color { get; init; } = PaletteColor.Gray;

    /// <summary>The stroke's width in pixels.</summary>
    /// <value>Default 1.2.</value>
    public double Width { get; init; } = 1.2;

    /// <summary>The length as a part of the mean distance between arrows.</summary>
    /// <value>Default 0.75.</value>
    public double Length { get; init; } = 0.75;

    /// <summary>What shows the magnitude.</summary>
    /// <value>Default <see cref="ArrowMagnitude.Opacity"/>.</value>
    public ArrowMagnitude Magnitude { get; init; }
}
