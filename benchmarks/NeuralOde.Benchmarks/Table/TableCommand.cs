using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using NeuralOde.Benchmarks.Timing;
using NeuralOde.Persistence;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Benchmarks.Table;

/// <summary><c>table</c>: measures, and prints each row as soon as it is known.</summary>
internal static class TableCommand
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Run(Clock clock, IReadOnlyList<TableSection> sections, string? file)
    {
        var timer = new BatchTimer(clock);
        var watch = Stopwatch.StartNew();
        List<TableRow> rows = [];
        Console.WriteLine(FormattableString.Invariant($"{MachineName()}, {SimdWidths.Best}, {RuntimeInformation.FrameworkDescription}, {clock.Name} time"));
        foreach (TableSection section in sections)
        {
            Console.WriteLine();
            Console.WriteLine($"### {section.Title}");
            Console.WriteLine();
            Console.WriteLine("| work | median | quartiles | |");
            Console.WriteLine("| --- | --- | --- | --- |");
            foreach (TableRow row in section.Measure(timer))
            {
                rows.Add(row);
                Console.WriteLine(row.ToMarkdown());
            }
        }

        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows.Count} rows in {watch.Elapsed.TotalSeconds:0} s"));
        if (file is not null)
        {
            File.WriteAllText(file, JsonSerializer.Serialize(new { Machine = MachineName(), Clock = clock.Name, Rows = rows }, s_json));
        }
    }

    private static string MachineName()
    {
        const string Source = "/proc/cpuinfo";
        string? model = File.Exists(Source)
            ? File.ReadLines(Source).FirstOrDefault(static x => x.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return model ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
