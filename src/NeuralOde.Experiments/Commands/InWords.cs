namespace NeuralOde.Experiments.Commands;

/// <summary>Numbers and settings as every command writes them.</summary>
internal static class InWords
{
    public static string Whole(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number, in as few digits as it has.</summary>
    public static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>Such as "1 iteration" or "3,000 iterations".</summary>
    public static string Iterations(int count) => Counted(count, "iteration", "iterations");

    /// <summary>Such as "1 row" or "3,000 rows".</summary>
    public static string Counted(int count, string one, string many) => $"{Whole(count)} {(count == 1 ? one : many)}";
}
