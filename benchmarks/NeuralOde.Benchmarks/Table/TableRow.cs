using System.Globalization;
using NeuralOde.Benchmarks.Timing;

namespace NeuralOde.Benchmarks.Table;

/// <summary>One line of the table.</summary>
/// <param name="Key">What the peers' scripts call the same work.</param>
/// <param name="Work">The work, for a reader.</param>
/// <param name="Unit">ns, GFLOP/s or bytes.</param>
/// <param name="Lower">The lower quartile.</param>
/// <param name="Median">The median.</param>
/// <param name="Upper">The upper quartile.</param>
/// <param name="Note">What else is worth knowing.</param>
internal sealed record TableRow(string Key, string Work, string Unit, double Lower, double Median, double Upper, string Note = "")
{
    public static TableRow Time(string key, string work, Measurement x, string note = "", double perRepetition = 1)
        => new(key, work, "ns", x.LowerQuartile / perRepetition, x.Median / perRepetition, x.UpperQuartile / perRepetition, note);

    public static TableRow Rate(string key, string work, Measurement x, double operations, string note = "")
        => new(key, work, "GFLOP/s", operations / x.UpperQuartile, operations / x.Median, operations / x.LowerQuartile, note);

    public static TableRow Bytes(string key, string work, double bytes, string note = "") => new(key, work, "bytes", bytes, bytes, bytes, note);

    public string ToMarkdown() => $"| {Work} | {Format(Median)} | {(Lower == Upper ? "" : $"{Format(Lower)} – {Format(Upper)}")} | {Note} |";

    private string Format(double value) => Unit switch
    {
        "ns" => value switch
        {
            < 10 => string.Create(CultureInfo.InvariantCulture, $"{value:0.000} ns"),
            < 1e3 => string.Create(CultureInfo.InvariantCulture, $"{value:0.0} ns"),
            < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.00} µs"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.000} ms"),
        },
        "bytes" => string.Create(CultureInfo.InvariantCulture, $"{value:0} bytes"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {Unit}"),
    };
}
