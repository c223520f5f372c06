using NeuralOde.Persistence;
using NeuralOde.Series.Tables;

namespace NeuralOde.Experiments.Commands;

/// <summary>Finds what a mistyped name may have meant.</summary>
internal static class NearestName
{
    /// <summary>" Did you mean 'x'?", or nothing where no name is near.</summary>
    public static string Suggestion(string typed, IEnumerable<string> names)
    {
        (string? name, int distance) = names
            .Select(x => (Name: (string?)x, Distance: Distance(typed.ToUpperInvariant(), x.ToUpperInvariant())))
            .OrderBy(static x => x.Distance)
            .FirstOrDefault();
        return name is not null && distance <= Math.Max(1, typed.Length / 3) ? $" Did you mean '{name}'?" : "";
    }

    /// <summary>How many letters must be inserted, deleted or replaced to turn one word into the other (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
