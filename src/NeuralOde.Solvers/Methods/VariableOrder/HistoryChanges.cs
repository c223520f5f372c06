namespace NeuralOde.Solvers;

/// <summary>
/// What a step of variable order did to the history before it predicted, kept in the tag of a recorded step. Only the first attempt can raise the order; attempts after it
/// lower it, one by one, until the history is given up.
/// </summary>
/// <param name="IsRaised">Whether the order was raised first.</param>
/// <param name="Lowered">How often it was lowered then.</param>
/// <param name="Starts">Whether the history was formed anew, of the state and its derivative.</param>
/// <param name="IsFirst">Whether there was none before, so that the steps before this one do not count.</param>
internal readonly record struct HistoryChanges(bool IsRaised, int Lowered, bool Starts, bool IsFirst)
{
    private const int DegreeBits = 4, LoweredBits = 8;

    public static int Degree(int tag) => tag & ((1 << DegreeBits) - 1);

    public static HistoryChanges Of(int tag)
    {
        int rest = tag >> DegreeBits;
        return new HistoryChanges((rest & 1) != 0, (rest >> 3) & ((1 << LoweredBits) - 1), (rest & 2) != 0, (rest & 4) != 0);
    }

    public int ToTag(int degree) => degree | (((IsRaised ? 1 : 0) | (Starts ? 2 : 0) | (IsFirst ? 4 : 0) | (Lowered << 3)) << DegreeBits);
}
