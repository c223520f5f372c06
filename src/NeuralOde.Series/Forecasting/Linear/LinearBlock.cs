namespace NeuralOde.Series.Forecasting.Linear;

/// <summary>
/// One or two states of a linear stochastic differential equation, with the exact transition over any time and the covariance of the noise that comes in meanwhile.
/// Variances are in units of the observations' noise. The first state of a block is what is observed.
/// </summary>
internal readonly struct LinearBlock
{
    private readonly Kind _kind;
    private readonly double _first;
    private readonly double _second;
    private readonly double _third;

    private LinearBlock(Kind kind, double first, double second = 0, double third = 0) => (_kind, _first, _second, _third) = (kind, first, second, third);

    private enum Kind
    {
        Walk,
        Slope,
        Rotation,
        Alternation,
        Cycle,
        Autoregression,
    }

    /// <summary>The number of states.</summary>
    public int Size => _kind is Kind.Walk or Kind.Alternation or Kind.Autoregression ? 1 : 2;

    /// <summary>The variance of each state at the start, where it is not known: 0 for those whose start is a coefficient.</summary>
    public double StartVariance => _kind is Kind.Cycle or Kind.Autoregression ? _first : 0;

    /// <summary>A random walk.</summary>
    public static LinearBlock Walk(double variance) => new(Kind.Walk, variance);

    /// <summary>A level that is a random walk and the integral of a velocity, which fades at a rate.</summary>
    public static LinearBlock Slope(double levelVariance, double slopeVariance, double rate) => new(Kind.Slope, levelVariance, slopeVariance, rate);

    /// <summary>A cosine and a sine whose amplitudes are random walks.</summary>
    public static LinearBlock Rotation(double variance, double frequency) => new(Kind.Rotation, variance, frequency);

    /// <summary>A value that changes its sign from step to step, with an amplitude that is a random walk.</summary>
    public static LinearBlock Alternation(double variance, double frequency) => new(Kind.Alternation, variance, frequency);

    /// <summary>A stationary oscillation that forgets its phase.</summary>
    public static LinearBlock Cycle(double variance, double rate, double frequency) => new(Kind.Cycle, variance, rate, frequency);

    /// <summary>An Ornstein-Uhlenbeck process: a stationary autoregression of first order.</summary>
    public static LinearBlock Autoregression(double variance, double rate) => new(Kind.Autoregression, variance, rate);

    /// <summary>The transition over a time, and the covariance of the noise.</summary>
    /// <param name="gap">The time, above 0.</param>
    /// <param name="transition">Destination, of the shape <c>[2, 2]</c>.</param>
    /// <param name="noise">Destination: the entries 00, 01 and 11.</param>
    public void Step(double gap, Span<double> transition, Span<double> noise)
    {
        transition.Clear();
        noise.Clear();
        switch (_kind)
        {
            case Kind.Walk:
                transition[0] = 1;
                noise[0] = _first * gap;
                break;
            case Kind.Alternation:
                transition[0] = Math.Cos(_second * gap);
                noise[0] = _first * gap;
                break;
            case Kind.Autoregression:
                transition[0] = Math.Exp(-_second * gap);
                noise[0] = -_first * double.ExpM1(-2 * _second * gap);
                break;
            case Kind.Rotation:
                Rotate(_second * gap, 1, transition);
                noise[0] = noise[2] = _first * gap;
                break;
            case Kind.Cycle:
                Rotate(_third * gap, Math.Exp(-_second * gap), transition);
                noise[0] = noise[2] = -_first * double.ExpM1(-2 * _second * gap);
                break;
            default:
                SlopeStep(gap, transition, noise);
                break;
        }
    }

    private static void Rotate(double angle, double factor, Span<double> transition)
    {
        (double sine, double cosine) = Math.SinCos(angle);
        transition[0] = transition[3] = factor * cosine;
        transition[1] = factor * sine;
        transition[2] = -factor * sine;
    }

    /// <summary>dv = -λ v dt + dW, and the level is the integral of v. Integrals of products of (1 - e^(-λs))/λ and e^(-λs).</summary>
    private void SlopeStep(double gap, Span<double> transition, Span<double> noise)
    {
        double x = _third * gap;
        transition[0] = 1;
        if (x < 1e-3)
        {
            // Series in x, whose closed forms cancel: the local linear trend to leading order, with relative errors below x²/10.
            transition[1] = gap * (1 - (x / 2));
            transition[3] = Math.Exp(-x);
            noise[0] = _second * gap * gap * gap * ((1.0 / 3) - (x / 4));
            noise[1] = _second * gap * gap * (0.5 - (x / 2));
            noise[2] = _second * gap * (1 - x);
        }
        else
        {
            double fade = Math.Exp(-x), left = -double.ExpM1(-x);
            transition[1] = left / _third;
            transition[3] = fade;
            noise[0] = _second / (_third * _third * _third) * (x - (2 * left) + (-double.ExpM1(-2 * x) / 2));
            noise[1] = _second / (2 * _third * _third) * left * left;
            noise[2] = _second / (2 * _third) * -double.ExpM1(-2 * x);
        }

        noise[0] += _first * gap;
    }
}
