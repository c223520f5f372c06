namespace NeuralOde.Series.Forecasting.Components;

/// <summary>A map from natural values to those that a model forecasts: monotone, so that quantiles stay quantiles, and its inverse keeps bounds.</summary>
internal abstract class ValueTransform
{
    public abstract string Name { get; }

    public abstract double Forward(double value);

    public abstract double Inverse(double value);

    /// <summary>The logarithm of the derivative of <see cref="Forward"/>: what makes likelihoods of different transforms comparable.</summary>
    public abstract double LogDerivative(double value);

    /// <summary>The transforms that fit a component's range.</summary>
    public static IReadOnlyList<ValueTransform> For(ComponentData data)
    {
        double least = double.PositiveInfinity, sum = 0;
        int count = 0;
        foreach (ComponentSeries series in data.Series)
        {
            foreach (double value in series.Values)
            {
                least = Math.Min(least, value - data.Low);
                sum += Math.Abs(value);
                count++;
            }
        }

        if (double.IsFinite(data.Low) && double.IsFinite(data.High))
        {
            return [new Within(data.Low, data.High)];
        }

        if (data.Low != 0)
        {
            return [new Identity(data.Low, data.High)];
        }

        return sum <= 0 ? [new Identity(0, data.High)] : least > 0 ? [new Softplus(Math.Min(least, sum / count / 4)), new SquareRoot(), new Logarithm(0)]
            : [new Identity(0, data.High), new SquareRoot(), new Logarithm(Smallest(data) / 2)];
    }

    /// <summary>The transform of a name among those that fit a component's range.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static ValueTransform Named(ComponentData data, string name) => For(data).FirstOrDefault(x => x.Name == name) ?? throw ComponentState.Wrong("transform");

    private static double Smallest(ComponentData data) => data.Series.SelectMany(static x => x.Values).Where(static x => x > 0).Min();

    private sealed class Identity(double low, double high) : ValueTransform
    {
        public override string Name => "none";

        public override double Forward(double value) => value;

        public override double Inverse(double value) => Math.Clamp(value, low, high);

        public override double LogDerivative(double value) => 0;
    }

    /// <summary>The logarithm of the value and a shift, which is above 0 where there are zeros.</summary>
    private sealed class Logarithm(double shift) : ValueTransform
    {
        public override string Name => "logarithm";

        public override double Forward(double value) => Math.Log(value + shift);

        // Beyond e^700 there are no numbers.
        public override double Inverse(double value) => Math.Max(0, Math.Exp(Math.Min(value, 700)) - shift);

        public override double LogDerivative(double value) => -Math.Log(value + shift);
    }

    private sealed class SquareRoot : ValueTransform
    {
        public override string Name => "square root";

        public override double Forward(double value) => Math.Sqrt(value);

        public override double Inverse(double value) => value > 0 ? value * value : 0;

        public override double LogDerivative(double value) => -Math.Log(2) - (Math.Log(Math.Max(value, 1e-300)) / 2);
    }

    /// <summary>y = s log(1 + e^(x/s)): nearly x above the scale s, and positive everywhere.</summary>
    private sealed class Softplus(double scale) : ValueTransform
    {
        public override string Name => "softplus";

        public override double Forward(double value) => value > 36 * scale ? value : scale * Math.Log(double.ExpM1(value / scale));

        public override double Inverse(double value) => value > 36 * scale ? value : scale * double.LogP1(Math.Exp(value / scale));

        public override double LogDerivative(double value) => -Math.Log(-double.ExpM1(-value / scale));
    }

    /// <summary>The logit of the share of the way from the lower to the upper bound. Values on a bound count as a thousandth of the way from it.</summary>
    private sealed class Within(double low, double high) : ValueTransform
    {
        public override string Name => "logit";

        public override double Forward(double value)
        {
            double share = Math.Clamp((value - low) / (high - low), 1e-3, 1 - 1e-3);
            return Math.Log(share / (1 - share));
        }

        public override double Inverse(double value) => low + ((high - low) / (1 + Math.Exp(-value)));

        public override double LogDerivative(double value) => 0;
    }
}
