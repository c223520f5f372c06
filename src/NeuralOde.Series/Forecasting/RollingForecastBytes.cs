using System.Runtime.InteropServices;
using NeuralOde.Series.Evaluation;

namespace NeuralOde.Series.Forecasting;

/// <summary>What a method forecast from an origin, as bytes from another process. Series and times are known there; values, words and the reason of a failure are told.</summary>
internal static class RollingForecastBytes
{
    public static byte[] Of(RollingForecast forecast)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(forecast.Failure?.Problem ?? "");
        writer.Write(forecast.Descriptions.Count);
        foreach (string description in forecast.Descriptions)
        {
            writer.Write(description);
        }

        if (forecast.Forecast is { } distribution)
        {
            foreach (double probability in ForecastDistribution.Probabilities)
            {
                foreach (TimeSeries series in distribution.Quantile(probability).Series)
                {
                    writer.Write(MemoryMarshal.AsBytes(series.Values));
                }
            }
        }

        writer.Flush();
        return stream.ToArray();
    }

    public static RollingForecast From(byte[] bytes, string method, int origin, IReadOnlyList<HoldOutSplit> splits)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        string failure = reader.ReadString();
        string[] descriptions = new string[reader.ReadInt32()];
        for (int i = 0; i < descriptions.Length; i++)
        {
            descriptions[i] = reader.ReadString();
        }

        if (failure.Length > 0)
        {
            return new RollingForecast(method, origin, null, descriptions, new RemoteForecastException(failure));
        }

        TimeSeriesSet at = splits[origin].HeldOut;
        var quantiles = new TimeSeriesSet[ForecastDistribution.Probabilities.Count];
        for (int q = 0; q < quantiles.Length; q++)
        {
            quantiles[q] = at.WithSeries([.. at.Series.Select(x => x.WithValues(MemoryMarshal.Cast<byte, double>(reader.ReadBytes(x.Values.Length * sizeof(double)))))]);
        }

        return new RollingForecast(method, origin, new ForecastDistribution(quantiles), descriptions, null);
    }

    private sealed class RemoteForecastException(string problem) : NeuralOdeException(problem);
}
