using NeuralOde.Tensors;

namespace NeuralOde.Series.Tests.Fitting;

/// <summary>Series with a known law and noise.</summary>
internal static class SimulatedSeries
{
    /// <summary>x and v of a damped oscillator, x'' = −x − 0.2 x', at irregular times.</summary>
    public static TimeSeriesSet DampedOscillator(int count, double noise)
    {
        var random = new RandomSource(7);
        double[] times = new double[count];
        for (int i = 1; i < count; i++)
        {
            times[i] = times[i - 1] + 0.3 + (0.4 * random.NextUniform());
        }

        double[] deviates = random.Normal([2 * count], 0, noise, DType.Float64).ToDoubles();
        double[] values = new double[2 * count];
        for (int i = 0; i < count; i++)
        {
            (double x, double v) = Oscillator(times[i]);
            values[2 * i] = x + deviates[2 * i];
            values[(2 * i) + 1] = v + deviates[(2 * i) + 1];
        }

        return new TimeSeriesSet(["x", "v"], [new TimeSeries("", times, values)]);
    }

    /// <summary>The exact oscillator from x = 2, v = 0.</summary>
    public static (double X, double V) Oscillator(double t)
    {
        const double Damping = 0.1;
        double frequency = Math.Sqrt(1 - (Damping * Damping));
        double decay = 2 * Math.Exp(-Damping * t);
        return (
            decay * (Math.Cos(frequency * t) + (Damping / frequency * Math.Sin(frequency * t))),
            -decay / frequency * Math.Sin(frequency * t));
    }

    /// <summary>A drug's concentration after one dose, absorbed and cleared (one compartment), for several subjects of different absorption.</summary>
    public static TimeSeriesSet RiseAndFall(double noise)
    {
        double[] times = [0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 10, 12];
        double[] deviates = new RandomSource(3).Normal([4 * times.Length], 0, noise, DType.Float64).ToDoubles();
        return new TimeSeriesSet(
            ["conc"],
            [.. Enumerable.Range(0, 4).Select(k => new TimeSeries($"{k}", times, [.. times.Select((t, i) => Concentration(t, 1 + (0.3 * k)) + deviates[(k * times.Length) + i])]))],
            seriesName: "subject");

        static double Concentration(double t, double absorption) => 10 * absorption / (absorption - 0.2) * (Math.Exp(-0.2 * t) - Math.Exp(-absorption * t));
    }
}
