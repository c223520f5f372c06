using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using NeuralOde.Benchmarks.Timing;
using NeuralOde.Distributed;
using NeuralOde.Experiments.Images;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Layers;
using NeuralOde.MicroBatches;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Processes;

/// <summary>What <see cref="ProcessesCommand"/> starts by mpirun: one of several processes, which measures and prints numbers in one line.</summary>
internal static class ProcessesWorker
{
    private const int WarmUp = 4;
    private const double LeastStep = 2e-4;

    /// <summary>The models of the section on overlap.</summary>
    public static IReadOnlyDictionary<string, MnistModelOptions> Models { get; } = new Dictionary<string, MnistModelOptions>
    {
        ["odenet"] = MnistModelOptions.Default(MnistModel.OdeNet),
        ["resnet"] = MnistModelOptions.Default(MnistModel.ResNet),
        ["resnet, 128 channels"] = MnistModelOptions.Default(MnistModel.ResNet) with { Channels = 128 },
        ["mlp"] = MnistModelOptions.Default(MnistModel.Mlp),
        ["mlp, 3,000 units"] = MnistModelOptions.Default(MnistModel.Mlp) with { HiddenUnits = 3_000 },
    };

    public static int Run(string[] words)
    {
        var processes = Communicator.Start();
        double[] numbers = words[0] switch
        {
            "step" => Step(processes, Models["odenet"], Whole(words[1]), Whole(words[2]), words.Length > 3 && words[3] == "batch"),
            "overlap" => Overlap(processes, Models[words[1]], Whole(words[2])),
            _ => Messages(processes, [processes.Size, 200_000, 2_000_000]),
        };
        if (processes.Rank == 0)
        {
            Console.WriteLine(string.Join(' ', numbers.Select(static x => x.ToString("R", CultureInfo.InvariantCulture))));
        }

        processes.End();
        return 0;
    }

    /// <summary>
    /// Median seconds of a training step of 32 images, and of what it spends on messages, waits for slower processes included; the number of parameters; and the processor time
    /// of what a step computes, in the process that takes most of it.
    /// </summary>
    private static double[] Step(Communicator processes, MnistModelOptions model, int microBatches, int steps, bool synchronizes)
    {
        const int Batch = 32;
        byte[] pixels = [.. new RandomSource(0).Uniform([Batch * 28 * 28], 0, 255).ToDoubles().Select(static x => (byte)x)];
        var images = new ImageDataset(pixels, [.. Enumerable.Range(0, Batch).Select(static i => (byte)(i % 10))], 28, 28, [.. Enumerable.Range(0, 10).Select(static i => $"{i}")]);
        Layer network = MnistModels.Create(model, new RandomSource(0));
        var clock = new Timed(processes);
        var options = new ImageTrainingOptions { Epochs = WarmUp, MicroBatches = microBatches, Processes = clock, SynchronizesStatistics = synchronizes };

        // Compiles, and takes memory.
        new ImageClassifierTrainer(network, images, null, options).Run();
        var trainer = new ImageClassifierTrainer(network, images, null, options with { Epochs = steps });
        List<double> times = [], messages = [];
        var processor = Clock.Parse("cpu");
        double computed = clock.Processor - processor.Now();
        long last = 0;
        TimeSpan lastMessages = default;
        trainer.Run(new Marks(() =>
        {
            long now = Stopwatch.GetTimestamp();
            if (last != 0)
            {
                times.Add(Stopwatch.GetElapsedTime(last, now).TotalSeconds);
                messages.Add((clock.Elapsed - lastMessages).TotalSeconds);
            }

            (last, lastMessages) = (now, clock.Elapsed);
        }));

        // Only process 0 hears of steps. Two reports of one iteration follow each other where an epoch ends.
        double[] whole = [.. times.Where(static x => x > LeastStep)], waits = [.. messages.Where((_, i) => times[i] > LeastStep)];
        double[] all = new double[processes.Size];
        double own = 1e-9 * (computed + processor.Now() - clock.Processor) / steps;
        processes.AllGather(MemoryMarshal.AsBytes<double>([own]), MemoryMarshal.AsBytes(all.AsSpan()));
        return whole.Length == 0 ? [] : [Median(whole), Median(waits), network.Parameters.ValueCount, all.Max()];
    }

    /// <summary>Median seconds of a step; the number of parameters; median seconds of an exchange of their gradients; the share of them that is not of the first layer.</summary>
    private static double[] Overlap(Communicator processes, MnistModelOptions model, int steps)
    {
        double[] step = Step(processes, model, 2, steps, synchronizes: false);
        Layer network = MnistModels.Create(model, new RandomSource(0));
        string first = network.NamedParameters().First().Name.Split('.')[0];
        int count = network.Parameters.ValueCount, ofFirst = network.NamedParameters().Where(x => x.Name.Split('.')[0] == first).Sum(static x => x.Parameter.ElementCount);
        double[] message = Messages(processes, [count]);
        return step.Length == 0 ? [] : [step[0], count, message[0], 1 - ((double)ofFirst / count)];
    }

    private static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Median seconds of an exchange and a gather of some numbers of floats in all.</summary>
    private static double[] Messages(Communicator processes, int[] counts)
    {
        List<double> medians = [];
        foreach (int floats in counts)
        {
            int slice = floats / processes.Size * sizeof(float);
            byte[] send = new byte[slice * processes.Size], received = new byte[slice * processes.Size];
            int[] lengths = [.. Enumerable.Repeat(slice, processes.Size)];
            double[] times = new double[41];
            for (int i = 0; i < times.Length; i++)
            {
                processes.Barrier();
                long start = Stopwatch.GetTimestamp();
                processes.Exchange(send, lengths, received, lengths);
                processes.AllGather(send.AsSpan(0, slice), received);
                times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }

            medians.Add(Median(times));
        }

        return [.. medians];
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]);
    }

    private sealed class Marks(Action mark) : IProgress<ImageTrainingProgress>
    {
        private long _step = -1;

        public void Report(ImageTrainingProgress value)
        {
            if (value.Step != _step)
            {
                _step = value.Step;
                mark();
            }
        }
    }

    /// <summary>A communicator with a clock.</summary>
    private sealed class Timed(ICommunicator inner) : ICommunicator
    {
        private readonly Stopwatch _clock = new();
        private readonly Clock _processor = Clock.Parse("cpu");

        public int Rank => inner.Rank;

        public int Size => inner.Size;

        public TimeSpan Elapsed => _clock.Elapsed;

        /// <summary>The nanoseconds that this thread spent on a processor within the methods.</summary>
        public double Processor { get; private set; }

        public void AllGather(ReadOnlySpan<byte> send, Span<byte> received)
        {
            Start();
            inner.AllGather(send, received);
            Stop();
        }

        public void Exchange(ReadOnlySpan<byte> send, ReadOnlySpan<int> sendLengths, Span<byte> received, ReadOnlySpan<int> receivedLengths)
        {
            Start();
            inner.Exchange(send, sendLengths, received, receivedLengths);
            Stop();
        }

        private void Start()
        {
            Processor -= _processor.Now();
            _clock.Start();
        }

        private void Stop()
        {
            _clock.Stop();
            Processor += _processor.Now();
        }
    }
}
