namespace NeuralOde.Solvers;

/// <summary>What the just-in-time compiler knows of an <see cref="InlinedTableau"/>.</summary>
internal interface IInlinedTableauShape
{
    static abstract bool HasSecondWeight { get; }
}

internal readonly struct WithSecondWeight : IInlinedTableauShape
{
    public static bool HasSecondWeight => true;
}

internal readonly struct WithoutSecondWeight : IInlinedTableauShape
{
    public static bool HasSecondWeight => false;
}
