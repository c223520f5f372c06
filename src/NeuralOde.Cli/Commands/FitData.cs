using System.CommandLine;
using System.Globalization;
using NeuralOde.Cli.CommandLine;
using NeuralOde.Series;
using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Fitting;
using NeuralOde.Series.Tables;
using NeuralOde.Series.Times;

namespace NeuralOde.Cli.Commands;

/// <summary>The data of a fit: read, checked and parted, with every fault told as the user's.</summary>
internal sealed record FitData(string Path, TimeSeriesSet Set, SeriesSplit Split)
{
    /// <summary>What a user should know about the data, as sentences.</summary>
    public IEnumerable<string> Notes => Set.Notes.Concat(Split.Notes).Select(OptionAdvice.Describe);

    public static FitData Read(ParseResult parsed, FitCommand.FitOptions options)
    {
        string path = parsed.GetValue(options.Data)!;
        HoldOut? holdOut = ParseHoldOut(parsed.GetValue(options.HoldOut) ?? "0.2");
        return Checked(() =>
        {
            if (!File.Exists(path))
            {
                throw new CommandException(Directory.Exists(path) ? $"'{path}' is a folder. Name a CSV file in it." : $"There is no file '{path}'.");
            }

            TimeSeriesSet set = TimeSeriesSet.FromTable(
                CsvTable.Read(path),
                new TimeSeriesOptions
                {
                    TimeColumn = parsed.GetValue(options.Time),
                    TimeFormat = parsed.GetValue(options.TimeFormat) switch
                    {
                        "number" => TimeFormat.Number,
                        "iso" => TimeFormat.IsoDate,
                        "yyyymmdd" => TimeFormat.CompactDate,
                        _ => TimeFormat.Automatic,
                    },
                    SeriesColumn = parsed.GetValue(options.Series),
                    StateColumns = Names("--states", parsed.GetValue(options.States)),
                    LogColumns = Names("--log", parsed.GetValue(options.Log)) ?? [],
                    CovariateColumns = Names("--covariates", parsed.GetValue(options.Covariates)) ?? [],

                    // A short series still tells something where there are others.
                    MinimumPoints = parsed.GetValue(options.Series) is null ? 3 : 1,
                });
            if (set.Series.Sum(static series => series.Count) < 3)
            {
                throw new CommandException($"{path}: there are fewer than three points; dynamics cannot be learned from them.");
            }

            return new FitData(path, set, SeriesSplit.Of(set, holdOut));
        });
    }

    /// <summary>Runs what can fail because of a file or a setting that the user named.</summary>
    public static T Checked<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ArgumentException e)
        {
            throw new CommandException(e.Message, inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(e.Message, inner: e);
        }
    }

    private static string[]? Names(string option, string? text)
    {
        string[]? names = text?.Split(',', StringSplitOptions.TrimEntries);
        return names is null || Array.TrueForAll(names, static x => x.Length > 0)
            ? names
            : throw new CommandException($"{option} takes columns joined by commas, such as A,B; got '{text}'.");
    }

    private static HoldOut? ParseHoldOut(string text)
    {
        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double fraction);
        if (string.Equals(text, "none", StringComparison.OrdinalIgnoreCase) || (isNumber && fraction == 0))
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= 1)
        {
            return HoldOut.Count(count);
        }

        return isNumber && fraction is > 0 and < 1
            ? HoldOut.Fraction(fraction)
            : throw new CommandException($"--hold-out takes a number of observations such as 5, a fraction such as 0.2, or none (0); got '{text}'.");
    }
}
