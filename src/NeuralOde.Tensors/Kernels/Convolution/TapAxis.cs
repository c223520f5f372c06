namespace NeuralOde.Tensors.Kernels;

/// <summary>One axis of a map from images to images: place p of the output sees the positions p·Stride + Offset + tap of the input.</summary>
/// <param name="Places">The output's length.</param>
/// <param name="Length">The input's length; outside of it there are zeros.</param>
/// <param name="Taps">How many neighboring positions a place sees.</param>
/// <param name="Stride">Positions from place to place.</param>
/// <param name="Offset">The first position that place 0 sees.</param>
internal readonly record struct TapAxis(int Places, int Length, int Taps, int Stride, int Offset)
{
    /// <summary>Whether each tap lies within the input for all places but the first, and for all but the last, and none lacks both.</summary>
    /// <remarks>So it is with kernels of 3 and padding 1, and for most others in use. A single place may lack any taps.</remarks>
    public bool ReachesOnePlaceBeyond => Places == 1
        || (Offset + Stride >= 0 && ((Places - 2) * Stride) + Offset + Taps <= Length && Taps - TapsBefore(0) - TapsBehind(Places - 1) >= 0);

    /// <summary>The taps of a place that lie before the input.</summary>
    public int TapsBefore(int place) => Math.Clamp(-((place * Stride) + Offset), 0, Taps);

    /// <summary>The taps of a place that lie behind the input, and not before it.</summary>
    public int TapsBehind(int place) => Math.Clamp((place * Stride) + Offset + Taps - Length, 0, Taps - TapsBefore(place));

    /// <summary>The places that see the input with one of their taps: from the first to the one after the last.</summary>
    public (int First, int End) PlacesOfTap(int tap)
    {
        // p·Stride + Offset + tap is to be at least 0 and below Length.
        int first = Math.Clamp(CeilingDivide(-Offset - tap, Stride), 0, Places);
        return (first, Math.Clamp(CeilingDivide(Length - Offset - tap, Stride), first, Places));
    }

    /// <summary>The axis of an input that has been copied into zeros, so that every tap lies within.</summary>
    public TapAxis Padded() => this with { Length = ((Places - 1) * Stride) + Taps, Offset = 0 };

    private static int CeilingDivide(int a, int b) => a > 0 ? ((a - 1) / b) + 1 : -(-a / b);
}
