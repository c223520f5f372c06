namespace NeuralOde.Solvers;

/// <summary>What is solved with where nothing is said.</summary>
public static class SolverDefaults
{
    /// <summary>Method: <see cref="Tsit5"/>.</summary>
    public static OdeSolver Solver { get; } = new Tsit5();

    /// <summary>Steps: <see cref="AdaptiveSteps"/> with relative tolerance 1e-6 and absolute tolerance 1e-9.</summary>
    public static AdaptiveSteps Steps { get; } = new();
}
