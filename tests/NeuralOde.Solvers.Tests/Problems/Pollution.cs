namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>Air pollution, twenty species and twenty-five reactions: J. G. Verwer, "Gauss-Seidel iteration for stiff ODEs from chemical kinetics" (1994).</summary>
/// <remarks>s_reactions and reference values: the Test Set for IVP Solvers (F. Mazzia, C. Magherini, Bari), by RADAU5 in quadruple precision at a tolerance of 1.1e-18.</remarks>
internal sealed class Pollution() : StiffProblem(
    "pollution",
    [0, 0.2, 0, 0.04, 0, 0, 0.1, 0.3, 0.01, 0, 0, 0, 0, 0, 0, 0, 0.007, 0, 0, 0],
    60,
    [
        0.5646255480022769e-1, 0.1342484130422339, 0.4139734331099427e-8, 0.5523140207484359e-2,
        0.2018977262302196e-6, 0.1464541863493966e-6, 0.7784249118997964e-1, 0.3245075353396018,
        0.7494013383880406e-2, 0.1622293157301561e-7, 0.1135863833257075e-7, 0.2230505975721359e-2,
        0.2087162882798630e-3, 0.1396921016840158e-4, 0.8964884856898295e-2, 0.4352846369330103e-17,
        0.6899219696263405e-2, 0.1007803037365946e-3, 0.1772146513969984e-5, 0.5682943292316392e-4,
    ],
    1e-4)
{
    // A rate is a constant times one or two concentrations; it takes from species and gives to others, twice where one is listed twice.
    private static readonly Reaction[] s_reactions =
    [
        new(0.35, [0], [0], [1, 2]),
        new(26.6, [1, 3], [1, 3], [0]),
        new(1.23e4, [4, 1], [1, 4], [0, 5]),
        new(8.6e-4, [6], [6], [4, 4, 7]),
        new(8.2e-4, [6], [6], [7]),
        new(1.5e4, [6, 5], [5, 6], [4, 7]),
        new(1.3e-4, [8], [8], [4, 7, 9]),
        new(2.4e4, [8, 5], [5, 8], [10]),
        new(1.65e4, [10, 1], [1, 10], [0, 9, 11]),
        new(9e3, [10, 0], [0, 10], [12]),
        new(0.022, [12], [12], [0, 10]),
        new(1.2e4, [9, 1], [1, 9], [0, 13]),
        new(1.88, [13], [13], [4, 6]),
        new(1.63e4, [0, 5], [0, 5], [14]),
        new(4.8e6, [2], [2], [3]),
        new(3.5e-4, [3], [3], [15]),
        new(0.0175, [3], [3], [2]),
        new(1e8, [15], [15], [5, 5]),
        new(4.44e11, [15], [15], [2]),
        new(1.24e3, [16, 5], [5, 16], [4, 17]),
        new(2.1, [18], [18], [1]),
        new(5.78, [18], [18], [0, 2]),
        new(0.0474, [0, 3], [0, 3], [18]),
        new(1.78e3, [18, 0], [0, 18], [19]),
        new(3.12, [19], [19], [0, 18]),
    ];

    public override void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        dz.Clear();
        foreach (Reaction reaction in s_reactions)
        {
            double rate = reaction.Constant;
            foreach (int i in reaction.Reactants)
            {
                rate *= z[i];
            }

            foreach (int i in reaction.Loses)
            {
                dz[i] -= rate;
            }

            foreach (int i in reaction.Gains)
            {
                dz[i] += rate;
            }
        }
    }

    public override void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination)
    {
        Span<double> j = destination.Values;
        foreach (Reaction reaction in s_reactions)
        {
            for (int place = 0; place < reaction.Reactants.Length; place++)
            {
                double slope = reaction.Constant * (reaction.Reactants.Length == 2 ? z[reaction.Reactants[1 - place]] : 1);
                int column = reaction.Reactants[place];
                foreach (int i in reaction.Loses)
                {
                    j[(i * 20) + column] -= slope;
                }

                foreach (int i in reaction.Gains)
                {
                    j[(i * 20) + column] += slope;
                }
            }
        }
    }

    private sealed record Reaction(double Constant, int[] Reactants, int[] Loses, int[] Gains);
}
