namespace NeuralOde.Equations.Tests.Language;

/// <summary>Models that use everything that the language has.</summary>
internal static class ModelTexts
{
    public const string HareLynx = """
        # Lotka and Volterra
        Hare' =  a*Hare - b*Hare*Lynx
        dLynx/dt = -c*Lynx + d*Hare*Lynx
        a = 0.5 > 0
        b = 0.03 > 0 ~ normal(0.05, 0.05)
        c = 0.8 > 0
        d = 0.02 in [0, 1]
        Hare(0) = 30 > 0
        Lynx(0) = 4 > 0
        observe Hare, Lynx: lognormal
        """;

    public const string Doses = """
        d/dt(depot) = -ka*depot     // absorbed
        C' = ka*depot/V - CL/V*C + leak*step(t - 5) ; rest' = -rest
        CL = TVCL*(WT/70)^0.75
        TVCL = 2.5 > 0 per series
        V = 30 > 0 ~ lognormal(log(30), 0.5)
        ka = 1 in (0.01, 10)
        tlag = 0.5 > 0
        F = 0.9 fixed
        leak = -1e-3
        covariate WT = 70, AGE
        input u: constant
        dose AMT -> depot lag tlag bioavailability F
        dose 10*F -> C at 2 every 24 times 3 duration 0.5
        dose 5 -> rest every 12 steady
        rest(0) = u0*2
        u0 = 3 fixed
        when C > 3: C = C/2, rest = rest + u
        observe conc = C, rest: combined(0.1, cv) below 0.05 weight WT/70
        cv = 0.2 > 0
        start -1
        """;

    public const string Algebraic = """
        x' = -0.04*x + 1e4*y*z
        y' = 0.04*x - 1e4*y*z - 3e7*y^2
        0 = x + y + z - 1
        x(0) = 1 fixed
        z(0) = 0 fixed
        q = if(x > 0.5 and not (y >= 1), min(x, y, z), max(abs(x), hill(y, 0.5, 2)) + sigmoid(-x)^-2)
        observe q
        """;

    public const string Unknown = """
        x' = a*x + unknown(x, y)
        y' = -y + q
        q = 2*unknown(y, t/10, hidden: 2)
        a = 1.3 > 0
        observe x
        """;

    public static string[] All => [HareLynx, Doses, Algebraic, Unknown];
}
