using NeuralOde.Distributed;

namespace NeuralOde.Experiments.Commands;

/// <summary>One run of a table of runs.</summary>
/// <param name="Title">The line above the table; empty for none.</param>
/// <param name="Columns">The headings of the columns but the first.</param>
/// <param name="Line">The run's line, without what names it.</param>
/// <param name="Values">The numbers of which the last line has the medians.</param>
internal sealed record RunRow(string Title, string Columns, string Line, params double[] Values)
{
    /// <summary>What else the first process needs of the run, such as its model.</summary>
    public byte[] Payload { get; init; } = [];

    /// <summary>The row as bytes, from another process.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Title);
        writer.Write(Columns);
        writer.Write(Line);
        writer.Write(Values.Length);
        foreach (double value in Values)
        {
            writer.Write(value);
        }

        writer.Write(Payload.Length);
        writer.Write(Payload);
        writer.Flush();
        return stream.ToArray();
    }

    public static RunRow From(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        (string title, string columns, string line) = (reader.ReadString(), reader.ReadString(), reader.ReadString());
        double[] values = new double[reader.ReadInt32()];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = reader.ReadDouble();
        }

        return new RunRow(title, columns, line, values) { Payload = reader.ReadBytes(reader.ReadInt32()) };
    }
}

/// <summary>A run that has ended.</summary>
/// <param name="Label">What names it.</param>
/// <param name="Row">What came out; null where it failed.</param>
/// <param name="Failure">Why it failed; empty where it did not.</param>
internal sealed record EndedRun(string Label, RunRow? Row, string Failure);

/// <summary>Runs something several times, shared by all processes, and prints a row for each run as soon as it and those before it are done.</summary>
internal static class RunTable
{
    private const int SeedWidth = 6;

    /// <summary>Runs once for each seed, and prints the table.</summary>
    /// <param name="context">Where to print, and which processes there are.</param>
    /// <param name="seeds">The seeds.</param>
    /// <param name="run">Runs with a seed; it throws <see cref="OperationCanceledException"/> where it was canceled.</param>
    /// <param name="summarize">Prints the last line, from the rows that did not fail; not called where there are none.</param>
    /// <param name="finish">Hears of all runs at the end, in the first process; null where nobody does.</param>
    /// <returns>The exit code.</returns>
    public static int Print(
        CommandContext context, int[] seeds, Func<int, RunRow> run, Action<IReadOnlyList<RunRow>> summarize, Action<IReadOnlyList<EndedRun>>? finish = null) => Print(
        context, "seed", "seeds", [.. seeds.Select(static x => x.ToString(CultureInfo.InvariantCulture).PadLeft(SeedWidth))], i => run(seeds[i]), summarize, finish);

    /// <summary>Runs, and prints the table.</summary>
    /// <param name="context">Where to print, and which processes there are.</param>
    /// <param name="noun">What names a run.</param>
    /// <param name="plural">The same of several.</param>
    /// <param name="labels">The runs' names, of one length.</param>
    /// <param name="run">Does the run of a number.</param>
    /// <param name="summarize">Prints the last line, from the rows that did not fail; not called where there are none.</param>
    /// <param name="finish">Hears of all runs at the end, in the first process; null where nobody does.</param>
    /// <returns>The exit code.</returns>
    public static int Print(
        CommandContext context, string noun, string plural, IReadOnlyList<string> labels, Func<int, RunRow> run, Action<IReadOnlyList<RunRow>> summarize,
        Action<IReadOnlyList<EndedRun>>? finish = null)
    {
        List<EndedRun> ended = [];
        int told = HandOut.Run(
            context.Processes as Communicator ?? Communicator.Single,
            labels.Count,
            (i, _) => Run(i, run),
            result =>
            {
                string label = labels[result.Number];
                if (result.Outcome == HandOutOutcome.Failed)
                {
                    string failure = result.Failure.ReplaceLineEndings(" ");
                    context.Out.WriteLine($"{label} failed: {failure}");
                    ended.Add(new EndedRun(label.Trim(), null, failure));
                    return;
                }

                var row = RunRow.From(result.Value);
                if (ended.TrueForAll(static x => x.Row is null))
                {
                    PrintHead(context, row, noun, label.Length);
                }

                ended.Add(new EndedRun(label.Trim(), row, ""));
                context.Out.WriteLine(label + row.Line);
            },
            context.CancellationToken);
        if (!context.IsFirst)
        {
            return ExitCode.Success;
        }

        if (told < labels.Count)
        {
            context.Error.WriteLine($"neuralode: stopped after {told} of {labels.Count} {plural}.");
        }

        RunRow[] rows = [.. ended.Where(static x => x.Row is not null).Select(static x => x.Row!)];
        if (rows.Length > 0)
        {
            summarize(rows);
        }

        if (rows.Length < told)
        {
            context.Error.WriteLine($"neuralode: {told - rows.Length} of {told} {plural} failed.");
        }

        finish?.Invoke(ended);
        return told < labels.Count ? ExitCode.Canceled : rows.Length == 0 ? ExitCode.Failure : ExitCode.Success;
    }

    private static void PrintHead(CommandContext context, RunRow row, string noun, int width)
    {
        if (row.Title.Length > 0)
        {
            context.Out.WriteLine(row.Title);
        }

        context.Out.WriteLine(noun.PadLeft(width) + row.Columns);
    }

    private static byte[] Run(int number, Func<int, RunRow> run)
    {
        try
        {
            return run(number).ToBytes();
        }
        catch (CommandException e)
        {
            // What the tool says of a failure is what the row says.
            throw new DistributedException(DistributedReason.WorkFailed, e.Message);
        }
    }
}
