using NeuralOde.Equations.Language;

namespace NeuralOde.Equations.Simulation;

/// <summary>An input as a function of time: values at given times, joined as the model says. Before the first time and after the last the end's value holds.</summary>
internal sealed class InputSignal
{
    private readonly double[] _curvatures;

    public InputSignal(double[] times, double[] values, Interpolation kind)
    {
        Times = times;
        Values = values;
        Kind = kind;
        _curvatures = kind == Interpolation.Cubic ? Spline(times, values) : [];
    }

    public double[] Times { get; }

    public double[] Values { get; }

    public Interpolation Kind { get; }

    public double At(double t)
    {
        int i = Array.BinarySearch(Times, t);
        i = i >= 0 ? i : ~i - 1;
        if (i < 0 || i >= Times.Length - 1)
        {
            return Values[i < 0 ? 0 : ^1];
        }

        if (Kind == Interpolation.Constant)
        {
            return Values[i];
        }

        double h = Times[i + 1] - Times[i], b = (t - Times[i]) / h, a = 1 - b, line = (a * Values[i]) + (b * Values[i + 1]);
        return Kind == Interpolation.Linear
            ? line
            : line + (((((a * a * a) - a) * _curvatures[i]) + (((b * b * b) - b) * _curvatures[i + 1])) * h * h / 6);
    }

    /// <summary>Second derivatives of the natural cubic spline, by the tridiagonal system of its smoothness.</summary>
    private static double[] Spline(double[] x, double[] y)
    {
        int n = x.Length;
        double[] second = new double[n], upper = new double[n];
        for (int i = 1; i < n - 1; i++)
        {
            double share = (x[i] - x[i - 1]) / (x[i + 1] - x[i - 1]), pivot = (share * second[i - 1]) + 2;
            double slopes = ((y[i + 1] - y[i]) / (x[i + 1] - x[i])) - ((y[i] - y[i - 1]) / (x[i] - x[i - 1]));
            second[i] = (share - 1) / pivot;
            upper[i] = ((6 * slopes / (x[i + 1] - x[i - 1])) - (share * upper[i - 1])) / pivot;
        }

        second[^1] = 0;
        for (int i = n - 2; i >= 0; i--)
        {
            second[i] = i == 0 ? 0 : (second[i] * second[i + 1]) + upper[i];
        }

        return second;
    }
}
