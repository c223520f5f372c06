namespace NeuralOde.Experiments.Mnist.Characteristics;

/// <summary>What a solver makes of the test images.</summary>
/// <param name="Solver">How the equation is solved.</param>
/// <param name="Test">What came out; null where a solve failed.</param>
internal sealed record InferenceResult(InferenceSolver Solver, ClassifierEvaluation? Test);

/// <summary>The epochs of a run with tolerances.</summary>
/// <param name="Name">Where they come from.</param>
/// <param name="Solver">How that run solved its equation.</param>
/// <param name="Epochs">The epochs.</param>
/// <param name="EvaluationsEach">
/// How many recorded evaluations make one of the backward right-hand side: the adjoint's is one of the field and one product, both of which are
/// recorded.
/// </param>
internal sealed record AdaptiveHistory(string Name, string Solver, IReadOnlyList<ImageTrainingEpoch> Epochs, double EvaluationsEach);

/// <summary>All that <c>experiment mnist-characteristics</c> has measured.</summary>
internal sealed record MeasuredCharacteristics(
    ImageClassifier Classifier,
    string Model,
    string Solver,
    int Images,
    IReadOnlyList<SolverCharacteristic> Tolerances,
    IReadOnlyList<InferenceResult> Inference,
    int TestImages,
    AdaptiveHistory? History);
