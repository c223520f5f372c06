namespace NeuralOde.Solvers;

/// <summary>A change of the method within a solve.</summary>
/// <param name="Time">Time from which on the other method makes the steps.</param>
/// <param name="Method">That method.</param>
public readonly record struct MethodSwitch(double Time, OdeSolver Method);
