namespace NeuralOde.Experiments.Hamiltonian;

/// <summary>A mean and its standard error.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Error">Its standard error.</param>
public readonly record struct MeanAndError(double Mean, double Error);

/// <summary>What one network learned.</summary>
/// <param name="Field">The learned field.</param>
/// <param name="Losses">Each training step's loss.</param>
/// <param name="TrainingError">The mean squared difference from the derivatives that were learned from.</param>
/// <param name="TestError">The same of states that were not learned from.</param>
/// <param name="EnergyError">The mean squared error of the true energy along learned trajectories.</param>
/// <param name="PublishedMeasure">The same of what the authors' notebook compares, where that is not the energy.</param>
/// <param name="Paths">The learned trajectories, each as one array of states.</param>
/// <param name="Elapsed">Time of training.</param>
public sealed record LearnedDynamics(
    VectorField Field,
    IReadOnlyList<double> Losses,
    double TrainingError,
    double TestError,
    MeanAndError EnergyError,
    MeanAndError PublishedMeasure,
    IReadOnlyList<double[]> Paths,
    TimeSpan Elapsed);

/// <summary>What was learned of a system, and how well.</summary>
/// <param name="Options">The settings.</param>
/// <param name="Exact">Exact trajectories from the states of the test, each as one array of states.</param>
/// <param name="Hamiltonian">The network that gives the energy.</param>
/// <param name="Baseline">The network that gives the derivative.</param>
/// <param name="WasCanceled">Whether training was stopped.</param>
public sealed record HamiltonianResult(
    HamiltonianOptions Options,
    IReadOnlyList<double[]> Exact,
    LearnedDynamics Hamiltonian,
    LearnedDynamics Baseline,
    bool WasCanceled);
