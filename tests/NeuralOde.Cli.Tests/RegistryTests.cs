using System.CommandLine;
using System.Reflection;
using NeuralOde.Experiments;
using NeuralOde.Experiments.Commands;
using NeuralOde.Sensitivities;
using NeuralOde.Settings;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Cli.Tests;

/// <summary>The lists that CONTRIBUTING.md names are whole, and the tool's help comes from them.</summary>
public class RegistryTests
{
    [Fact]
    public void Every_solver_has_a_name()
    {
        // A family's base is no method, also where users may make methods of it.
        Type[] solvers = [.. typeof(OdeSolver).Assembly.GetTypes().Where(static x => x.IsSubclassOf(typeof(OdeSolver)))];
        IEnumerable<string> types = solvers.Where(x => !x.IsAbstract && !solvers.Any(y => y.BaseType == x)).Select(static x => x.Name);
        Assert.Equal(types.Order(StringComparer.Ordinal), OdeSolver.Names.Select(static x => OdeSolver.Parse(x).GetType().Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_gradient_method_and_every_activation_is_in_its_list()
    {
        Assert.Equal(StaticsOf<GradientMethod>(), GradientMethod.All);
        Assert.Equal(StaticsOf<Activation>(), Activation.All);
        Assert.Equal(
            Activation.All.Select(static x => x.Name),
            typeof(Activation).GetProperties(BindingFlags.Static | BindingFlags.Public).Where(static x => x.PropertyType == typeof(Activation)).Select(static x => x.Name));
    }

    [Fact]
    public void Every_experiment_and_every_verb_is_in_its_list()
    {
        Assert.Equal(Described(typeof(ExperimentList).Assembly), ExperimentList.All().Select(static x => x.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            Described(typeof(ExperimentList).Assembly).Concat(Described(typeof(Tool).Assembly)).Order(StringComparer.Ordinal),
            Tool.Verbs().Select(static x => x.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_help_names_what_the_lists_hold()
    {
        string tool = ToolRun.Of("--help").Out + ToolRun.Of("experiment", "--help").Out;
        Assert.All(Tool.Verbs(), x => Assert.Contains(x.Name.Split(' ')[^1], tool, StringComparison.Ordinal));

        string learn = ToolRun.Of("learn", "--help").Out;
        Assert.All(SolverChoice.Names, x => Assert.Contains(x, learn, StringComparison.Ordinal));
        Assert.All(GradientMethod.All, x => Assert.Contains(x.Name, learn, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_verb_has_help_with_examples_that_the_tool_understands()
    {
        foreach (CommandDescription verb in Tool.Verbs())
        {
            Assert.Contains(verb.Examples, x => x.Line.StartsWith("neuralode " + verb.Name, StringComparison.Ordinal));
            Assert.All(verb.Examples, example =>
            {
                string[] arguments = ToolRun.WordsOfExample(example.Line);
                RootCommand root = Tool.Root(new CommandContext { Out = TextWriter.Null, Error = TextWriter.Null, Arguments = arguments });
                Assert.Empty(root.Parse(arguments).Errors.Select(static x => x.Message));
            });
        }
    }

    private static IEnumerable<T> StaticsOf<T>() =>
        typeof(T).GetProperties(BindingFlags.Static | BindingFlags.Public).Where(static x => x.PropertyType == typeof(T)).Select(static x => (T)x.GetValue(null)!);

    /// <summary>The names of the commands that an assembly's types describe.</summary>
    private static IEnumerable<string> Described(Assembly assembly) => assembly.GetTypes()
        .Select(static x => x.GetMethod("Create", BindingFlags.Static | BindingFlags.Public, []))
        .Where(static x => x?.ReturnType == typeof(CommandDescription))
        .Select(static x => ((CommandDescription)x!.Invoke(null, null)!).Name)
        .Order(StringComparer.Ordinal);
}
