namespace NeuralOde.Solvers;

/// <summary>The 5(4) pair of Dormand and Prince.</summary>
/// <remarks>
/// Order 5 · embedded order 4 · 7 stages, the last shared with the next step · dense output: quartic, order 4, once continuously differentiable ·
/// J. R. Dormand, P. J. Prince, "A family of embedded Runge–Kutta formulae", <i>Journal of Computational and Applied Mathematics</i> 6 (1980);
/// dense output: L. F. Shampine, "Some practical Runge–Kutta formulas", <i>Mathematics of Computation</i> 46 (1986), with the parameters that
/// Hairer, Nørsett, Wanner I, II.6 recommend. What MATLAB's ode45, SciPy's RK45 and torchdiffeq use.
/// </remarks>
public sealed class Dopri5() : ExplicitRungeKutta("dopri5", s_coefficients)
{
    private static readonly ButcherTableau s_coefficients = new(
        order: 5,
        a:
        [
            [],
            [1.0 / 5],
            [3.0 / 40, 9.0 / 40],
            [44.0 / 45, -56.0 / 15, 32.0 / 9],
            [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
            [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
            [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
        ],
        b: [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0],
        c: [0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1],
        denseOrder: 4,
        dense:
        [
            [1, -8048581381.0 / 2820520608, 8663915743.0 / 2820520608, -12715105075.0 / 11282082432],
            [],
            [0, 131558114200.0 / 32700410799, -68118460800.0 / 10900136933, 87487479700.0 / 32700410799],
            [0, -1754552775.0 / 470086768, 14199869525.0 / 1410260304, -10690763975.0 / 1880347072],
            [0, 127303824393.0 / 49829197408, -318862633887.0 / 49829197408, 701980252875.0 / 199316789632],
            [0, -282668133.0 / 205662961, 2019193451.0 / 616988883, -1453857185.0 / 822651844],
            [0, 40617522.0 / 29380423, -110615467.0 / 29380423, 69997945.0 / 29380423],
        ],
        embeddedOrder: 4,
        errorWeights: [71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40]);
}
