using NeuralOde.Cli.Shell;
using NeuralOde.Experiments.Commands;
using NeuralOde.Series.Tables;
using Parquet;
using Parquet.Schema;

namespace NeuralOde.Cli.Tests;

public sealed class ParquetTests : IDisposable
{
    private static readonly double[] s_numbers = [0.1, Math.PI, -1e300, 5e-324, 1.0 / 3];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Numbers_dates_text_and_missing_values_are_exact()
    {
        string path = _folder.File("a.parquet");
        await Write(path);
        Assert.True(ParquetTable.IsParquet(path));
        CsvTable table = ParquetTable.Read(path);
        Assert.Equal(["day", "x", "n", "who, what"], table.Columns);
        Assert.Equal(s_numbers, table.Numbers("x"));
        Assert.Equal([1, double.NaN, 3, 4, 5], table.Numbers("n"));
        Assert.Equal(["a", "b \"c\"", "d, e", "", "f"], table.Texts("who, what"));
        Assert.Equal("2024-02-28", table.Text(0, 0));
        Assert.Equal("2024-02-29T12:00:00", table.Text(1, 0));
    }

    [Fact]
    public async Task A_fit_reads_it_and_damage_is_one_clear_line()
    {
        string path = _folder.File("a.parquet");
        await Write(path);
        var run = ToolRun.Of("fit", path, "--time", "day", "--states", "x", "--hold-out", "none");
        Assert.True(run.ExitCode == 0, run.Error);
        byte[] bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        for (int length = 4; length < bytes.Length; length += 7)
        {
            await File.WriteAllBytesAsync(path, bytes[..length], TestContext.Current.CancellationToken);
            Assert.Throws<CommandException>(() => ParquetTable.Read(path));
        }
    }

    private static async Task Write(string path)
    {
        DataField day = new DataField<DateTime>("day"), x = new DataField<double>("x"), n = new DataField<int?>("n"), who = new DataField<string>("who, what");
        await using FileStream stream = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(day, x, n, who), stream);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        DateTime[] days = [.. Enumerable.Range(0, 5).Select(static i => new DateTime(2024, 2, 28, 0, 0, 0, DateTimeKind.Utc).AddHours(36 * i))];
        await group.WriteAsync<DateTime>(day, days);
        await group.WriteAsync<double>(x, s_numbers);
        await group.WriteAsync<int>(n, new int?[] { 1, null, 3, 4, 5 });
        await group.WriteAsync(who, ["a", "b \"c\"", "d, e", "", "f"]);
    }
}
