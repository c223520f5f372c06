using System.Globalization;

namespace NeuralOde.Equations.Fitting;

/// <summary>Verdicts in words.</summary>
internal static class FitWords
{
    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>What the data determine of a parameter.</summary>
    public static string Of(ParameterEstimate x)
    {
        string bound = x.AtBound == 0 ? "" : $"{x.Name} is at its {(x.AtBound < 0 ? "lower" : "upper")} bound, {Number(x.Value)}. ";
        return bound + x.Profile switch
        {
            { Verdict: Verdict.Identifiable } p => $"{x.Name} is determined by the data: {Number(x.Value)}, from {Number(p.Lower)} to {Number(p.Upper)}.",
            { Verdict: Verdict.NotIdentifiable } p => $"{x.Name} is not determined by the data: every value from {Number(p.Lower)} to {Number(p.Upper)} fits as well.",
            { Verdict: Verdict.LowerLimitOnly } p => $"The data determine only a lower limit of {x.Name}, {Number(p.Lower)}: every value from there to {Number(p.Upper)} fits as well.",
            { Verdict: Verdict.UpperLimitOnly } p => $"The data determine only an upper limit of {x.Name}, {Number(p.Upper)}: every value down to {Number(p.Lower)} fits as well.",
            _ => "",
        };
    }
}
