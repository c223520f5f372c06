using System.Runtime.CompilerServices;
using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Persistence;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks;

/// <summary><c>instructions</c>: where a compiled program's time goes, instruction by instruction.</summary>
/// <remarks>
/// An instruction's time is what it adds to the ones before it: instructions work in place, so that one alone would soon
/// repeat on infinities, and its operands come from the cache that the ones before it left.
/// </remarks>
internal static class InstructionsCommand
{
    public static void Run(Clock clock, string name)
    {
        var field = FieldWorkload.Create(name);
        Print(clock, $"{field.Name}: f", field.Evaluation());
        Print(clock, $"{field.Name}: f and VJP", field.Adjoint());
    }

    private static void Print(Clock clock, string title, Program<float> program)
    {
        program.Run();
        Instruction[] body = program.Body;
        Action<int>[] works = [.. Enumerable.Range(0, body.Length + 1).Select(length => Prefix(body[..length])), FieldWorkload.Repeat(program)];
        Measurement[] times = new BatchTimer(clock, batches: 41).MeasureInTurn(works);
        string[] lines = [.. program.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(body.Length)];
        Console.WriteLine();
        Console.WriteLine($"### {title}");
        Console.WriteLine();
        Console.WriteLine("| ns | share | instruction |");
        Console.WriteLine("| --- | --- | --- |");
        double whole = times[body.Length].Median - times[0].Median;
        for (int i = 0; i < body.Length; i++)
        {
            double time = times[i + 1].Median - times[i].Median;
            Console.WriteLine(FormattableString.Invariant($"| {time:0} | {time / whole:P0} | `{lines[i].Trim()}` |"));
        }

        Console.WriteLine(FormattableString.Invariant($"| {times[^1].Median:0} | | Program.Run, quartiles {times[^1].LowerQuartile:0} – {times[^1].UpperQuartile:0} |"));
    }

    private static Action<int> Prefix(Instruction[] instructions) => n => Repeat(instructions, n);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Repeat(Instruction[] instructions, int repetitions)
    {
        for (int i = 0; i < repetitions; i++)
        {
            foreach (Instruction instruction in instructions)
            {
                instruction.Run();
            }
        }
    }
}
