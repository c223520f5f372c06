using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using NeuralOde.Benchmarks;
using NeuralOde.Benchmarks.Holds;
using NeuralOde.Benchmarks.Processes;
using NeuralOde.Benchmarks.Table;
using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.WorkPrecision;
using NeuralOde.Tensors;

const string Help = """
    Usage: dotnet run -c Release --project benchmarks/NeuralOde.Benchmarks -- COMMAND

      table [SECTION...] [--json FILE] [--clock wall|cpu] [--core N] [--latent-model FILE] [--out FOLDER]
          The whole table in a few minutes, as Markdown; or some of its sections: gemm, conv,
          elementwise, fields, steps, wide, lotka, dopri5, lorenz, stiff, rows, training,
          checkpoints, gradients, cost, flows, rnode, matching, mnist, latent, threads, scaling.
          The default command.
          --latent-model takes a model that 'neuralode experiment latent-spirals --save' wrote.
          --out takes a folder for the pictures of sections rnode and scaling.
          --clock cpu counts only this thread's own time, --core keeps it on one core (both Linux).
      instructions cubic|spiral|wide|images|flow|squash [--clock wall|cpu] [--core N]
          Where the time of a compiled field goes, instruction by instruction.
      workprecision [PROBLEM...] [--out FOLDER] [--clock wall|cpu] [--core N]
          Error against time and evaluations, as pictures (docs/images by default), and the times of all
          methods as Markdown.
      holds [--clock wall|cpu] [--core N]
          What AdaptiveSteps.HoldFrom costs and gains on DETEST at equal errors, as multiples of what steps take that
          all follow the error.
      transport [--iterations N] [--decay]
          Flow matching in the plane with torchcfm's settings: the distance W2 to the target, beside the floor of the
          measurement, by three seeds; 20,000 iterations at a constant rate unless told otherwise.
      formulas [--seeds N] [--degree D]
          How often the formula of predator and prey's interaction is found behind a universal differential equation, at
          0.5 and 2.5 % noise; 20 seeds and products up to degree 3 unless told otherwise.
      processes [division] [steps] [seeds] [--rounds N]
          Several processes by mpirun: throughput of a training step and of a table of seeds with one, two and
          four processes in turns, messages, and what the model of docs/cluster.md predicts.
      gradients FILE
          Holds gradients against another implementation's (peers/gradients.py writes the file).
      bits
          Checksums of what kernels compute at each width of vectors, to compare two processors.
      bdn [FILTER...]
          The BenchmarkDotNet classes; filters such as *Gemm*.
    """;

// Programs share large instructions among threads; where that is measured, it says so.
ComputeSettings.Process.MaxThreads = 1;
try
{
    List<string> words = [.. args];
    string? json = Option(words, "--json");
    var clock = Clock.Parse(Option(words, "--clock") ?? "wall");
    if (Option(words, "--core") is string core)
    {
        ProcessorCore.Pin(
            int.TryParse(core, CultureInfo.InvariantCulture, out int number) ? number : throw new ArgumentException($"--core takes the number of a core, not '{core}'."));
    }

    ModelRows.LatentModel = Option(words, "--latent-model");
    string? pictures = Option(words, "--out");
    string? iterations = Option(words, "--iterations"), seeds = Option(words, "--seeds"), degree = Option(words, "--degree");
    (FlowRows.Pictures, ScalingRows.Pictures) = (pictures, pictures);
    string rounds = Option(words, "--rounds") ?? "3";
    string command = words.Count > 0 ? words[0] : "table";
    string[] rest = [.. words.Skip(1)];
    switch (command)
    {
        case "table":
            TableCommand.Run(clock, rest.Length == 0 ? TableSection.All : Array.ConvertAll(rest, TableSection.Find), json);
            return 0;
        case "instructions" when rest.Length == 1:
            InstructionsCommand.Run(clock, rest[0]);
            return 0;
        case "workprecision":
            WorkPrecisionCommand.Run(clock, rest, pictures ?? "docs/images");
            return 0;
        case "holds" when rest.Length == 0:
            HoldsCommand.Run(clock);
            return 0;
        case "transport" when rest.Length == 0 || rest is ["--decay"]:
            TransportCommand.Run(int.Parse(iterations ?? "20000", CultureInfo.InvariantCulture), rest.Length == 1);
            return 0;
        case "formulas" when rest.Length == 0:
            FormulasCommand.Run(int.Parse(seeds ?? "20", CultureInfo.InvariantCulture), int.Parse(degree ?? "3", CultureInfo.InvariantCulture));
            return 0;
        case "processes":
            return ProcessesCommand.Run(int.Parse(rounds, CultureInfo.InvariantCulture), rest);
        case "process" when rest.Length >= 1:
            return ProcessesWorker.Run(rest);
        case "gradients" when rest.Length == 1:
            return GradientsCommand.Run(rest[0]);
        case "bits" when rest.Length == 0:
            BitsCommand.Run();
            return 0;
        case "bdn":
            // In this process: the classes measure internals, and the timed code is compiled in full at its first call.
            IConfig config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
            BenchmarkSwitcher.FromAssembly(typeof(TableCommand).Assembly).Run(["--filter", .. rest.Length == 0 ? ["*"] : rest], config);
            return 0;
        default:
            Console.Error.WriteLine(Help);
            return command is "--help" or "-h" or "help" ? 0 : 2;
    }
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

static string? Option(List<string> words, string name)
{
    int at = words.IndexOf(name);
    if (at < 0)
    {
        return null;
    }

    string value = at + 1 < words.Count ? words[at + 1] : throw new ArgumentException($"{name} takes a value.");
    words.RemoveRange(at, 2);
    return value;
}
