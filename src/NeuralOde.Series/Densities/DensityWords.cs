namespace NeuralOde.Series.Densities;

/// <summary>The names of the methods, on a command line and in text.</summary>
public static class DensityWords
{
    /// <summary>The names on a command line, and what they stand for.</summary>
    public static IReadOnlyList<(string Name, DensityMethod Value)> Methods { get; } =
        [("matching", DensityMethod.Matching), ("likelihood", DensityMethod.Likelihood), ("coupling", DensityMethod.Coupling), ("planar", DensityMethod.Planar)];

    /// <summary>The name on a command line.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The name.</returns>
    public static string Name(DensityMethod method) => Methods.First(x => x.Value == method).Name;

    /// <summary>The model in words.</summary>
    /// <param name="method">The method.</param>
    /// <returns>A noun with its article.</returns>
    public static string Title(DensityMethod method) => method switch
    {
        DensityMethod.Matching => "a continuous flow, by flow matching",
        DensityMethod.Likelihood => "a continuous flow, by maximum likelihood",
        DensityMethod.Coupling => "a coupling flow",
        _ => "a planar flow",
    };
}
