namespace NeuralOde.Series.Tables;

/// <summary>Finds the name that a misspelt one was probably meant to be.</summary>
internal static class NearestName
{
    /// <summary>The candidate with the fewest edits, case apart; null where none is near.</summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        // With more than half of the letters wrong a suggestion would mislead.
        var limit = name.Length / 2;
        string? best = null;
        foreach (var candidate in candidates)
        {
            var distance = Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance <= limit)
            {
                (best, limit) = (candidate, distance - 1);
            }
        }

        return best;
    }

    /// <summary>Levenshtein's distance: insertions, deletions and substitutions.</summary>
    public static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
