namespace NeuralOde.TestSupport;

/// <summary>Damages a file in many ways and reads each: what comes is a value or a typed failure, never another exception.</summary>
internal static class DamagedFiles
{
    private const int Count = 400;

    /// <summary>Reads damaged copies of a file that is whole.</summary>
    public static void Check(string path, Action<string> read)
    {
        read(path);
        byte[] whole = File.ReadAllBytes(path);
        string damaged = path + ".damaged";
        var random = new Random(7);
        int failed = 0;
        for (int i = 0; i < Count; i++)
        {
            byte[] bytes = Damage(whole, random, i);
            File.WriteAllBytes(damaged, bytes);
            try
            {
                read(damaged);
            }
            catch (Exception e) when (IsExpected(e))
            {
                failed++;
            }
            catch (Exception e)
            {
                Assert.Fail($"Damage {i} of {Path.GetFileName(path)} gave {e}");
            }
        }

        Assert.True(failed > Count / 4, $"Only {failed} of {Count} damages were noticed.");
    }

    /// <summary>Solvers are no reference of every test project, so the base is known by its name.</summary>
    private static bool IsExpected(Exception e)
    {
        for (Type? type = e.GetType(); type is not null; type = type.BaseType)
        {
            if (type.FullName == "NeuralOde.NeuralOdeException")
            {
                return true;
            }
        }

        return e is IOException;
    }

    /// <summary>Cuts, drops, doubles or changes; most changes are to letters and digits of the header, where descriptions are.</summary>
    private static byte[] Damage(byte[] whole, Random random, int i)
    {
        int header = 8 + (int)BitConverter.ToUInt64(whole);
        int at = random.Next(8, Math.Min(header, whole.Length));
        switch (i % 5)
        {
            case 0:
                return whole[..random.Next(whole.Length)];
            case 1:
                return [.. whole[..at], .. whole[Math.Min(whole.Length, at + random.Next(1, 9))..]];
            case 2:
                return Changed(random.Next(whole.Length), (byte)random.Next(256));
            default:
                // A digit or letter for another keeps the JSON whole, so that what reads the description is reached.
                while (!char.IsAsciiLetterOrDigit((char)whole[at]))
                {
                    at = random.Next(8, header);
                }

                return Changed(at, (byte)(char.IsAsciiDigit((char)whole[at]) ? '0' + random.Next(10) : 'a' + random.Next(26)));
        }

        byte[] Changed(int index, byte value)
        {
            byte[] bytes = [.. whole];
            bytes[index] = value;
            return bytes;
        }
    }
}
