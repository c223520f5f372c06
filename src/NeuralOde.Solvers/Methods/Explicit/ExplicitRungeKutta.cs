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

    internal override double RestLimit(double tolerance)
    {
        // Loose tolerances must not let the amplification of oscillations pass.
        double within = Math.Clamp(tolerance, 1e-13, 1e-3);
        const double Growth = 1.03;
        double limit = 1e-3;
        while (limit < 10 && IsWithin(limit * Growth))
        {
            limit *= Growth;
        }

        return limit;

        bool IsWithin(double x) => Miss(new Complex(-x, 0)) <= within && Miss(new Complex(0, x)) <= within && Miss(new Complex(x, 0)) <= within;

        double Miss(Complex z) => Complex.Abs((Tableau.Stability(z) / Complex.Exp(z)) - 1);
    }

    internal override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength)
        => new RungeKuttaStepper<T>(Tableau, stateLength, quadratureLength);
}
