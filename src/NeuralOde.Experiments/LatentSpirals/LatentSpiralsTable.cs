namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>The errors on test spirals beside the paper's, for a terminal and for a page.</summary>
internal static class LatentSpiralsTable
{
    private static readonly (int Observations, string Ode, string Rnn)[] s_paper = [(30, "0.1642", "0.3937"), (50, "0.1502", "0.3202"), (100, "0.1346", "0.1813")];

    private static readonly ReportColumn[] s_columns =
    [
        new("model"), new("observations", IsNumeric: true), new("median", IsNumeric: true), new("90th percentile", IsNumeric: true), new("pooled", IsNumeric: true),
    ];

    public static ReportTable Reconstruction(LatentSpiralsOutcome outcome) => new()
    {
        Columns = s_columns,
        Rows = [.. Rows(outcome).Select(static x => (IReadOnlyList<string>)[.. x.Take(5)])],
        Caption = "Reconstruction: root mean square error against the spirals without noise.",
    };

    public static ReportTable Extrapolation(LatentSpiralsOutcome outcome) => new()
    {
        Columns = [.. s_columns, new ReportColumn("paper", IsNumeric: true)],
        Rows = [.. Rows(outcome).Select(static x => (IReadOnlyList<string>)[x[0], x[1], .. x.Skip(5)])],
        Caption = "Extrapolation: the same beyond the observations. The paper's figures are Chen et al. 2018, table 2, on other spirals: compare their order, not their digits.",
    };

    public static IEnumerable<string> Lines(LatentSpiralsOutcome outcome)
    {
        yield return "                      observa-   reconstruction              extrapolation                 paper,";
        yield return "model                   tions   median    90 %   pooled     median    90 %   pooled   extrapol.";
        foreach (IReadOnlyList<string> x in Rows(outcome))
        {
            yield return $"{x[0],-19} {x[1],9} {x[2],8} {x[3],7} {x[4],8} {x[5],10} {x[6],7} {x[7],8} {x[8],11}";
        }
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(LatentSpiralsOutcome outcome)
    {
        foreach (SpiralModelOutcome model in outcome.Models)
        {
            foreach (SpiralErrors x in model.Errors)
            {
                (int Observations, string Ode, string Rnn) paper = s_paper.FirstOrDefault(y => y.Observations == x.Observations);
                yield return Row(model.Title, x, (model.Options.Decoder == SpiralDecoder.Ode ? paper.Ode : paper.Rnn) ?? "");
            }
        }

        yield return Row("(always 0)", SpiralErrors.OfZero(outcome.Test), "");
    }

    private static IReadOnlyList<string> Row(string model, SpiralErrors x, string paper) =>
        [model, x.Observations > 0 ? ProgressText.Fixed(x.Observations, 0) : "-", .. Cells(x.Reconstruction), .. Cells(x.Extrapolation), paper];

    private static string[] Cells(SpiralError x) => [ProgressText.Fixed(x.Median, 4), ProgressText.Fixed(x.Percentile90, 4), ProgressText.Fixed(x.Pooled, 4)];
}
