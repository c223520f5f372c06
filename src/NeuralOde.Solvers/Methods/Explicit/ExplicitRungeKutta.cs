using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>An explicit Runge–Kutta method: a name and a <see cref="ButcherTableau"/>.</summary>
public class ExplicitRungeKutta : OdeSolver
{
    /// <summary>Makes the method of a tableau.</summary>
    /// <param name="name">Short name, for messages and reports.</param>
    /// <param name="tableau">Coefficients.</param>
    public ExplicitRungeKutta(string name, ButcherTableau tableau)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(tableau);
        if (!tableau.IsExplicit)
        {
            throw new ArgumentException("The tableau has entries on its diagonal or above it; an explicit method has none.", nameof(tableau));
        }

        Tableau = tableau;
    }

    /// <summary>Coefficients.</summary>
    public ButcherTableau Tableau { get; }

    /// <inheritdoc/>
    public override int Order => Tableau.Order;

    /// <inheritdoc/>
    public override int? EmbeddedOrder => Tableau.EmbeddedOrder;

    /// <inheritdoc/>
    public override int DenseOrder => Tableau.DenseOrder;

    /// <inheritdoc/>
    public override int StageCount => Tableau.StageCount;

    internal override RestLimits? RestLimits(double tolerance)
    {
        // A growth of a thousandth a step is too slow to matter; many methods are nowhere quite stable on oscillations.
        const double Growth = 1e-3;
        double within = Math.Clamp(tolerance, 1e-13, Growth);
        return new RestLimits(
            Largest(x => Miss(new Complex(-x, 0)) <= within && Miss(new Complex(0, x)) <= within && Miss(new Complex(x, 0)) <= within),
            Largest(x => Complex.Abs(Tableau.Stability(new Complex(-x, 0))) <= 1 + Growth),
            Largest(x => Complex.Abs(Tableau.Stability(new Complex(0, x))) <= 1 + Growth));

        double Miss(Complex z) => Complex.Abs((Tableau.Stability(z) / Complex.Exp(z)) - 1);

        static double Largest(Func<double, bool> isWithin)
        {
            const double Ratio = 1.03;
            double limit = 1e-3;
            while (limit < 10 && isWithin(limit * Ratio))
            {
                limit *= Ratio;
            }

            return limit;
        }
    }

    internal override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength)
        => new RungeKuttaStepper<T>(Tableau, stateLength, quadratureLength);
}
