using NeuralOde.Series.Densities;
using NeuralOde.Series.Tables;

namespace NeuralOde.Experiments.Flows;

/// <summary>Where the points of an experiment come from: a set of the papers, or a table.</summary>
/// <param name="Name">The set's name, or the file.</param>
/// <param name="Title">The name in text.</param>
/// <param name="Plane">The set; null for a table.</param>
/// <param name="Points">The table's points; null for a set.</param>
internal sealed record FlowSource(string Name, string Title, PlaneDistribution? Plane, PointTable? Points)
{
    /// <summary>Finds a set, or reads a table.</summary>
    /// <exception cref="CommandException">There is neither.</exception>
    public static FlowSource Read(string name, string? columns)
    {
        if (PlaneDistribution.All.FirstOrDefault(x => string.Equals(x.Name, name, StringComparison.OrdinalIgnoreCase)) is { } plane)
        {
            return columns is null
                ? new FlowSource(plane.Name, plane.Title, plane, null)
                : throw new CommandException($"--columns names columns of a table, and --data {plane.Name} is none.");
        }

        string[] names = [.. PlaneDistribution.All.Select(static x => x.Name)];
        CommandException.ThrowIf(
            !File.Exists(name) && Path.GetExtension(name).Length == 0, $"--data: there is no set or file '{name}'.{NearestName.Suggestion(name, names)} The sets "
                + $"are {string.Join(", ", names)}.");
        return UserFault.Checked(() =>
        {
            InputFiles.Check(name, "a CSV file in it", "--data");
            var points = PointTable.Read(CsvTable.Read(name), columns?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            return new FlowSource(name, Path.GetFileNameWithoutExtension(name), null, points);
        });
    }

    /// <summary>The points, standardized and split.</summary>
    public DensityData Data(DensityOptions options) => Plane is { } plane
        ? DensityData.FromSource(["x", "y"], plane.Draw, options.Seed)
        : DensityData.FromRows(Points!.Columns, Points.Rows, options.HoldOut, options.Seed);
}
