using System.Globalization;
using NeuralOde.Experiments.Flows;
using NeuralOde.Flows.Matching;
using NeuralOde.Optimizers;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks;

/// <summary>Flow matching in the plane with torchcfm's settings: what a trained flow misses its target by, beside what a perfect one does.</summary>
internal static class TransportCommand
{
    private const int Seeds = 3;

    public static void Run(int iterations, bool decays)
    {
        (PlaneDistribution Source, PlaneDistribution Target)[] laws =
        [
            (PlaneDistribution.Normal, PlaneDistribution.WideEightGaussians), (PlaneDistribution.WideMoons, PlaneDistribution.WideEightGaussians),
            (PlaneDistribution.Normal, PlaneDistribution.WideMoons),
        ];
        ComputeSettings.Process.MaxThreads = 2;
        Console.WriteLine($"| from | to | pairs | W2, {Seeds} seeds | median | floor | energy / W2² | evaluations | s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (Pairing pairing in new[] { Pairing.OptimalTransport, Pairing.Independent })
        {
            foreach ((PlaneDistribution source, PlaneDistribution target) in laws)
            {
                TransportResult[] results =
                [
                    .. Enumerable.Range(0, Seeds).Select(seed => TransportExperiment.Run(
                        source, target, new FlowMatchingOptions { Pairing = pairing, Sigma = 0.1 }, iterations, decays ? LearningRateSchedule.Cosine()
                            : LearningRateSchedule.Constant, seed)),
                ];
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {source.Title} | {target.Title} | {(pairing == Pairing.Independent ? "independent" : "optimal transport")} "
                        + $"| {string.Join(", ", results.Select(static x => x.Distance.ToString("0.00", CultureInfo.InvariantCulture)))} | {Median(static x => x.Distance):0.00} "
                        + $"| {Median(static x => x.Floor):0.00} | {Median(static x => x.EnergyRatio):0.000} | {Median(static x => x.Evaluations):0} "
                        + $"| {Median(static x => x.Elapsed.TotalSeconds):0.0} |"));

                double Median(Func<TransportResult, double> what) => results.Select(what).Order().ElementAt(Seeds / 2);
            }
        }
    }
}
