namespace NeuralOde.Settings;

/// <summary>Finds the name that a misspelled one was probably meant to be.</summary>
public static class NearestName
{
    /// <summary>The candidate with the fewest edits, case apart.</summary>
    /// <param name="name">The misspelled name.</param>
    /// <param name="candidates">The names that there are.</param>
    /// <returns>The nearest; null where more than half of the letters would have to change.</returns>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(candidates);

        // With more than half of the letters wrong a suggestion would mislead.
        int limit = name.Length / 2;
        string? best = null;
        foreach (string candidate in candidates)
        {
            int distance = Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance <= limit)
            {
                (best, limit) = (candidate, distance - 1);
            }
        }

        return best;
    }

    /// <summary>The nearest name as a question to append to a message.</summary>
    /// <param name="name">The misspelled name.</param>
    /// <param name="candidates">The names that there are.</param>
    /// <returns>" Did you mean 'x'?", or nothing where no name is near.</returns>
    public static string Suggestion(string name, IEnumerable<string> candidates) => Find(name, candidates) is { } found ? $" Did you mean '{found}'?" : "";

    /// <summary>Levenshtein's distance: insertions, deletions and substitutions.</summary>
    internal static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
