using NeuralOde.Equations.Language;

namespace NeuralOde.Equations.Fitting;

/// <summary>A number that a fit moves: a parameter, or its value in one series, on the scale on which it is searched.</summary>
/// <param name="Name">Name of the parameter.</param>
/// <param name="Parameter">Its index in the model.</param>
/// <param name="Series">Which series, or −1 where all share it.</param>
/// <param name="IsLogarithmic">Whether the coordinate is the parameter's logarithm.</param>
/// <param name="Lower">Lower bound of the coordinate.</param>
/// <param name="Upper">Upper bound of the coordinate.</param>
/// <param name="Prior">What is believed before the data.</param>
/// <param name="IsNoise">Whether it is a noise level that nobody named.</param>
internal sealed record Coordinate(string Name, int Parameter, int Series, bool IsLogarithmic, double Lower, double Upper, Prior? Prior, bool IsNoise)
{
    public static Coordinate Of(BoundModel model, int parameter, int series)
    {
        BoundParameter p = model.Parameters[parameter];
        bool isLogarithmic = p.IsLogarithmic;
        int variable = model.ParameterVariable(parameter);
        int level = Enumerable.Range(0, model.Observables.Count).FirstOrDefault(i => IsLevel(model.Observables[i], variable), -1);
        return new Coordinate(
            p.Name, parameter, series, isLogarithmic, isLogarithmic ? Math.Log(p.Lower) : p.Lower, isLogarithmic ? Math.Log(p.Upper) : p.Upper, p.Prior, p.IsImplicitNoise)
        {
            Level = level,
            IsWeight = p.IsWeight,
        };
    }

    /// <summary>Whether a parameter is the standard deviation (or coefficient of variation) itself.</summary>
    private static bool IsLevel(BoundObservable observable, int variable) => observable.Noise switch
    {
        NoiseKind.LeastSquares or NoiseKind.Normal or NoiseKind.LogNormal or NoiseKind.Proportional or NoiseKind.Combined => observable.Arguments[0].Variable == variable,
        NoiseKind.Student => observable.Arguments[1].Variable == variable,
        _ => false,
    };

    /// <summary>Whether it is a weight of an unknown term.</summary>
    public bool IsWeight { get; init; }

    /// <summary>The observable whose noise level this is, where residuals give it a start; −1 for others.</summary>
    public int Level { get; init; } = -1;

    /// <summary>The parameter's value.</summary>
    public double Natural(double coordinate) => IsLogarithmic ? Math.Exp(coordinate) : coordinate;

    /// <summary>∂parameter/∂coordinate.</summary>
    public double Slope(double coordinate) => IsLogarithmic ? Math.Exp(coordinate) : 1;

    public double FromNatural(double value) => IsLogarithmic ? Math.Log(value) : value;

    /// <summary>The negative logarithm of the prior's density, its derivative, and its curvature where that is not negative.</summary>
    public (double Value, double By, double Curvature) PriorTerm(double coordinate)
    {
        if (Prior is null)
        {
            return default;
        }

        double x = Natural(coordinate), slope = Slope(coordinate);
        double halfLog = 0.5 * Math.Log(2 * Math.PI);
        switch (Prior.Kind)
        {
            case PriorKind.LogNormal:
                double r = (Math.Log(x) - Prior.A) / Prior.B;
                return ((0.5 * r * r) + Math.Log(Prior.B) + Math.Log(x) + halfLog, ((r / Prior.B) + 1) / x * slope, 1 / (Prior.B * Prior.B * x * x) * slope * slope);
            case PriorKind.Exponential:
                return ((x / Prior.B) + Math.Log(Prior.B), slope / Prior.B, 0);
            default:
                double mean = Prior.Kind == PriorKind.Normal ? Prior.A : 0, q = (x - mean) / Prior.B;
                double constant = Math.Log(Prior.B) + halfLog - (Prior.Kind == PriorKind.HalfNormal ? Math.Log(2) : 0);
                return ((0.5 * q * q) + constant, q / Prior.B * slope, slope * slope / (Prior.B * Prior.B));
        }
    }
}
