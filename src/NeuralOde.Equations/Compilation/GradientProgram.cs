using NeuralOde.Equations.Symbolics;

namespace NeuralOde.Equations.Compilation;

/// <summary>A partial derivative that is not zero everywhere.</summary>
/// <param name="Root">Which expression.</param>
/// <param name="Variable">By which of the chosen variables, counted from 0.</param>
/// <param name="Register">Where its value is.</param>
internal readonly record struct PartialDerivative(int Root, int Variable, int Register);

/// <summary>Expressions and their exact partial derivatives by chosen variables, computed together; derivatives that are zero everywhere are left out.</summary>
internal sealed class GradientProgram
{
    public GradientProgram(TermPool pool, IReadOnlyList<Term> roots, IReadOnlyList<int> by, int variables, Func<int, bool> isSteady)
    {
        List<Term> all = [.. roots];
        List<(int Root, int Variable)> places = [];
        for (int i = 0; i < roots.Count; i++)
        {
            for (int k = 0; k < by.Count; k++)
            {
                Term derivative = pool.VariablesOf(roots[i]).Contains(by[k]) ? pool.Derivative(roots[i], by[k]) : pool.Zero;
                if (!derivative.Is(0))
                {
                    all.Add(derivative);
                    places.Add((i, k));
                }
            }
        }

        Program = new RegisterProgram(pool, all, variables, isSteady);
        Values = [.. Program.Roots[..roots.Count]];
        Derivatives = new PartialDerivative[places.Count];
        for (int i = 0; i < places.Count; i++)
        {
            Derivatives[i] = new PartialDerivative(places[i].Root, places[i].Variable, Program.Roots[roots.Count + i]);
        }
    }

    public RegisterProgram Program { get; }

    /// <summary>The register of each expression.</summary>
    public int[] Values { get; }

    /// <summary>The partial derivatives, by expression and then by variable.</summary>
    public PartialDerivative[] Derivatives { get; }
}
