using NeuralOde.Experiments.Dynamics;
using NeuralOde.Experiments.Flows;
using NeuralOde.Experiments.Hamiltonian;
using NeuralOde.Experiments.LatentSpirals;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Experiments.Mnist.Characteristics;
using NeuralOde.Experiments.Mnist.PaperTable;
using NeuralOde.Experiments.PerSample;

namespace NeuralOde.Experiments;

/// <summary>The experiments that the tool has: a line for each.</summary>
internal static class ExperimentList
{
    /// <summary>Makes the descriptions, in the help's order.</summary>
    public static IEnumerable<CommandDescription> All() =>
    [
        LearnCommand.Create(),
        MnistCommand.Create(),
        MnistTableCommand.Create(),
        MnistCharacteristicsCommand.Create(),
        LatentSpiralsCommand.Create(),
        PerSampleCommand.Create(),
        FlowCommand.Create(),
        HamiltonianCommand.Create(),
    ];
}
