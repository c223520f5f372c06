namespace NeuralOde.Equations.Tests.Fitting;

/// <summary>The models of the reference fits.</summary>
internal static class ReferenceModels
{
    public const string HareLynx = """
        Hare' =  a*Hare - b*Hare*Lynx
        Lynx' = -c*Lynx + d*Hare*Lynx
        a = 0.5 > 0
        b = 0.03 > 0
        c = 0.8 > 0
        d = 0.02 > 0
        Hare(0) = 30 > 0
        Lynx(0) = 4 > 0
        observe Hare, Lynx: lognormal
        """;

    public const string HareLynxWithPriors = """
        Hare' =  a*Hare - b*Hare*Lynx
        Lynx' = -c*Lynx + d*Hare*Lynx
        a = 0.5 > 0 ~ normal(1, 0.5)
        b = 0.03 > 0 ~ normal(0.05, 0.05)
        c = 0.8 > 0 ~ normal(1, 0.5)
        d = 0.02 > 0 ~ normal(0.05, 0.05)
        Hare(0) = 30 > 0 ~ lognormal(log(10), 1)
        Lynx(0) = 4 > 0 ~ lognormal(log(10), 1)
        s1 = 0.3 > 0 ~ lognormal(-1, 1)
        s2 = 0.3 > 0 ~ lognormal(-1, 1)
        observe Hare: lognormal(s1)
        observe Lynx: lognormal(s2)
        """;

    public const string Influenza = """
        S' = -beta*S*I/N
        I' = beta*S*I/N - gamma*I
        N = 763 fixed
        S(0) = 762 fixed
        I(0) = 1 fixed
        beta = 2 > 0
        gamma = 0.5 > 0
        start -1
        observe in_bed = I
        """;

    public const string Theophylline = """
        depot' = -ka*depot
        C' = ka*depot*ke/Cl - ke*C
        ka = exp(lKa)
        ke = exp(lKe)
        Cl = exp(lCl)
        lKa = 0.5 per series
        lKe = -2.5 per series
        lCl = -3.2 per series
        covariate Dose
        depot(0) = Dose + 0
        observe Concentration = C
        """;

    public const string MichaelisMenten = """
        A' = -ka*A
        C' = ka*A/V - Vm/V*C/(Km + C)
        V = 2 fixed
        ka = 1 > 0
        Km = 1 > 0
        Vm = 1 > 0
        dose 30 -> A at 0
        start 0
        observe concentration = C: lognormal
        """;

    public const string Boehm = """
        A' = -2*e*A^2 - e*A*B + r*(2*kx*nAA + kxh*nAB)
        B' = -2*e*B^2 - e*A*B + r*(2*kx*nBB + kxh*nAB)
        AB' = e*A*B - kmh*AB
        AA' = e*A^2 - km*AA
        BB' = e*B^2 - km*BB
        nAB' = kmh*AB/r - kxh*nAB
        nAA' = km*AA/r - kx*nAA
        nBB' = km*BB/r - kx*nBB
        A(0) = 207.6*0.693 + 0
        B(0) = 207.6*0.307 + 0
        e = 1.25e-7*exp(-d*t)*k_phos
        r = 0.45/1.4
        g = 0.107 fixed
        d = 0.03 in [1e-5, 1e5]
        kx = 0.01 in [1e-5, 1e5]
        kxh = 0.01 in [1e-5, 1e5]
        km = 1000 in [1e-5, 1e5]
        kmh = 0.1 in [1e-5, 1e5]
        k_phos = 1e4 in [1e-5, 1e5]
        sA = 1 in [1e-5, 1e5]
        sB = 1 in [1e-5, 1e5]
        sR = 1 in [1e-5, 1e5]
        observe pSTAT5A_rel = 100*(AB + 2*g*AA)/(AB + g*A + 2*g*AA): normal(sA)
        observe pSTAT5B_rel = 100*(AB + 2*(1 - g)*BB)/(AB + (1 - g)*B + 2*(1 - g)*BB): normal(sB)
        observe rSTAT5A_rel = 100*(AB + g*A + 2*g*AA)/(2*AB + g*A + 2*g*AA + (1 - g)*B + 2*(1 - g)*BB): normal(sR)
        """;
}
