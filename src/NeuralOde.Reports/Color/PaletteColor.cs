using System.Collections.Immutable;

namespace NeuralOde.Reports;

/// <summary>
/// Colors for categories that people with any common color vision tell apart: the set of Okabe and Ito (2008,
/// "Color Universal Design"), and a gray. A report lightens the dark ones where the reader's screen is dark.
/// </summary>
public enum PaletteColor
{
    /// <summary>The text's own color: black on a light page, near white on a dark one.</summary>
    Ink,

    /// <summary>Blue, #0072B2.</summary>
    Blue,

    /// <summary>Vermillion, #D55E00.</summary>
    Vermillion,

    /// <summary>Bluish green, #009E73.</summary>
    Green,

    /// <summary>Reddish purple, #CC79A7.</summary>
    Purple,

    /// <summary>Orange, #E69F00.</summary>
    Orange,

    /// <summary>Sky blue, #56B4E9.</summary>
    SkyBlue,

    /// <summary>Yellow, #F0E442; too light for thin lines on a white page.</summary>
    Yellow,

    /// <summary>Gray, for what should stay in the background.</summary>
    Gray,
}

/// <summary>The hexadecimal colors, and the class that lets a report's style change them.</summary>
internal static class Palette
{
    private static readonly string[] s_onLight = ["#1f2328", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442", "#7d8590"];
    private static readonly string[] s_onDark = ["#e6edf3", "#0092fe", "#fe6100", "#51a46d", "#f380b8", "#e6be4c", "#57baff", "#f3e96b", "#8b949e"];

    /// <summary>Colors of lines, bands and bars in order, the ones with most contrast on white first; yellow is too light for lines.</summary>
    public static ImmutableArray<PaletteColor> OfLines { get; } =
        [PaletteColor.Blue, PaletteColor.Vermillion, PaletteColor.Green, PaletteColor.Purple, PaletteColor.Orange, PaletteColor.SkyBlue, PaletteColor.Ink];

    /// <summary>Colors of points in order: the first points are usually observations, which a blue line must not hide.</summary>
    public static ImmutableArray<PaletteColor> OfPoints { get; } =
        [PaletteColor.Ink, PaletteColor.Vermillion, PaletteColor.Green, PaletteColor.Purple, PaletteColor.Orange, PaletteColor.SkyBlue, PaletteColor.Blue];

    public static int Count => s_onLight.Length;

    public static string Light(PaletteColor color) => s_onLight[Index(color)];

    public static string Dark(PaletteColor color) => s_onDark[Index(color)];

    public static string Class(PaletteColor color) => "c" + (char)('0' + Index(color));

    private static int Index(PaletteColor color)
    {
        int index = (int)color;
        return (uint)index < (uint)s_onLight.Length ? index : throw new ArgumentOutOfRangeException(nameof(color), color, "Use a member of PaletteColor.");
    }
}
