namespace NeuralOde.Persistence;

/// <summary>A kind of model file.</summary>
/// <param name="Name">The name that the file carries, in lower case with hyphens.</param>
/// <param name="Title">What it is in people's words, with an article, such as "a forecast model of series".</param>
/// <param name="Version">The version of the format that is written and read.</param>
public sealed record ModelKind(string Name, string Title, int Version = 1);
