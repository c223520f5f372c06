using NeuralOde.Benchmarks.Timing;
using NeuralOde.Persistence;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows that belong together.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Title">The heading.</param>
/// <param name="Measure">Makes the rows, one after the other.</param>
internal sealed record TableSection(string Name, string Title, Func<BatchTimer, IEnumerable<TableRow>> Measure)
{
    public static IReadOnlyList<TableSection> All { get; } =
    [
        new("gemm", "Matrix products, one thread, beside the peak measured in turn", KernelRows.Gemm),
        new(
            "conv",
            "Convolutions of 32 images and their gradients, float, one thread, beside the peak measured in turn; zeros outside the images count as operations",
            ConvolutionRows.Convolutions),
        new("elementwise", "Elementary functions, time an element; chains of element-wise steps, fused", KernelRows.Elementwise),
        new("fields", "Compiled fields, float", FieldRows.Fields),
        new("steps", "Dormand-Prince steps, float", FieldRows.Steps),
        new("wide", "64-128-128-64 tanh, batch 512, float", FieldRows.Wide),
        new("lotka", "Lotka-Volterra on [0, 20], Tsit5, double", FieldRows.LotkaVolterra),
        new("dopri5", "Lotka-Volterra on [0, 15], Dopri5, double", FieldRows.Dopri5),
        new("lorenz", "8,192 Lorenz systems on [0, 1], Tsit5, float", BatchRows.Lorenz),
        new("stiff", "BDF on stiff problems, double, final state only", StiffRows.Stiff),
        new("rows", "A batch by implicit methods, 64 rows of a network 2-16-2 on [0, 1] at 1e-6, double", StiffRows.Rows),
        new("checkpoints", "A solve of 500 steps and its transpose, tanh layer of 64, double, by the memory of the recording", CheckpointRows.Checkpoints),
        new("gradients", "Gradient methods at default settings, double: the fastest of three gradients, and errors against central differences", GradientRows.Gradients),
        new("cost", "What gradients cost: time beside the solve's, and memory by the number of steps; float", GradientCostRows.Costs),
        new("training", "Training iterations, float", TrainingRows.Training),
        new("flows", "Continuous flow on two circles with the settings of torchdiffeq's example, float: an iteration with its gradient", FlowRows.Flows),
        new("rnode", "Continuous flow on two moons with RNODE's regularizers, float: evaluations of Dopri5 at 1e-5 against held-out likelihood", FlowRows.Regularized),
        new("matching", "Flow matching in the plane: 256 pairs, field 3-64-64-64-2 with SELU, float", MatchingRows.Matching),
        new("mnist", "A training step of 32 images and an evaluation of them, float", ModelRows.Mnist),
        new("latent", "A training step of the latent ODE on 100 spirals of 100 points, float", ModelRows.Latent),
        new("threads", "The same work on one and on two threads; it needs an idle machine", ThreadRows.Threads),
        new("scaling", "How time and memory grow: beside a fixed cost and one for each unit of work", ScalingRows.Scaling),
    ];

    public static TableSection Find(string name) => All.FirstOrDefault(x => x.Name == name)
        ?? throw new ArgumentException($"There is no section '{name}'; sections are {string.Join(", ", All.Select(static x => x.Name))}.", nameof(name));
}
