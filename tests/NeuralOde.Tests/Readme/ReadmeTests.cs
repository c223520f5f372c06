using System.Globalization;
using System.Text.RegularExpressions;
using DocumentPrograms;
using ReadmePrograms;

namespace NeuralOde.Tests.Readme;

/// <summary>The programs of the README and of docs/flows.md are compiled as they are printed, and do what these say. The texts are compared, so neither can change alone.</summary>
[Collection(nameof(ConsoleCollection))]
public partial class ReadmeTests
{
    [Fact]
    public void An_orbit_is_solved_and_read_between_its_steps()
    {
        double[] numbers = Numbers(Output(OrbitProgram.Run));
        Assert.Equal(3.7, numbers[0]);
        Assert.Equal(Math.Cos(3.7), numbers[1], 1e-5);
        Assert.Equal(Math.Cos(3.7), numbers[2], 1e-15);
    }

    [Fact]
    public void Dynamics_are_learned_from_observations_and_saved()
    {
        using var folder = new TemporaryFolder();
        string current = Environment.CurrentDirectory;
        try
        {
            Environment.CurrentDirectory = folder.Path;
            double[] losses = Numbers(Output(DynamicsProgram.Run));
            Assert.True(losses[^1] < 0.1 * losses[0], $"{losses[0]} to {losses[^1]}");
            Assert.Equal(["model.safetensors"], folder.Names());
        }
        finally
        {
            Environment.CurrentDirectory = current;
        }
    }

    [Fact]
    public void Known_physics_and_a_network_make_one_field()
    {
        double[] numbers = Numbers(Output(HybridProgram.Run));
        Assert.Equal(5, numbers[0]);
        Assert.NotEqual(0, numbers[1]);
    }

    [Fact]
    public void A_flow_learns_a_density_and_draws_from_it()
    {
        string[] lines = Output(FlowProgram.Run).Split('\n');
        double[] densities = Numbers(lines[0]);
        Assert.True(densities[0] > densities[1] + 0.5, lines[0]);
        double[] places = [.. Numbers(lines[2]).TakeLast(2)];
        Assert.True(places[1] > 2 * places[0], lines[2]);
    }

    [Theory]
    [InlineData("README.md", "Readme")]
    [InlineData("docs/flows.md", "Documents")]
    public void A_document_shows_the_programs_that_are_tested(string document, string folder)
    {
        string text = File.ReadAllText(Repository.PathOf(document));
        string[] programs = [.. Directory.GetFiles(Repository.PathOf($"tests/NeuralOde.Tests/{folder}"), "*Program.cs")
            .Select(static x => Printed(File.ReadAllText(x))).Order(StringComparer.Ordinal)];
        string[] shown = [.. CodeBlock().Matches(text).Select(static x => Normalize(x.Groups[1].Value)).Order(StringComparer.Ordinal)];
        Assert.Equal(shown, programs);
    }

    /// <summary>What of a file a document prints: its using lines, and the statements of its one method.</summary>
    private static string Printed(string file)
    {
        Match parts = ProgramFile().Match(file);
        Assert.True(parts.Success, file);
        return Normalize(parts.Groups["usings"].Value + parts.Groups["body"].Value);
    }

    /// <summary>Lines without their indentation and without blank ones.</summary>
    private static string Normalize(string text) =>
        string.Join('\n', text.Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0));

    private static string Output(Action run)
    {
        TextWriter console = Console.Out;
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        Console.SetOut(writer);
        try
        {
            run();
        }
        finally
        {
            Console.SetOut(console);
        }

        return writer.ToString();
    }

    private static double[] Numbers(string text) => [.. Number().Matches(text).Select(static x => double.Parse(x.Value, CultureInfo.InvariantCulture))];

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^(?<usings>(using [\w.]+;\n)*).*?public static void Run\(\)\n    \{\n(?<body>.*)\n    \}\n\}\n$", RegexOptions.Singleline)]
    private static partial Regex ProgramFile();

    [GeneratedRegex(@"-?\d+(\.\d+)?(E[+-]\d+)?")]
    private static partial Regex Number();
}

/// <summary>The console and the current folder belong to the whole process, so nothing runs beside these tests.</summary>
[CollectionDefinition(nameof(ConsoleCollection), DisableParallelization = true)]
public sealed class ConsoleCollection;
