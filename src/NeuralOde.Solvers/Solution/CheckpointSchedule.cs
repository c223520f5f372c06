namespace NeuralOde.Solvers;

/// <summary>How steps are transposed from one checkpoint with room for some more: the binomial schedule, over leaves of several steps that are recorded together.</summary>
/// <remarks>A. Griewank, A. Walther, "Algorithm 799: revolve", <i>ACM TOMS</i> 26 (2000): s checkpoints and r repeated passes serve <c>binomial(s + r, r)</c> leaves.</remarks>
internal static class CheckpointSchedule
{
    private const int MostRepeats = 1000;

    /// <summary>How often a step is computed again at most, before its leaf is recorded.</summary>
    /// <param name="steps">Number of steps.</param>
    /// <param name="leaf">Steps that are recorded together.</param>
    /// <param name="slots">Checkpoints beside the one at the start.</param>
    public static double Repeats(long steps, long leaf, long slots)
    {
        if (leaf < 1)
        {
            return double.PositiveInfinity;
        }

        long leaves = (steps + leaf - 1) / leaf;
        if (slots == 0)
        {
            return leaves - 1;
        }

        int repeats = 0;
        while (repeats < MostRepeats && Served(slots + 1, repeats) < leaves)
        {
            repeats++;
        }

        return repeats;
    }

    /// <summary>Where the first further checkpoint goes, in steps from the start.</summary>
    public static long FirstSplit(long steps, long leaf, long slots, double repeats)
    {
        long leaves = (steps + leaf - 1) / leaf;
        double first = Math.Clamp(leaves - Served(slots, (int)repeats), 1, leaves - 1);
        return (long)first * leaf;
    }

    private static double Served(long checkpoints, int repeats)
    {
        double count = 1;
        for (int i = 1; i <= repeats; i++)
        {
            count *= (double)(checkpoints + i) / i;
        }

        return Math.Round(count);
    }
}
