namespace NeuralOde.Tensors;

/// <summary>An argument of a compiled function.</summary>
/// <param name="Name">Its name in the printed program and in messages.</param>
/// <param name="Shape">Its shape, which the program is compiled for.</param>
public sealed record ProgramInput(string Name, Shape Shape)
{
    /// <summary>
    /// Whether its values are in double precision, whatever the program's element type: a time. What a function computes of such inputs, numbers and a few parameters alone
    /// (<c>t - t0</c>, <c>(2 * t).Sin()</c>) is computed in double precision, and rounded where it meets other values.
    /// </summary>
    /// <value>Default false. The values of one are written by <c>SetWide</c>.</value>
    public bool IsWide { get; init; }
}
