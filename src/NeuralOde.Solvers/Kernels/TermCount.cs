namespace NeuralOde.Solvers;

/// <summary>A number known to the just-in-time compiler, for which it compiles a loop of its own.</summary>
internal interface ITermCount
{
    static abstract int Count { get; }
}

internal readonly struct Terms0 : ITermCount
{
    public static int Count => 0;
}

internal readonly struct Terms1 : ITermCount
{
    public static int Count => 1;
}

internal readonly struct Terms2 : ITermCount
{
    public static int Count => 2;
}

internal readonly struct Terms3 : ITermCount
{
    public static int Count => 3;
}

internal readonly struct Terms4 : ITermCount
{
    public static int Count => 4;
}

internal readonly struct Terms5 : ITermCount
{
    public static int Count => 5;
}

internal readonly struct Terms6 : ITermCount
{
    public static int Count => 6;
}

internal readonly struct Terms7 : ITermCount
{
    public static int Count => 7;
}

internal readonly struct Terms8 : ITermCount
{
    public static int Count => 8;
}
