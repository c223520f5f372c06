namespace NeuralOde.Solvers;

/// <summary>Which crossings of zero are events.</summary>
public enum EventDirection
{
    /// <summary>All.</summary>
    Either,

    /// <summary>From negative to positive.</summary>
    Rising,

    /// <summary>From positive to negative.</summary>
    Falling,
}
