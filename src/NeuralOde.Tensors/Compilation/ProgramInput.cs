namespace NeuralOde.Tensors;

/// <summary>An argument of a compiled function.</summary>
/// <param name="Name">Its name in the printed program and in messages.</param>
/// <param name="Shape">Its shape, which the program is compiled for.</param>
public sealed record ProgramInput(string Name, Shape Shape);
