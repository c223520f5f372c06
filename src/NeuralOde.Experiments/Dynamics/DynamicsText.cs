namespace NeuralOde.Experiments.Dynamics;

/// <summary>The experiment's settings and outcome in words.</summary>
internal static class DynamicsText
{
    public static string Field(DynamicsExperimentOptions settings)
    {
        string of = settings.CubesState ? " of z³" : "";
        if (settings.Field == LearnedField.Linear)
        {
            return $"a 2x2 matrix{of}";
        }

        string activation = settings.Activation == Activation.Elu || settings.Activation == Activation.Relu
            ? settings.Activation.Name.ToUpperInvariant()
            : settings.Activation.Name.ToLowerInvariant();
        return $"network 2-{string.Join('-', settings.Hidden)}-2, {activation}{of}";
    }

    public static string Solver(DynamicsExperimentOptions settings) => new SolverChoice(settings.Solver, settings.Steps, settings.Gradient).ToString();

    public static IReadOnlyList<(string Name, string Value)> Settings(DynamicsExperimentOptions settings) =>
    [
        ("system", $"{settings.Dynamics.Name}: {settings.Dynamics.Equation}"),
        ("initial state", $"({string.Join(", ", settings.Dynamics.Initial.Select(InWords.Number))})"),
        (
            "observations",
            $"{settings.Dynamics.Times().Length} on [0, {InWords.Number(settings.Dynamics.End)}], noise {InWords.Number(settings.Dynamics.Noise)}, "
                + $"from {(settings.DataSolver is null ? "a solve at 1e-10" : new SolverChoice(settings.DataSolver, settings.DataSteps!, settings.Gradient).ToString())}"),
        ("learned field", Field(settings)),
        .. DynamicsExperimentOptions.Settings.Describe(settings).Where(static x => x.Name is not "system" and not "field" and not "hidden"),
    ];

    public static IReadOnlyList<(string Name, string Value)> Outcome(DynamicsExperimentResult result) =>
    [
        ("kept model", $"after iteration {result.BestIteration.ToString("N0", CultureInfo.InvariantCulture)}, by its error against the observations"),
        ("error of the model after the last iteration", InWords.Number(result.LastError)),
        ("skipped iterations (failed solves)", result.FailedSolves.ToString("N0", CultureInfo.InvariantCulture)),
        (
            "evaluations of the field per iteration, forward",
            ((double)result.Evaluated / Math.Max(1, result.Iterations - result.FailedSolves)).ToString("0.0", CultureInfo.InvariantCulture)),
        .. Matrix(result),
    ];

    private static IEnumerable<(string Name, string Value)> Matrix(DynamicsExperimentResult result)
    {
        if (result.Options.Field == LearnedField.Linear)
        {
            double[] a = result.Model.Parameters[0].ToDoubles();
            yield return ("learned matrix", $"A = [[{InWords.Number(a[0])}, {InWords.Number(a[1])}], [{InWords.Number(a[2])}, {InWords.Number(a[3])}]]");
        }
    }
}
