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

    public static int Run(string[] words)
    {
        var processes = Communicator.Start();
        double[] numbers = words[0] == "step" ? Step(processes, int.Parse(words[1], CultureInfo.InvariantCulture), int.Parse(words[2], CultureInfo.InvariantCulture))
            : Messages(processes);
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
    private static double[] Step(Communicator processes, int microBatches, int steps)
    {
        const int Batch = 32;
        byte[] pixels = [.. new RandomSource(0).Uniform([Batch * 28 * 28], 0, 255).ToDoubles().Select(static x => (byte)x)];
        var images = new ImageDataset(pixels, [.. Enumerable.Range(0, Batch).Select(static i => (byte)(i % 10))], 28, 28, [.. Enumerable.Range(0, 10).Select(static i => $"{i}")]);
        Layer network = MnistModels.Create(MnistModelOptions.Default(MnistModel.OdeNet), new RandomSource(0));
        var clock = new Timed(processes);
        var options = new ImageTrainingOptions { Epochs = WarmUp, MicroBatches = microBatches, Processes = clock };

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
        double[] whole = [.. times.Where(static x => x > 1e-3)], waits = [.. messages.Where((_, i) => times[i] > 1e-3)];
        double[] all = new double[processes.Size];
        double own = 1e-9 * (computed + processor.Now() - clock.Processor) / steps;
        processes.AllGather(MemoryMarshal.AsBytes<double>([own]), MemoryMarshal.AsBytes(all.AsSpan()));
        return whole.Length == 0 ? [] : [Median(whole), Median(waits), network.Parameters.ValueCount, all.Max()];
    }

    /// <summary>Median seconds of an exchange and a gather of one float for each process, and of 200,000 and 2,000,000 floats in all.</summary>
    private static double[] Messages(Communicator processes)
    {
        List<double> medians = [];
        foreach (int floats in new[] { processes.Size, 200_000, 2_000_000 })
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
