using NeuralOde.Persistence;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;

namespace NeuralOde.Experiments;

/// <summary>A method, its steps and the gradient through it as text that is kept with a model, and back.</summary>
internal static class SolverSettings
{
    /// <summary>Steps that are tried before a solve is given up: a field that runs away in training needs no more patience.</summary>
    private const int MostSteps = 2_000;

    public static AdaptiveSteps Tolerances(double relative, double absolute) => new() { RelativeTolerance = relative, AbsoluteTolerance = absolute, MaxSteps = MostSteps };

    public static IEnumerable<(string Name, string Value)> Write(OdeSolver solver, StepSizeControl steps, GradientMethod gradient) =>
    [
        ("solver", solver.Name),
        steps switch
        {
            FixedSteps { StepsPerInterval: int count } => ("steps", SettingsReader.Text(count)),
            FixedSteps x => ("step", SettingsReader.Text(x.MaxStep)),
            AdaptiveSteps x => ("tolerances", $"{SettingsReader.Text(x.RelativeTolerance)} {SettingsReader.Text(x.AbsoluteTolerance)}"),
            _ => throw new InvalidOperationException($"Steps of the type {steps.GetType().Name} have no text. Take FixedSteps or AdaptiveSteps."),
        },
        ("gradient", gradient.Name),
    ];

    /// <exception cref="FormatException">A setting is missing or wrong; the message names it.</exception>
    public static (OdeSolver Solver, StepSizeControl Steps, GradientMethod Gradient) Read(SettingsReader settings)
    {
        StepSizeControl steps;
        if (settings.Has("steps"))
        {
            steps = FixedSteps.PerInterval(settings.Whole("steps", 1_000_000));
        }
        else if (settings.Has("step"))
        {
            steps = FixedSteps.OfLength(settings.Positive("step"));
        }
        else
        {
            string[] pair = settings.Value("tolerances").Split(' ');
            steps = pair.Length == 2 ? Tolerances(settings.Positive("tolerances", pair[0]), settings.Positive("tolerances", pair[1])) : throw settings.Wrong("tolerances");
        }

        try
        {
            return (OdeSolver.Parse(settings.Value("solver")), steps, GradientMethod.Parse(settings.Value("gradient")));
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }
    }
}
