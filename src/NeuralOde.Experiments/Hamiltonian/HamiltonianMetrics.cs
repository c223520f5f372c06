using System.Text.Json.Nodes;
using NeuralOde.Series.Tables;

namespace NeuralOde.Experiments.Hamiltonian;

/// <summary>The numbers behind the report of <c>neuralode experiment hamiltonian</c>, for other programs.</summary>
internal static class HamiltonianMetrics
{
    public static void Write(string path, IReadOnlyList<HamiltonianResult> results, string commandLine) =>
        MetricsFile.Write(path, writer => WriteCsv(writer, results), () => Describe(results, commandLine));

    private static void WriteCsv(TextWriter writer, IReadOnlyList<HamiltonianResult> results)
    {
        var csv = new CsvWriter(writer, ["system", "network", "energy_error", "energy_standard_error", "published", "training_error", "test_error"]);
        foreach (HamiltonianResult x in results)
        {
            foreach ((string network, LearnedDynamics learned, double published) in Networks(x))
            {
                csv.Add(x.Options.System.Name).Add(network).Add(learned.EnergyError.Mean).Add(learned.EnergyError.Error).Add(published)
                    .Add(learned.TrainingError).Add(learned.TestError).EndRow();
            }
        }
    }

    private static JsonObject Describe(IReadOnlyList<HamiltonianResult> results, string commandLine) => new()
    {
        ["tool"] = ToolVersion.Text,
        ["command"] = commandLine,
        ["systems"] = MetricsFile.Objects(results, static x => new()
        {
            ["system"] = x.Options.System.Name,
            ["settings"] = MetricsFile.Settings(HamiltonianOptions.Settings.Describe(x.Options)),
            ["networks"] = MetricsFile.Objects([.. Networks(x)], static y => new()
            {
                ["network"] = y.Name,
                ["energy_error"] = MetricsFile.Number(y.Learned.EnergyError.Mean),
                ["energy_standard_error"] = MetricsFile.Number(y.Learned.EnergyError.Error),
                ["published_measure"] = MetricsFile.Number(y.Learned.PublishedMeasure.Mean),
                ["published"] = y.Published,
                ["training_error"] = MetricsFile.Number(y.Learned.TrainingError),
                ["test_error"] = MetricsFile.Number(y.Learned.TestError),
                ["seconds"] = y.Learned.Elapsed.TotalSeconds,
                ["losses"] = MetricsFile.Numbers(y.Learned.Losses),
            }),
        }),
    };

    private static IEnumerable<(string Name, LearnedDynamics Learned, double Published)> Networks(HamiltonianResult x) =>
        [("hamiltonian", x.Hamiltonian, x.Options.System.Published.Hamiltonian), ("baseline", x.Baseline, x.Options.System.Published.Baseline)];
}
