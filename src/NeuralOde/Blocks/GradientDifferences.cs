namespace NeuralOde.Blocks;

/// <summary>Derivatives of a loss through a solve along random directions, by central differences of fourth order.</summary>
internal sealed class GradientDifferences
{
    private const double GoodEnough = 1e-5;

    private readonly OdeBlock _ode;
    private readonly double[] _times;
    private readonly Func<Tensor, Tensor> _loss;
    private readonly Tensor _z0;
    private readonly double _step;
    private readonly (double[] Direction, double Derivative)[] _initial;
    private readonly (double[] Direction, double Derivative)[] _parameters;

    public GradientDifferences(OdeBlock ode, Tensor z0, double[] times, Func<Tensor, Tensor> loss, GradientCheckOptions options)
    {
        bool isSingle = z0.DType == DType.Float32;
        _ode = new OdeBlock(ode.Field) { Solver = ode.Solver, Steps = Tight(ode.Steps, isSingle) };
        (_z0, _times, _loss) = (z0, times, loss);

        // The difference's own error goes with the fourth power of the step, that of rounding and of the steps' choice with its inverse.
        _step = isSingle ? 3e-2 : 1e-3;
        Parameters = [.. ode.Parameters.Where(static x => x.IsTrainable)];
        var random = new RandomSource(options.Seed);
        double[] state = z0.ToDoubles(), parameters = [.. Parameters.SelectMany(static x => x.ToDoubles())];
        _initial = [.. Enumerable.Range(0, options.Directions).Select(_ => Derivative(random, state, AtState))];
        _parameters = parameters.Length == 0 ? [] : [.. Enumerable.Range(0, options.Directions).Select(_ => Derivative(random, parameters, AtParameters))];
        SetParameters(parameters);
    }

    private static ReadOnlySpan<double> Factors => [1, 30, 1.0 / 30, 300];

    /// <summary>The parameters, in the order of their gradients.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>How far differences with a step and with half of it are apart, relative to the largest derivative.</summary>
    public double Error { get; private set; }

    public double InitialError(double[] gradient) => RelativeError(_initial, gradient);

    public double ParameterError(double[] gradient) => RelativeError(_parameters, gradient);

    private static double RelativeError((double[] Direction, double Derivative)[] derivatives, double[] gradient)
    {
        double largest = derivatives.Select(static x => Math.Abs(x.Derivative)).DefaultIfEmpty(0).Max();
        double error = derivatives.Select(x => Math.Abs(x.Direction.Zip(gradient, static (d, g) => d * g).Sum() - x.Derivative)).DefaultIfEmpty(0).Max();
        return error == 0 ? 0 : error / largest;
    }

    /// <summary>Steps that resolve the solution far better than those of the gradient do.</summary>
    private static StepSizeControl Tight(StepSizeControl steps, bool isSingle)
    {
        if (steps is not AdaptiveSteps x)
        {
            return steps;
        }

        double least = isSingle ? 1e-6 : 1e-12;
        return x with
        {
            RelativeTolerance = Math.Max(least, 1e-5 * x.RelativeTolerance),
            AbsoluteTolerance = Math.Max(1e-2 * least, 1e-5 * x.AbsoluteTolerance),
            AbsoluteTolerances = null,
            MaxSteps = Math.Max(x.MaxSteps, 300_000),
        };
    }

    private (double[] Direction, double Derivative) Derivative(RandomSource random, double[] point, Func<double[], double> loss)
    {
        // Each component moves in proportion to its size, or to that of the others.
        double typical = Math.Max(1e-3, Math.Sqrt(point.Sum(static x => x * x) / point.Length));
        double[] direction = [.. random.Normal([point.Length], dtype: DType.Float64).ToDoubles().Zip(point, (d, x) => d * Math.Max(typical, Math.Abs(x)))];

        // Where the loss hardly moves, rounding hides its derivative, and a larger step shows it; where it bends sharply, as in chaos, a smaller one does.
        double derivative = 0, error = double.PositiveInfinity;
        foreach (double factor in Factors)
        {
            if (error <= GoodEnough)
            {
                break;
            }

            double step = factor * _step;
            double coarse = Difference(step), fine = Difference(step / 2);
            double apart = coarse == fine ? 0 : Math.Abs(coarse - fine) / Math.Max(Math.Abs(fine), double.Epsilon);
            (derivative, error) = apart < error ? (fine, apart) : (derivative, error);
        }

        Error = Math.Max(Error, error);
        return (direction, derivative);

        double Difference(double h) => ((8 * (At(h) - At(-h))) - (At(2 * h) - At(-2 * h))) / (12 * h);
        double At(double h) => loss([.. point.Zip(direction, (x, d) => x + (h * d))]);
    }

    private double AtState(double[] state) => Loss(
        _z0.DType == DType.Float32 ? Tensor.From(Array.ConvertAll(state, static x => (float)x), _z0.Shape) : Tensor.From(state, _z0.Shape));

    private double AtParameters(double[] values)
    {
        SetParameters(values);
        return Loss(_z0);
    }

    private double Loss(Tensor z0)
    {
        using IDisposable scope = GradientMode.Disable();
        try
        {
            return _loss(_ode.Forward(z0, _times)).ToScalar();
        }
        catch (OdeSolveException)
        {
            // So far away there is no solution: another step will tell.
            return double.NaN;
        }
    }

    private void SetParameters(double[] values)
    {
        int start = 0;
        foreach (Parameter parameter in Parameters)
        {
            ReadOnlySpan<double> part = values.AsSpan(start, parameter.ElementCount);
            if (parameter.DType == DType.Float32)
            {
                parameter.SetValues<float>(Array.ConvertAll(part.ToArray(), static x => (float)x));
            }
            else
            {
                parameter.SetValues(part);
            }

            start += parameter.ElementCount;
        }
    }
}
