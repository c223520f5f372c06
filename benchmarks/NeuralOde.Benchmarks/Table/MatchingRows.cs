using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Flows.Matching;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows about flow matching.</summary>
internal static class MatchingRows
{
    public static IEnumerable<TableRow> Matching(BatchTimer timer)
    {
        foreach (int count in new[] { 128, 256, 512 })
        {
            yield return TableRow.Time($"assignment {count}", $"exact assignment of {count} pairs, with their distances", timer.Measure(new AssignmentWorkload(count).Solve));
        }

        yield return TableRow.Time("matching independent", "iteration, independent pairs", timer.Measure(new MatchingWorkload(Pairing.Independent).Train));
        yield return TableRow.Time("matching transport", "iteration, pairs by optimal transport", timer.Measure(new MatchingWorkload(Pairing.OptimalTransport).Train));
        foreach ((string name, LikelihoodWorkload work) in LikelihoodWorkload.All())
        {
            yield return TableRow.Time($"likelihood {name}", $"iteration by maximum likelihood, 256 points: {name}", timer.Measure(work.Train), work.Note);
        }
    }
}
