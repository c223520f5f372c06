namespace NeuralOde.Tensors.Kernels;

/// <summary>A number known to the just-in-time compiler: a kernel that takes it as a type argument loses the branches that other numbers would take.</summary>
internal interface ITileSize
{
    static abstract int Value { get; }
}

internal readonly struct Size1 : ITileSize
{
    public static int Value => 1;
}

internal readonly struct Size2 : ITileSize
{
    public static int Value => 2;
}

internal readonly struct Size3 : ITileSize
{
    public static int Value => 3;
}

internal readonly struct Size4 : ITileSize
{
    public static int Value => 4;
}

internal readonly struct Size5 : ITileSize
{
    public static int Value => 5;
}

internal readonly struct Size6 : ITileSize
{
    public static int Value => 6;
}

internal readonly struct Size7 : ITileSize
{
    public static int Value => 7;
}

internal readonly struct Size8 : ITileSize
{
    public static int Value => 8;
}

/// <summary>Whether the last vector of a tile's row is partial, known to the just-in-time compiler.</summary>
internal interface ITileEdge
{
    static abstract bool IsPartial { get; }
}

internal readonly struct FullEdge : ITileEdge
{
    public static bool IsPartial => false;
}

internal readonly struct PartialEdge : ITileEdge
{
    public static bool IsPartial => true;
}
