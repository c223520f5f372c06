using NeuralOde.Fuzz;
using SharpFuzz;

// run.sh says what to do with it: "list" the targets, write "seeds TARGET FOLDER", or read "TARGET FILE..." once, without the fuzzer, to see an
// error's place. A target alone runs under the fuzzer.
if (args is ["list"])
{
    Console.WriteLine(string.Join('\n', FuzzTargets.All.Select(static x => x.Name)));
    return 0;
}

string name = args is ["seeds", _, _] ? args[1] : args.FirstOrDefault("");
FuzzTarget? target = FuzzTargets.All.FirstOrDefault(x => x.Name == name);
if (target is null)
{
    Console.Error.WriteLine($"There is no target '{name}'. The targets are {string.Join(", ", FuzzTargets.All.Select(static x => x.Name))}.");
    return 2;
}

if (args is ["seeds", _, var folder])
{
    Directory.CreateDirectory(folder);
    foreach ((int index, byte[] seed) in target.Seeds().Index())
    {
        // A seed that its own reader refuses would teach the fuzzer nothing.
        target.Read(seed);
        File.WriteAllBytes(Path.Combine(folder, $"{target.Name}-{index}"), seed);
    }

    return 0;
}

foreach (string file in args.AsSpan(1))
{
    target.Run(File.ReadAllBytes(file));
}

if (args.Length == 1)
{
    Fuzzer.Run(stream =>
    {
        using var content = new MemoryStream();
        stream.CopyTo(content);
        target.Run(content.ToArray());
    });
}

return 0;
