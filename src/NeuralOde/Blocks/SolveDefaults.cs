using NeuralOde.Solvers;

namespace NeuralOde.Blocks;

/// <summary>What the blocks solve with where nothing else is said.</summary>
internal static class SolveDefaults
{
    /// <summary>The method, which has an error estimate.</summary>
    public static OdeSolver Solver { get; } = new Dopri5();

    /// <summary>Steps chosen by the error.</summary>
    public static StepSizeControl Steps { get; } = new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-7 };
}
