using System.Globalization;

namespace NeuralOde.Equations.Fitting;

/// <summary>Verdicts in words.</summary>
internal static class FitWords
{
    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>What the data can tell of a parameter.</summary>
    public static string Of(ParameterEstimate x)
    {
        string bound = x.AtBound == 0 ? "" : $"{x.Name} is at its {(x.AtBound < 0 ? "lower" : "upper")} bound, {Number(x.Value)}. ";
        return bound + x.Profile switch
        {
            { Verdict: Verdict.Told } p => $"{x.Name} can be told: {Number(x.Value)}, from {Number(p.Lower)} to {Number(p.Upper)}.",
            { Verdict: Verdict.CannotBeTold } p => $"{x.Name} cannot be told from these data: every value from {Number(p.Lower)} to {Number(p.Upper)} fits as well.",
            { Verdict: Verdict.LowerLimitOnly } p => $"Of {x.Name} only a lower limit can be told, {Number(p.Lower)}: every value from there to {Number(p.Upper)} fits as well.",
            { Verdict: Verdict.UpperLimitOnly } p => $"Of {x.Name} only an upper limit can be told, {Number(p.Upper)}: every value down to {Number(p.Lower)} fits as well.",
            _ => "",
        };
    }
}
