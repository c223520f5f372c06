using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace NeuralOde.Architecture.Tests;

/// <summary>What the packages bring along, read by the compiler of a project that references them.</summary>
public sealed partial class DroppedResultTests
{
    private const string Mistake = "// dropped";

    // At least one immutable call of each package, and calls that do something.
    private const string Code = $$"""
        using NeuralOde;
        using NeuralOde.Equations;
        using NeuralOde.Optimizers;
        using NeuralOde.Reports;
        using NeuralOde.Series;
        using NeuralOde.Series.Evaluation;
        using NeuralOde.Series.Scaling;
        using NeuralOde.Solvers;
        using NeuralOde.Tensors;

        public static class User
        {
            public static void Solve(Integrator<double> integrator, IVectorField<double> field, double[] z, double[] times, double[] states)
            {
                integrator.Solve(field, z, times, states); {{Mistake}}
                integrator.Solve(field, z, times, states).ThrowIfFailed();
                FixedSteps.PerInterval(3); {{Mistake}}
                OdeSolver.Parse("tsit5"); {{Mistake}}
            }

            public static void Compute(Tensor x, Shape shape)
            {
                x.Exp(); {{Mistake}}
                Tensor.Zeros(shape); {{Mistake}}
                x.Backward();
                _ = x.Exp();
                shape.With(0, 2); {{Mistake}}
            }

            public static void Train(LearningRateSchedule schedule, Optimizer optimizer)
            {
                schedule.WithWarmUp(10); {{Mistake}}
                optimizer.ClipGradientNorm(1);
                optimizer.Step();
            }

            public static void Learn(Standardization scale, TimeSeriesSet series, HoldOut holdOut)
            {
                scale.Transform(series); {{Mistake}}
                holdOut.Split(series); {{Mistake}}
                HoldOut.Count(5); {{Mistake}}
                EquationModel.Parse("x' = -x"); {{Mistake}}
            }

            public static void Show(Figure figure, Report report)
            {
                figure.Line([1, 2], [3, 4]); {{Mistake}}
                report.Add(new BulletList("text")); {{Mistake}}
            }
        }
        """;

    // Two packages in one project: their files say the same, and must not cancel each other out.
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <Import Project="first/NeuralOde.Tensors.props" />
          <Import Project="second/NeuralOde.Reports.props" />
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <NuGetAudit>false</NuGetAudit>
          </PropertyGroup>
          <ItemGroup>
            <Reference Include="LIBRARIES/NeuralOde*.dll" />
          </ItemGroup>
        </Project>
        """;

    [Fact]
    public async Task A_dropped_result_of_an_immutable_call_warns_in_the_code_of_whoever_uses_the_packages()
    {
        using var folder = new TemporaryFolder();
        string shared = Repository.PathOf("src/Shared/DroppedResults");
        foreach ((string name, string props) in new[] { ("first", "NeuralOde.Tensors.props"), ("second", "NeuralOde.Reports.props") })
        {
            string package = Directory.CreateDirectory(folder.File(name)).FullName;
            File.Copy(Path.Combine(shared, "DroppedResults.props"), Path.Combine(package, props));
            File.Copy(Path.Combine(shared, "DroppedResults.globalconfig"), Path.Combine(package, "DroppedResults.globalconfig"));
        }

        await File.WriteAllTextAsync(folder.File("User.csproj"), Project.Replace("LIBRARIES", AppContext.BaseDirectory.TrimEnd('/', '\\'), StringComparison.Ordinal));
        await File.WriteAllTextAsync(folder.File("User.cs"), Code);
        string output = await Build(folder.Path);
        int[] warned = [.. Warning().Matches(output).Select(static x => int.Parse(x.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).Distinct().Order()];
        int[] dropped = [.. Code.Split('\n').Index().Where(static x => x.Item.Contains(Mistake, StringComparison.Ordinal)).Select(static x => x.Index + 1)];
        Assert.True(dropped.SequenceEqual(warned), $"Dropped in lines {string.Join(", ", dropped)}; warned of {string.Join(", ", warned)}.\n{output}");
    }

    [Fact]
    public void Every_method_that_returns_a_changed_copy_is_in_the_list()
    {
        // These return their own type and have an effect: text is written, a random stream is drawn from, a measurement or a scope begins.
        string[] effects = ["CsvWriter.Add", "GradientWarnings.Start", "RandomSource.Split", "SolveMeter.Start", "TensorScope.Begin"];
        string list = File.ReadLines(Repository.PathOf("src/Shared/DroppedResults/DroppedResults.globalconfig"))
            .Single(static x => x.Contains("additional_use_results_methods", StringComparison.Ordinal));
        string[] patterns = [.. list.Split('=')[1].Split('|').Select(static x => x.Trim().TrimEnd('*'))];
        string[] missing =
        [
            .. from file in Directory.EnumerateFiles(Repository.PathOf("src"), "PublicAPI.Unshipped.txt", SearchOption.AllDirectories)
               from type in Assembly.Load(Path.GetFileName(Path.GetDirectoryName(file))!).GetExportedTypes()
               from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
               where !method.IsSpecialName && !method.Name.Contains('<', StringComparison.Ordinal) && method.GetCustomAttribute<CompilerGeneratedAttribute>() is null
               where method.ReturnType.Namespace == type.Namespace && method.ReturnType.Name == type.Name
               where !effects.Contains($"{type.Name}.{method.Name}")
               let name = $"M:{type.FullName}.{method.Name}"
               where !patterns.Any(x => name.StartsWith(x, StringComparison.Ordinal))
               select name,
        ];
        Assert.True(missing.Length == 0, $"Not in DroppedResults.globalconfig: {string.Join(", ", missing)}.");
    }

    private static async Task<string> Build(string folder)
    {
        var start = new ProcessStartInfo("dotnet", ["build", "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        };

        // What this process runs under is not for that one: CI's analysis, and the properties of the build that started the tests.
        foreach (string name in start.Environment.Keys.Where(static x => x == "Analyze" || x.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
        return output;
    }

    [GeneratedRegex(@"User\.cs\((\d+),\d+\): warning CA1806")]
    private static partial Regex Warning();
}
