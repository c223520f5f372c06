namespace NeuralOde.Experiments.Dynamics;

/// <summary>The learned trajectory at one moment of training.</summary>
/// <param name="Iteration">Iterations done.</param>
/// <param name="States">States at the observations' times, <c>[times, state]</c>; NaN from where the solve failed.</param>
/// <param name="ObservationError">The root mean square of the difference from the observations; infinite where the solve failed.</param>
public sealed record TrajectorySnapshot(int Iteration, IReadOnlyList<double> States, double ObservationError);
