using NeuralOde.Distributed;

namespace NeuralOde.Experiments.Commands;

/// <summary>One run of a table of runs that differ in their seed.</summary>
/// <param name="Title">The lines above the table.</param>
/// <param name="Line">The run's line, without its seed.</param>
/// <param name="Values">The numbers of which the last line has the medians.</param>
internal sealed record SeedRow(string Title, string Line, params double[] Values)
{
    /// <summary>The row as bytes, from another process.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Title);
        writer.Write(Line);
        foreach (double value in Values)
        {
            writer.Write(value);
        }

        writer.Flush();
        return stream.ToArray();
    }

    public static SeedRow From(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        (string title, string line) = (reader.ReadString(), reader.ReadString());
        double[] values = new double[(bytes.Length - (int)reader.BaseStream.Position) / sizeof(double)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = reader.ReadDouble();
        }

        return new SeedRow(title, line, values);
    }
}

/// <summary>Runs something once for each seed, shared by all processes, and prints a row for each as soon as it and those before it are done.</summary>
internal static class SeedTable
{
    /// <summary>Runs, and prints the table.</summary>
    /// <param name="context">Where to print, and which processes there are.</param>
    /// <param name="seeds">The seeds.</param>
    /// <param name="run">Runs with a seed; it throws <see cref="OperationCanceledException"/> where it was canceled.</param>
    /// <param name="summarize">Prints the last line, from the rows that did not fail; not called where there are none.</param>
    /// <returns>The exit code.</returns>
    public static int Print(CommandContext context, int[] seeds, Func<int, SeedRow> run, Action<IReadOnlyList<SeedRow>> summarize)
    {
        List<SeedRow> rows = [];
        int told = HandOut.Run(
            context.Processes as Communicator ?? Communicator.Single,
            seeds.Length,
            (i, _) => Run(seeds[i], run),
            result =>
            {
                if (result.Outcome == HandOutOutcome.Failed)
                {
                    context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seeds[result.Number],6} failed: {result.Failure.ReplaceLineEndings(" ")}"));
                    return;
                }

                var row = SeedRow.From(result.Value);
                if (rows.Count == 0)
                {
                    context.Out.WriteLine(row.Title);
                }

                rows.Add(row);
                context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seeds[result.Number],6}{row.Line}"));
            },
            context.CancellationToken);
        if (!context.IsFirst)
        {
            return ExitCode.Success;
        }

        if (told < seeds.Length)
        {
            context.Error.WriteLine($"neuralode: stopped after {told} of {seeds.Length} seeds.");
        }

        if (rows.Count > 0)
        {
            summarize(rows);
        }

        if (rows.Count < told)
        {
            context.Error.WriteLine($"neuralode: {told - rows.Count} of {told} seeds failed.");
        }

        return told < seeds.Length ? ExitCode.Canceled : rows.Count == 0 ? ExitCode.Failure : ExitCode.Success;
    }

    private static byte[] Run(int seed, Func<int, SeedRow> run)
    {
        try
        {
            return run(seed).ToBytes();
        }
        catch (CommandException e)
        {
            // What the tool says of a failure is what the row says.
            throw new DistributedException(DistributedReason.WorkFailed, e.Message);
        }
    }
}
