using System.Globalization;
using System.Text.RegularExpressions;
using DocumentPrograms;
using NeuralOde.Solvers.Tests.Problems;
using NeuralOde.TestSupport;

namespace NeuralOde.Solvers.Tests.Documents;

/// <summary>The programs of the pages for users of other libraries are compiled as they are printed, and give the right numbers.</summary>
[Collection(nameof(ConsoleCollection))]
public partial class DocumentProgramTests
{
    public static TheoryData<string> Pages => ["docs/from-mathnet.md", "docs/from-scipy.md", "docs/from-matlab.md"];

    [Fact]
    public void An_orbit_is_solved() => Assert.Equal(Math.Cos(10), Assert.Single(Numbers(OrbitProgram.Run)), 1e-4);

    [Fact]
    public void Van_der_Pols_equation_is_solved_where_it_is_stiff()
        => Assert.Equal(StiffProblem.Named("van-der-pol").Reference[0], Assert.Single(Numbers(StiffProgram.Run)), 1e-4);

    [Fact]
    public void A_ball_falls_to_the_ground() => Assert.Equal(Math.Sqrt(2 * 10 / 9.81), Assert.Single(Numbers(EventProgram.Run)), 1e-12);

    [Fact]
    public void A_solution_is_read_between_its_steps()
    {
        double[] numbers = Numbers(DenseProgram.Run);
        Assert.Equal(Math.Cos(3.7), numbers[0], 1e-4);
        Assert.Equal(-Math.Sin(3.7), numbers[1], 1e-3);
    }

    [Fact]
    public void An_algebraic_equation_is_solved_along()
        => Assert.Equal(StiffProblem.Named("robertson-1e5").Reference[0], Assert.Single(Numbers(MassMatrixProgram.Run)), 1e-5);

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_shows_the_programs_that_are_tested(string page)
    {
        string[] programs = [.. Directory.GetFiles(Repository.PathOf("tests/NeuralOde.Solvers.Tests/Documents"), "*Program.cs")
            .Select(static x => Normalize(Body().Match(File.ReadAllText(x)).Groups[1].Value)).Order(StringComparer.Ordinal)];
        Assert.Equal(5, programs.Length);
        string[] shown = [.. CodeBlock().Matches(File.ReadAllText(Repository.PathOf(page))).Select(static x => Normalize(x.Groups[1].Value)).Order(StringComparer.Ordinal)];
        Assert.Equal(programs, shown);
    }

    /// <summary>Lines without their indentation and without blank ones.</summary>
    private static string Normalize(string text)
        => string.Join('\n', text.Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0 && line != "using NeuralOde.Solvers;"));

    private static double[] Numbers(Action run)
    {
        TextWriter console = Console.Out;
        CultureInfo culture = CultureInfo.CurrentCulture;
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Console.SetOut(writer);
        try
        {
            run();
        }
        finally
        {
            Console.SetOut(console);
            CultureInfo.CurrentCulture = culture;
        }

        return [.. writer.ToString().Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(static x => double.Parse(x, CultureInfo.InvariantCulture))];
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"public static void Run\(\)\n    \{\n(.*)\n    \}\n\}\n$", RegexOptions.Singleline)]
    private static partial Regex Body();
}

/// <summary>The console belongs to the whole process, so nothing runs beside these tests.</summary>
[CollectionDefinition(nameof(ConsoleCollection), DisableParallelization = true)]
public sealed class ConsoleCollection;
