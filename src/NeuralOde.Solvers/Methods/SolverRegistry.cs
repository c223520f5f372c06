using System.Diagnostics.CodeAnalysis;

namespace NeuralOde.Solvers;

/// <summary>The methods that are known by name: the one place that lists them.</summary>
internal static class SolverRegistry
{
    // A delegate rather than an instance, so that naming the methods does not build every tableau.
    private static readonly (string Name, Func<OdeSolver> Create)[] s_entries =
    [
        ("euler", () => new Euler()),
        ("midpoint", () => new Midpoint()),
        ("heun", () => new Heun()),
        ("rk4", () => new RungeKutta4()),
        ("rk38", () => new RungeKutta38()),
        ("ab2", () => new AdamsBashforth(2)),
        ("ab3", () => new AdamsBashforth(3)),
        ("ab4", () => new AdamsBashforth(4)),
        ("adams", () => new Adams()),
        ("bdf", () => new Bdf()),
        ("bosh3", () => new Bosh3()),
        ("dopri5", () => new Dopri5()),
        ("tsit5", () => new Tsit5()),
        ("gauss4", () => new GaussLegendre4()),
        ("gauss6", () => new GaussLegendre6()),
        ("implicit-euler", () => new ImplicitEuler()),
        ("kencarp3", () => new KenCarp3()),
        ("kencarp4", () => new KenCarp4()),
        ("kencarp5", () => new KenCarp5()),
        ("kvaerno3", () => new Kvaerno3()),
        ("kvaerno4", () => new Kvaerno4()),
        ("kvaerno5", () => new Kvaerno5()),
        ("radau5", () => new RadauIIA5()),
        ("rodas5p", () => new Rodas5P()),
        ("sdirk2", () => new Sdirk2()),
        ("tr-bdf2", () => new TrBdf2()),
        ("trapezoid", () => new Trapezoid()),

        ("auto", () => new Auto()),

        // explicit Runge-Kutta
        ("dopri8", () => new Dopri8()),
        ("fehlberg2", () => new Fehlberg2()),
        ("heun3", () => new Heun3()),
        ("ralston", () => new Ralston()),
        ("vern7", () => new Vern7()),
        ("vern9", () => new Vern9()),
        ("doubled-euler", () => new StepDoubling(new Euler())),
        ("doubled-rk4", () => new StepDoubling(new RungeKutta4())),

        // multistep with fixed steps
        ("ab1", () => new AdamsBashforth(1)),
        ("ab5", () => new AdamsBashforth(5)),
        ("abm2", () => new AdamsBashforthMoulton(2)),
        ("abm3", () => new AdamsBashforthMoulton(3)),
        ("abm4", () => new AdamsBashforthMoulton(4)),
        ("abm5", () => new AdamsBashforthMoulton(5)),

        // reversible
        ("alf", () => new AsynchronousLeapfrog()),
        ("leapfrog", () => new LeapfrogMidpoint()),
        ("reversible-heun", () => new ReversibleHeun()),

        // symplectic, for positions and velocities
        ("semi-implicit-euler", () => new SemiImplicitEuler()),
        ("verlet", () => new VelocityVerlet()),
        ("yoshida4", () => new Yoshida4()),
        ("yoshida6", () => new Yoshida6()),
    ];

    public static IReadOnlyList<string> Names { get; } = Array.AsReadOnly(Array.ConvertAll(s_entries, static entry => entry.Name));

    public static bool TryCreate(string name, [NotNullWhen(true)] out OdeSolver? solver)
    {
        int index = Array.FindIndex(s_entries, entry => string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase));
        solver = index < 0 ? null : s_entries[index].Create();
        return solver is not null;
    }
}
