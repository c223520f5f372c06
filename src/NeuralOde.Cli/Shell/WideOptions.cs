using NeuralOde.Settings;

namespace NeuralOde.Cli.Shell;

/// <summary>How a table with a row for each year is read.</summary>
internal sealed record WideOptions
{
    /// <summary>Whether twelve columns of months are one series.</summary>
    public bool Months { get; init; }

    public static SettingList<WideOptions> Settings { get; } = new(Setting.Group(
        "Data",
        Setting.Flag("months", "Reads a table with a row for each year and a column for each month as one series.", (WideOptions x) => x.Months, (x, v) => x with { Months = v })));
}
