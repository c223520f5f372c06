using System.Text.Json;
using NeuralOde.Cli.Solve;
using NeuralOde.Equations.Fitting;
using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.Fit;

/// <summary>The numbers of a fit of equations, for other programs.</summary>
internal static class EquationFitNumbers
{
    public static void Write(Stream stream, EquationFit fit, bool asTable)
    {
        if (asTable)
        {
            using var text = new StreamWriter(stream, leaveOpen: true);
            WriteTable(text, fit);
        }
        else
        {
            WriteJson(stream, fit);
        }
    }

    private static void WriteTable(TextWriter text, EquationFit fit)
    {
        var csv = new CsvWriter(text, ["series", "parameter", "estimate", "standard_error", "expected_error", "observed_error", "lower_95", "upper_95", "verdict"]);
        foreach (ParameterEstimate x in fit.Estimates.Concat(fit.Individuals))
        {
            csv.Add(x.Series).Add(x.Name).Add(x.Value).Add(x.StandardError).Add(x.ExpectedError).Add(x.ObservedError)
                .Add(x.Profile?.Lower ?? double.NaN).Add(x.Profile?.Upper ?? double.NaN).Add(x.Profile is { } profile ? profile.Verdict.ToString() : "").EndRow();
        }
    }

    private static void WriteJson(Stream stream, EquationFit fit)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        JsonNumber.Write(json, "negativeLogLikelihood", fit.NegativeLogLikelihood);
        json.WriteNumber("values", fit.ValueCount);
        json.WriteNumber("parameters", fit.ParameterCount);
        JsonNumber.Write(json, "aic", fit.Aic);
        JsonNumber.Write(json, "bic", fit.Bic);
        json.WriteBoolean("converged", fit.IsConverged);
        json.WriteStartArray("estimates");
        foreach (ParameterEstimate x in fit.Estimates)
        {
            json.WriteStartObject();
            json.WriteString("name", x.Name);
            json.WriteString("series", x.Series);
            JsonNumber.Write(json, "value", x.Value);
            JsonNumber.Write(json, "standardError", x.StandardError);
            JsonNumber.Write(json, "expectedError", x.ExpectedError);
            JsonNumber.Write(json, "observedError", x.ObservedError);
            json.WriteNumber("atBound", x.AtBound);
            if (x.Profile is { } profile)
            {
                json.WriteString("verdict", profile.Verdict.ToString());
                JsonNumber.Write(json, "lower95", profile.Lower);
                JsonNumber.Write(json, "upper95", profile.Upper);
                JsonNumber.Write(json, "profileValues", profile.Values);
                JsonNumber.Write(json, "profileDeviances", profile.Deviances);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (fit.Individuals.Count > 0)
        {
            json.WriteStartArray("individuals");
            foreach (ParameterEstimate x in fit.Individuals)
            {
                json.WriteStartObject();
                json.WriteString("name", x.Name);
                json.WriteString("series", x.Series);
                JsonNumber.Write(json, "value", x.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (fit.Covariance is { } covariance)
        {
            EstimatesFile.Write(json, covariance);
        }

        json.WriteStartArray("notes");
        foreach (string note in fit.Notes)
        {
            json.WriteStringValue(note);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
