namespace NeuralOde.Solvers;

/// <summary>Which formula made a step.</summary>
internal enum StepKind : byte
{
    RungeKutta,
    Multistep,
}
