using System.Text.Json.Nodes;
using NeuralOde.Series.Tables;

namespace NeuralOde.Experiments.Dynamics;

/// <summary>The numbers behind a report, for other programs.</summary>
internal static class LearnMetrics
{
    public static void Write(string path, DynamicsExperimentResult result, string commandLine) =>
        MetricsFile.Write(path, writer => WriteCsv(writer, result), () => Describe(result, commandLine));

    private static void WriteCsv(TextWriter writer, DynamicsExperimentResult result)
    {
        var errors = result.Evaluations.GroupBy(static x => x.Iteration).ToDictionary(static x => x.Key, static x => x.First().Error);
        var csv = new CsvWriter(writer, ["iteration", "loss", "observation_error"]);
        for (int i = 0; i < result.Losses.Count; i++)
        {
            csv.Add(i + 1d).Add(result.Losses[i]).Add(errors.TryGetValue(i + 1, out double error) ? error : double.NaN).EndRow();
        }
    }

    private static JsonObject Describe(DynamicsExperimentResult result, string commandLine) => new()
    {
        ["tool"] = ToolVersion.Text,
        ["command"] = commandLine,
        ["outcome"] = result.Outcome.ToString().ToLowerInvariant(),
        ["error"] = MetricsFile.Number(result.Error),
        ["component_errors"] = MetricsFile.Numbers([result.ComponentError(0), result.ComponentError(1)]),
        ["last_error"] = MetricsFile.Number(result.LastError),
        ["observation_error"] = MetricsFile.Number(result.ObservationError),
        ["best_iteration"] = result.BestIteration,
        ["iterations"] = result.Iterations,
        ["failed_solves"] = result.FailedSolves,
        ["seconds"] = result.Elapsed.TotalSeconds,
        ["settings"] = MetricsFile.Settings(DynamicsText.Settings(result.Options)),
        ["losses"] = MetricsFile.Numbers(result.Losses),
        ["evaluations"] = MetricsFile.Objects(
            result.Evaluations, static x => new() { ["iteration"] = x.Iteration, ["observation_error"] = MetricsFile.Number(x.Error) }),
        ["times"] = MetricsFile.Numbers(result.Times),
        ["exact"] = States(result.Exact),
        ["observations"] = States(result.Observations.Select(static x => (double)x)),
        ["learned"] = States(result.Learned),
        ["snapshots"] = MetricsFile.Objects(result.Snapshots, static x => new() { ["iteration"] = x.Iteration, ["states"] = States(x.States) }),
    };

    private static JsonArray States(IEnumerable<double> values) => [.. values.Chunk(2).Select(MetricsFile.Numbers)];
}
