namespace NeuralOde.Equations.Language;

/// <summary>What is asked of an unknown term: its size, its sign, and in which arguments it rises or falls.</summary>
/// <param name="Hidden">Number of hidden units.</param>
/// <param name="Sign">1 or −1 where the term has this sign everywhere; 0 where it may have any.</param>
/// <param name="Directions">For each argument 1 where the term rises with it, −1 where it falls, 0 where it may do both.</param>
internal sealed record UnknownShape(int Hidden, int Sign, IReadOnlyList<int> Directions)
{
    /// <summary>
    /// Whether the factors of the hidden units have one sign. The units are then <c>v_j (s + tanh(…))</c> with v ≥ 0, which is monotone where the weights of an argument have
    /// one sign, and for s = 1 never negative.
    /// </summary>
    public bool IsConstrained => Sign != 0 || Directions.Any(static x => x != 0);

    /// <summary>The sign of the weights of an argument; 0 where they may have any.</summary>
    public int WeightSign(int argument) => Directions[argument] * (Sign < 0 ? -1 : 1);

    /// <summary>The names of the options, in words.</summary>
    public const string OptionsInWords = "hidden (the number of hidden units), sign (positive or negative), rising and falling (an argument)";
}
