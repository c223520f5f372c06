using System.Reflection;
using System.Text.RegularExpressions;
using NeuralOde.Cli.Shell;
using NeuralOde.Distributed;
using NeuralOde.Experiments.Commands;
using NeuralOde.Experiments.Images;
using NeuralOde.Series;
using NeuralOde.Series.Notes;
using NeuralOde.Series.Tables;
using NeuralOde.Solvers;
using NeuralOde.Training;

namespace NeuralOde.Cli.Tests;

/// <summary>Failures are types with reasons, and the tool says in one place what a user can do about each.</summary>
public partial class OptionAdviceTests
{
    private static readonly Assembly[] s_assemblies =
    [
        typeof(NeuralOdeException).Assembly,
        typeof(TrainingException).Assembly,
        typeof(DistributedException).Assembly,
        typeof(SeriesException).Assembly,
        typeof(ImageFileException).Assembly,
    ];

    [Fact]
    public void Every_reason_of_every_failure_has_advice_or_passes_on_what_the_library_advises()
    {
        Type[] failures = [.. s_assemblies.SelectMany(static x => x.GetExportedTypes()).Where(static x => x.IsSubclassOf(typeof(NeuralOdeException)))];
        Assert.True(failures.Length >= 9, string.Join(", ", failures.Select(static x => x.Name)));
        Enum[] reasons =
        [
            .. failures.Append(typeof(SeriesNote)).SelectMany(static x => Enum.GetValues(x.GetProperty("Reason")!.PropertyType).Cast<Enum>()),
        ];
        Assert.Empty(reasons.Where(static x => !OptionAdvice.Covers(x)).Select(static x => $"{x.GetType().Name}.{x}"));
    }

    [Fact]
    public void Every_exception_of_the_library_is_a_failure_with_a_reason()
    {
        Type[] exceptions = [.. s_assemblies.SelectMany(static x => x.GetExportedTypes()).Where(static x => x.IsAssignableTo(typeof(Exception)) && !x.IsAbstract)];
        Assert.All(exceptions, static x => Assert.True(x.IsSubclassOf(typeof(NeuralOdeException)) && x.GetProperty("Reason") is { PropertyType.IsEnum: true }, x.Name));
    }

    [Fact]
    public void No_code_looks_into_a_message()
    {
        string[] found =
        [
            .. Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
                .Where(static x => !x.Split(Path.DirectorySeparatorChar).Contains("obj"))
                .SelectMany(static path => File.ReadLines(path).Where(static line => LooksIntoMessage().IsMatch(line)).Select(line => $"{Path.GetFileName(path)}: {line.Trim()}")),
        ];
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("if (e.Message.Contains(\"zero\", StringComparison.Ordinal))", true)]
    [InlineData("string text = e.Message.Split(' ')[0];", true)]
    [InlineData("catch (Exception e) when (e.Message == text)", true)]
    [InlineData("throw new CommandException(e.Message);", false)]
    public void Looking_into_a_message_is_recognized(string line, bool isFound) => Assert.Equal(isFound, LooksIntoMessage().IsMatch(line));

    [Fact]
    public void Options_replace_what_the_library_advises_and_the_problem_stays()
    {
        var failure = new TableException("a.csv", null, null, TableReason.NoTimeColumn, "no column is named time.", "Say which holds the times.");
        Assert.Equal("a.csv: no column is named time. Name the column that holds the times with --time, or give --time-format row to count the "
            + "rows.", OptionAdvice.Describe(failure));
        var other = new TableException("a.csv", 3, "x", TableReason.NotANumber, "'y' is not a number.", "Write NA.");
        Assert.Equal(other.Message, OptionAdvice.Describe(other));
    }

    [Fact]
    public void Work_that_failed_and_wrong_input_end_differently()
    {
        Assert.Equal(ExitCode.Failure, OptionAdvice.ExitCodeOf(new TrainingException(TrainingFailureReason.LossNotFinite, "The loss is NaN.")));
        Assert.Equal(ExitCode.Failure, OptionAdvice.ExitCodeOf(new ForecastException(ForecastReason.NotFinite, "Too far.")));
        Assert.Equal(ExitCode.Usage, OptionAdvice.ExitCodeOf(new ForecastException(ForecastReason.NotAfterData, "Too early.")));
        Assert.Equal(ExitCode.Usage, OptionAdvice.ExitCodeOf(new SeriesException(SeriesReason.TooFewPoints, "Too few.")));
        Assert.Equal(ExitCode.Failure, OptionAdvice.ExitCodeOf(new OdeSolveException(default)));
    }

    [GeneratedRegex(@"Message(!|\?)?\.(Contains|StartsWith|EndsWith|Split|IndexOf|Replace\(|Substring|Equals)|Message\)?\s*(==|!=|is ""|switch|\[)")]
    private static partial Regex LooksIntoMessage();
}
