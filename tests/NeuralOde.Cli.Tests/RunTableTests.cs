using NeuralOde.Experiments.Commands;

namespace NeuralOde.Cli.Tests;

public class RunTableTests
{
    [Fact]
    public void A_run_that_fails_is_a_row_that_says_so_and_the_others_go_on()
    {
        using StringWriter text = new(), error = new();
        IReadOnlyList<EndedRun> heard = [];
        int code = RunTable.Print(
            new CommandContext { Out = text, Error = error },
            [3, 4, 12],
            static seed => seed switch
            {
                3 => throw new CommandException("No luck\nwith this seed."),
                _ => new RunRow("Errors", " error", $" {seed / 2.0}", seed) { Payload = [(byte)seed] },
            },
            rows => text.WriteLine($"median of {rows.Count}"),
            ended => heard = ended);
        Assert.Equal(ExitCode.Success, code);
        Assert.Equal(
            ["     3 failed: No luck with this seed.", "Errors", "  seed error", "     4 2", "    12 6", "median of 2"],
            text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static x => x.TrimEnd('\r')));
        Assert.Equal("neuralode: 1 of 3 seeds failed.", error.ToString().TrimEnd());
        Assert.Equal(["3", "4", "12"], heard.Select(static x => x.Label));
        Assert.Null(heard[0].Row);
        Assert.Equal([12], heard[2].Row!.Payload);
    }

    [Fact]
    public void Where_all_runs_fail_the_exit_code_says_so()
    {
        using StringWriter text = new(), error = new();
        int code = RunTable.Print(new CommandContext { Out = text, Error = error }, [0], static _ => throw new CommandException("No."), static _ => { });
        Assert.Equal(ExitCode.Failure, code);
    }
}
